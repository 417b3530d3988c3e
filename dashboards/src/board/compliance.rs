//! Board 3: what the regulations say of the facts. Statutory and policy apart; unknown shown as unknown.

use super::Board;
use crate::panel::Panel;
use crate::query::{Query, named};
use crate::variable::{LEVEL, PACK};

pub(crate) fn board() -> Board {
    let total = |verdict: &str| {
        Query::value(
            format!("sum(ems_verdicts{{pack=~\"$pack\", verdict=\"{verdict}\"}}) or vector(0)"),
            "",
        )
    };
    Board {
        uid: "ems-tuan-thu",
        title: "EMS 3 · Tuân thủ",
        description: "Kết luận theo điều, khoản của các quy chế. Chi tiết từng điều, trích dẫn và bằng chứng xem ở trang Tuân thủ của bảng điều hành EMS.",
        variables: vec![PACK, LEVEL],
        from: "now-30d",
        refresh: "15m",
        panels: vec![
            Panel::stat("Đạt", total("pass"))
                .unit("none", 0)
                .sized(5, 4)
                .about("Nghĩa vụ có bằng chứng là đạt."),
            Panel::stat("Không đạt", total("fail"))
                .none_is_good("red")
                .sized(5, 4)
                .about("Chỉ khi con số nằm trong văn bản và bằng chứng chắc chắn."),
            Panel::stat("Cần lưu ý", total("warn"))
                .none_is_good("yellow")
                .sized(5, 4)
                .about("Chưa tốt theo ngưỡng tự đặt, hoặc văn bản không nêu con số: không phải vi phạm."),
            Panel::stat("Chưa biết", total("unknown"))
                .none_is_good("#8e8e8e")
                .sized(5, 4)
                .about("Chưa đo được hoặc chưa có xác nhận; không tính là đạt, không tính là không đạt."),
            Panel::stat("Không áp dụng", total("not-applicable"))
                .unit("none", 0)
                .steps(vec![(None, "#5a6b7b")])
                .about("Nghĩa vụ không ràng buộc cổng này."),
            Panel::bars(
                "Không đạt theo quy chế",
                Query::value(
                    "sum by (pack) (ems_verdicts{pack=~\"$pack\", verdict=\"fail\"}) > 0",
                    "{{pack}}",
                )
                .or_nothing(),
            )
            .none_is_good("red")
            .nothing("Không có kết luận không đạt")
            .about("Số kết luận không đạt của từng quy chế."),
            Panel::table(
                "Cổng có nhiều điều không đạt",
                vec![
                    Query::rows(named(
                        "sum by (portal) (ems_portal_verdicts{verdict=\"fail\"}) > 0",
                    ))
                    .or_nothing(),
                    Query::rows(named("sum by (portal) (ems_portal_verdicts{verdict=\"warn\"})"))
                        .or_nothing(),
                    Query::rows(named(
                        "sum by (portal) (ems_portal_verdicts{verdict=\"unknown\"})",
                    ))
                    .or_nothing(),
                ],
            )
            .sized(12, 8)
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("Value #A", "Không đạt", "none"),
                ("Value #B", "Cần lưu ý", "none"),
                ("Value #C", "Chưa biết", "none"),
            ])
            .sorted("Không đạt", true)
            .link("ems-cong", "portal", "portal")
            .nothing("Không cổng nào có điều không đạt")
            .about("Tính trên các quy chế đang có hiệu lực; dự thảo và văn bản đã hết hiệu lực không tính."),
            Panel::course(
                "Diễn biến kết luận",
                vec![Query::course(
                    "sum by (verdict) (ems_verdicts{pack=~\"$pack\", verdict!=\"not-applicable\"})",
                    "{{verdict}}",
                )],
            )
            .unit("none", 0)
            .sized(24, 8)
            .stacked()
            .about("Số kết luận theo thời gian."),
            Panel::table(
                "Chuyên mục quá hạn cập nhật",
                vec![
                    Query::rows(named(
                        "max by (portal, section, verdict) (ems_section_freshness{verdict=~\"fail|warn\"})",
                    ))
                    .or_nothing(),
                ],
            )
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("section", "Chuyên mục", ""),
                ("verdict", "Kết luận", ""),
            ])
            .sorted("Mã", false)
            .link("ems-cong", "portal", "portal")
            .nothing("Không chuyên mục nào quá hạn")
            .about("Không đạt: quá thời hạn ghi trong văn bản; cần lưu ý: quá ngưỡng tự đặt."),
            Panel::table(
                "Chuyên mục lâu không có tin mới",
                vec![
                    Query::rows(format!(
                        "topk(50, {})",
                        named("max by (portal, section) (ems_section_age_working_days)")
                    ))
                    .or_nothing(),
                ],
            )
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("section", "Chuyên mục", ""),
                ("Value", "Ngày làm việc", "none"),
            ])
            .sorted("Ngày làm việc", true)
            .link("ems-cong", "portal", "portal")
            .nothing("Chưa đọc chuyên mục nào")
            .about("Năm mươi chuyên mục có ngày đăng mới nhất xa nhất, tính theo ngày làm việc."),
        ],
    }
}
