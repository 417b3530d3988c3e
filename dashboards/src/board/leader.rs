//! Board 0: one look for leaders. No jargon; the figures are those of the report.

use super::Board;
use crate::panel::Panel;
use crate::query::{Query, availability, floored_share, named};
use crate::threshold;
use crate::variable::{LEVEL, WINDOW};

pub(crate) fn board() -> Board {
    let overall = "track=\"overall\", window=\"$window\"";
    let join = "* on (portal) group_left (level) ems_portal_info{level=~\"$level\"}";
    let level_sum = |metric: &str| format!("sum by (level) ({metric}{{{overall}}} {join})");
    let by_level = floored_share(
        &format!(
            "{} - {}",
            level_sum("ems_portal_observed_seconds"),
            level_sum("ems_portal_down_seconds")
        ),
        &format!("({} > 0)", level_sum("ems_portal_observed_seconds")),
    );
    let coverage_low = format!("ems_portal_coverage_ratio{{{overall}}} < {}", threshold::COVERAGE);
    Board {
        uid: "ems-lanh-dao",
        title: "EMS 0 · Lãnh đạo",
        description: "Một trang cho lãnh đạo: toàn tỉnh đang ra sao, đơn vị nào cần nhắc. Số liệu trùng với báo cáo cùng kỳ.",
        variables: vec![WINDOW, LEVEL],
        from: "now-30d",
        refresh: "5m",
        panels: vec![
            Panel::stat("Cổng được đo", Query::value("sum(ems_inventory_portals)", "")).unit("none", 0).about(
                "Số cổng, trang đang được đo theo danh mục hiện hành.",
            ),
            Panel::stat(
                "Đang gián đoạn",
                Query::value("sum(ems_portal_state{track=\"overall\", state=\"down\"})", ""),
            )
            .none_is_good("red")
            .about("Số cổng không truy cập được ngay lúc này, đã được các điểm đo xác nhận."),
            Panel::stat("Khả dụng toàn tỉnh", Query::value(availability(overall, ""), "")).availability().about(
                "Tỷ lệ thời gian truy cập được trên thời gian quan sát được của mọi cổng cộng lại, trong kỳ đã chọn; làm tròn xuống.",
            ),
            Panel::stat("Khả dụng qua IPv6", Query::value(availability("track=\"v6\", window=\"$window\"", ""), ""))
                .availability()
                .nothing("Chưa có IPv6")
                .about("Như trên, chỉ tính truy cập qua IPv6, trên các cổng có địa chỉ IPv6."),
            Panel::stat("Chưa đủ dữ liệu", Query::value(format!("count({coverage_low}) or vector(0)"), ""))
                .none_is_good("yellow")
                .about("Số cổng có độ phủ đo dưới 95% trong kỳ: chưa xếp hạng, chưa kết luận."),
            Panel::stat(
                "Vi phạm quy định",
                Query::value("sum(ems_verdicts{verdict=\"fail\"}) or vector(0)", ""),
            )
            .none_is_good("red")
            .about("Số kết luận «không đạt» theo điều, khoản của quy chế đang có hiệu lực. Ngưỡng do đơn vị vận hành tự đặt không tính ở đây."),
            Panel::bars("Khả dụng theo cấp", Query::value(by_level, "{{level}}")).availability().about(
                "Thời gian của các cổng cùng cấp cộng lại; không lấy trung bình các tỷ lệ.",
            ),
            Panel::course(
                "Diễn biến khả dụng 30 ngày",
                vec![Query::course(availability("track=\"overall\", window=\"30d\"", ""), "Toàn tỉnh")],
            )
            .availability()
            .about("Khả dụng của 30 ngày gần nhất, nhìn từ mỗi ngày."),
            Panel::table(
                "Gián đoạn nhiều nhất trong kỳ",
                vec![
                    Query::rows(format!(
                        "topk(20, {})",
                        named(&format!("ems_portal_down_seconds{{{overall}}} > 0")),
                    ))
                    .or_nothing(),
                    Query::rows(named(&availability(overall, " by (portal) "))),
                ],
            )
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("owner", "Cơ quan chủ quản", ""),
                ("level", "Cấp", ""),
                ("Value #A", "Gián đoạn", "dthms"),
                ("Value #B", "Khả dụng", "percentunit"),
            ])
            .sorted("Gián đoạn", true)
            .steps(threshold::availability().to_vec())
            .link("ems-cong", "portal", "portal")
            .nothing("Không cổng nào gián đoạn")
            .about("Hai mươi cổng có tổng thời gian gián đoạn dài nhất trong kỳ."),
        ],
    }
}
