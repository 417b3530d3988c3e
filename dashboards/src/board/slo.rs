//! Board 4: the operator's own objective and its error budget. Policy, not law.

use super::Board;
use crate::panel::Panel;
use crate::query::{Query, availability, named};
use crate::threshold::{self, OBJECTIVE};
use crate::variable::{LEVEL, WINDOW};

pub(crate) fn board() -> Board {
    let overall = "track=\"overall\", window=\"$window\"";
    let budget = format!(
        "(({}) - {OBJECTIVE}) / (1 - {OBJECTIVE})",
        availability(overall, " by (portal) ")
    );
    let burn =
        |window: &str| format!("ems:error_ratio:rate{window}{{track=\"overall\"}} / (1 - {OBJECTIVE})");
    Board {
        uid: "ems-slo",
        title: "EMS 4 · Mục tiêu và ngân sách lỗi",
        description: "Mục tiêu khả dụng 99,5% do đơn vị vận hành tự đặt (không phải con số của quy chế) và phần thời gian lỗi còn được phép.",
        variables: vec![WINDOW, LEVEL],
        from: "now-7d",
        refresh: "5m",
        panels: vec![
            Panel::stat("Mục tiêu", Query::value(format!("vector({OBJECTIVE})"), ""))
                .unit("percentunit", 2)
                .sized(6, 4)
                .about("Mục tiêu tự đặt; năm quy chế chỉ nói 24/7, không nêu tỷ lệ."),
            Panel::stat("Khả dụng toàn tỉnh", Query::value(availability(overall, ""), ""))
                .availability()
                .sized(6, 4)
                .about("Thời gian của mọi cổng cộng lại, trong kỳ đã chọn; làm tròn xuống."),
            Panel::stat(
                "Cổng đạt mục tiêu",
                Query::value(
                    format!(
                        "count(({}) >= {OBJECTIVE}) or vector(0)",
                        availability(overall, " by (portal) ")
                    ),
                    "",
                ),
            )
            .unit("none", 0)
            .sized(6, 4)
            .about("Số cổng có khả dụng trong kỳ bằng hoặc hơn mục tiêu."),
            Panel::stat(
                "Cổng hết ngân sách lỗi",
                Query::value(format!("count(({budget}) < 0) or vector(0)"), ""),
            )
            .none_is_good("red")
            .sized(6, 4)
            .about("Số cổng đã dùng quá phần thời gian lỗi cho phép của kỳ."),
            Panel::table(
                "Ngân sách lỗi từng cổng",
                vec![
                    Query::rows(named(&budget)),
                    Query::rows(named(&availability(overall, " by (portal) "))),
                ],
            )
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("owner", "Cơ quan chủ quản", ""),
                ("Value #A", "Ngân sách còn lại", "percentunit"),
                ("Value #B", "Khả dụng", "percentunit"),
            ])
            .steps(vec![(None, "red"), (Some(0.0), "yellow"), (Some(0.25), "green")])
            .shaded("Khả dụng", threshold::availability().to_vec())
            .sorted("Ngân sách còn lại", false)
            .link("ems-cong", "portal", "portal")
            .about("(khả dụng − mục tiêu) / (1 − mục tiêu). Dưới 0 là đã vượt mục tiêu tự đặt."),
            Panel::course(
                "Tốc độ tiêu ngân sách, 1 giờ",
                vec![Query::course(format!("topk(10, {})", burn("1h")), "{{portal}}")],
            )
            .unit("none", 1)
            .about("1 là tiêu đúng nhịp; 14,4 là hết ngân sách 30 ngày trong khoảng hai ngày."),
            Panel::course(
                "Tốc độ tiêu ngân sách, 6 giờ",
                vec![Query::course(format!("topk(10, {})", burn("6h")), "{{portal}}")],
            )
            .unit("none", 1)
            .about("Như trên, nhìn qua 6 giờ."),
        ],
    }
}
