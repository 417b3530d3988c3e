//! Board 2: one portal, both families apart.

use super::Board;
use crate::panel::Panel;
use crate::query::{Query, availability};
use crate::state;
use crate::threshold;
use crate::variable::{PORTAL, WINDOW};

pub(crate) fn board() -> Board {
    let now = |track: &str| {
        Query::value(
            state::number(&format!("portal=\"$portal\", track=\"{track}\""), "portal"),
            "",
        )
    };
    let share = |track: &str| {
        Query::value(
            availability(
                &format!("portal=\"$portal\", track=\"{track}\", window=\"$window\""),
                "",
            ),
            "",
        )
    };
    let days = threshold::CERTIFICATE_DAYS.map(f64::from);
    let [notice, soon, urgent, _] = days;
    let phases = |family: &str| {
        vec![
            Query::course(
                format!(
                    "avg by (phase) (probe_http_duration_seconds{{portal=\"$portal\", family=\"{family}\"}})"
                ),
                "{{phase}}",
            )
            .or_nothing(),
        ]
    };
    Board {
        uid: "ems-cong",
        title: "EMS 2 · Cổng chi tiết",
        description: "Một cổng: IPv4 và IPv6 tách riêng, từng giai đoạn truy cập, chứng thư, từng điểm đo, chuyên mục.",
        variables: vec![PORTAL, WINDOW],
        from: "now-24h",
        refresh: "1m",
        panels: vec![
            Panel::stat("Chung", now("overall")).of_states().about("Trạng thái chung: kết hợp IPv4 và IPv6 theo phương pháp của báo cáo."),
            Panel::stat("IPv4", now("v4")).of_states().about("Trạng thái qua IPv4."),
            Panel::stat("IPv6", now("v6")).of_states().about("Trạng thái qua IPv6. «Không có địa chỉ» không phải là gián đoạn."),
            Panel::stat("Khả dụng chung", share("overall")).availability().nothing("Chưa đủ dữ liệu").about(
                "Tỷ lệ thời gian truy cập được trong kỳ đã chọn, làm tròn xuống; trùng với báo cáo.",
            ),
            Panel::stat("Khả dụng IPv6", share("v6")).availability().nothing("Không có IPv6").about("Như trên, qua IPv6."),
            Panel::stat(
                "Chứng thư còn (ngày)",
                Query::value("floor((ems_tls_not_after_timestamp_seconds{portal=\"$portal\"} - time()) / 86400)", "").or_nothing(),
            )
            .unit("none", 0)
            .steps(vec![(None, "red"), (Some(urgent), "orange"), (Some(soon), "yellow"), (Some(notice), "green")])
            .nothing("Không có HTTPS")
            .about("Số ngày trọn vẹn tới khi chứng thư đang trình ra hết hạn."),
            Panel::states(
                "Trạng thái theo thời gian",
                vec![Query::course(state::number("portal=\"$portal\"", "track"), "{{track}}")],
            )
            .sized(24, 6)
            .about("Chung, IPv4 và IPv6. Xám là không quan sát được: không tính là tốt, không tính là xấu."),
            Panel::course("Các giai đoạn qua IPv4", phases("v4")).unit("s", 2).stacked().nothing("Không có số liệu").about(
                "Trung bình giữa các điểm đo: phân giải tên, kết nối, bắt tay TLS, chờ byte đầu, tải nội dung.",
            ),
            Panel::course("Các giai đoạn qua IPv6", phases("v6")).unit("s", 2).stacked().nothing("Không có số liệu").about(
                "Như trên, qua IPv6.",
            ),
            Panel::course(
                "Thời gian truy cập theo điểm đo",
                vec![Query::course("probe_duration_seconds{portal=\"$portal\"}", "{{agent}} {{family}}")],
            )
            .unit("s", 2)
            .about("Cả lần truy cập, từng điểm đo và từng họ địa chỉ: một điểm đo lệch hẳn thì nghi đường truyền của điểm đo đó."),
            Panel::course(
                "Mã trạng thái HTTP",
                vec![Query::course("probe_http_status_code{portal=\"$portal\"}", "{{agent}} {{family}}")],
            )
            .unit("none", 0)
            .about("0 là không có câu trả lời."),
            Panel::table(
                "Các điểm đo thấy gì",
                vec![Query::rows("ems_probe_outcome_info{portal=\"$portal\"}")],
            )
            .sized(10, 9)
            .columns(&[
                ("agent", "Điểm đo", ""),
                ("family", "Họ địa chỉ", ""),
                ("outcome", "Kết quả", ""),
                ("cause", "Nguyên nhân", ""),
            ])
            .nothing("Không điểm đo nào đang gửi kết quả")
            .about("Kết quả mới nhất của từng điểm đo."),
            Panel::table(
                "Chuyên mục",
                vec![
                    Query::rows("max by (section) (ems_section_age_working_days{portal=\"$portal\"})").or_nothing(),
                ],
            )
            .sized(7, 9)
            .columns(&[
                ("section", "Chuyên mục", ""),
                ("Value", "Cách đây (ngày làm việc)", "none"),
            ])
            .sorted("Cách đây (ngày làm việc)", true)
            .nothing("Chưa có ngày đăng nào")
            .about("Ngày đăng mới nhất tìm thấy trong từng chuyên mục; chuyên mục chưa rõ ngày đăng không có ở đây."),
            Panel::table(
                "Tình trạng chuyên mục và tiếng Anh",
                vec![
                    Query::rows(
                        "max by (section, state) (ems_section_state{portal=\"$portal\"}) or label_replace(max by (state) (ems_english_state{portal=\"$portal\"}), \"section\", \"english\", \"\", \"\")",
                    )
                    .or_nothing(),
                ],
            )
            .sized(7, 9)
            .columns(&[("section", "Chuyên mục", ""), ("state", "Tình trạng", "")])
            .sorted("Chuyên mục", false)
            .nothing("Chưa đọc chuyên mục nào")
            .about("Kết quả lượt đọc mới nhất. «Chưa rõ» và «Chưa đọc được» là chưa đo được, không phải là thiếu. Bằng chứng xem ở trang của cổng trên bảng điều hành EMS."),
        ],
    }
}
