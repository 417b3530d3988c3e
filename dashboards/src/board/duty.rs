//! Board 1: for those on duty. What is wrong now, since when, seen from where, and whether our own eyes are open.

use super::Board;
use crate::panel::Panel;
use crate::query::{Query, named};
use crate::rule::Severity;
use crate::state;
use crate::threshold;
use crate::variable::LEVEL;

pub(crate) fn board() -> Board {
    let count = |state: &str| {
        let chosen = named(&format!(
            "ems_portal_state{{track=\"overall\", state=\"{state}\"}}"
        ));
        Query::value(format!("sum({chosen})"), "")
    };
    let numbers = state::number("track=\"overall\"", "portal");
    // Asked once for the whole range: a trouble of minutes is found at once, and what came before it is drawn as well.
    let troubled = format!(
        "({}) and on (portal) (max_over_time(({numbers})[$__range:$__interval] @ end()) > 0)",
        named(&numbers)
    );
    let days = threshold::CERTIFICATE_DAYS.map(f64::from);
    let [notice, soon, urgent, _] = days;
    let [notice_end, soon_end, urgent_end, _] = threshold::DOMAIN_DAYS.map(f64::from);
    let silent = f64::from(threshold::AGENT_SILENT_S);
    // How many vantage points see it, as a label: a column beside the length. An incident is shown also when none is named.
    let seen = "count_values by (portal, track, kind) (\"seen\", count by (portal, track, kind) (ems_incident_seen_from)) \
                or on (portal, track, kind) label_replace(group by (portal, track, kind) (ems_incident_open), \"seen\", \"0\", \"\", \"\")";
    Board {
        uid: "ems-truc-ban",
        title: "EMS 1 · Trực ban",
        description: "Cho người trực: cổng nào đang có sự cố, từ lúc nào, thấy từ đâu; điểm đo của mình có còn nhìn thấy không.",
        variables: vec![LEVEL],
        from: "now-6h",
        refresh: "30s",
        panels: vec![
            Panel::stat("Gián đoạn", count("down")).none_is_good("red").about(
                "Cổng không truy cập được, đã được các điểm đo trên ít nhất hai mạng xác nhận, hoặc một điểm đo thấy liên tục ít nhất 180 giây.",
            ),
            Panel::stat("Suy giảm", count("degraded")).none_is_good("yellow").about(
                "Truy cập được nhưng chậm, chập chờn, hoặc chỉ một phần điểm đo thấy lỗi.",
            ),
            Panel::stat("Không quan sát", count("unknown")).none_is_good("#8e8e8e").about(
                "Không điểm đo nào nhìn thấy: chưa biết tốt hay xấu. Kiểm tra điểm đo trước, không kết luận về cổng.",
            ),
            Panel::stat(
                "Sự cố đang mở",
                Query::value("count(ems_incident_open{kind=\"outage\"}) or vector(0)", ""),
            )
            .none_is_good("red")
            .about("Sự cố chưa kết thúc, tính cả sự cố chỉ qua IPv4 hoặc chỉ qua IPv6."),
            Panel::stat(
                "Điểm đo im lặng",
                Query::value(format!("count(time() - ems_agent_last_batch_timestamp_seconds > {silent}) or vector(0)"), ""),
            )
            .none_is_good("purple")
            .about("Điểm đo không gửi số liệu quá 180 giây. Đây là lỗi của ta, không phải của cổng."),
            Panel::stat("Thông báo đang chờ", Query::value("sum(ems_notify_pending) or vector(0)", ""))
                .unit("none", 0)
                .steps(vec![(None, "green"), (Some(20.0), "yellow"), (Some(100.0), "red")])
                .about(
                    "Thông báo còn trong hàng chờ của mọi kênh: vừa tạo, chờ gửi lại, hoặc chờ hết giờ yên tĩnh. Kênh nào chờ và kênh nào không gửi được xem bảng Hệ thống giám sát.",
                ),
            Panel::table(
                "Sự cố đang mở",
                vec![
                    Query::rows(format!(
                        "(time() - ({})) * on (portal, track, kind) group_left (seen) ({seen})",
                        named("max by (portal, track, kind, cause) (ems_incident_opened_timestamp_seconds)")
                    ))
                    .or_nothing(),
                ],
            )
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("owner", "Cơ quan chủ quản", ""),
                ("track", "Qua", ""),
                ("kind", "Loại", ""),
                ("cause", "Nguyên nhân", ""),
                ("seen", "Điểm đo thấy", ""),
                ("Value", "Đã kéo dài", "dthms"),
            ])
            .sorted("Đã kéo dài", true)
            .link("ems-cong", "portal", "portal")
            .nothing("Không có sự cố nào đang mở")
            .about("Sự cố chưa kết thúc; loại «Đường truyền» là lỗi đường truyền của một mạng, không tính là cổng gián đoạn. «Điểm đo thấy» là số điểm đo mà sự cố dựa vào; tên của chúng ở bảng Cổng chi tiết."),
            Panel::states("Cổng có biến động", vec![Query::course(troubled, "{{name}}").or_nothing()])
                .sized(24, 12)
                .link("ems-cong", "portal", "portal")
                .nothing("Mọi cổng hoạt động bình thường")
                .about("Chỉ những cổng không hoạt động trọn vẹn trong khoảng thời gian đang xem. Xám là không quan sát được."),
            Panel::table(
                "Điểm đo",
                vec![
                    Query::rows(
                        "(time() - ems_agent_last_batch_timestamp_seconds) * on (agent) group_left (network, name) ems_agent_info",
                    ),
                    Query::rows("ems_agent_clock_skew_seconds"),
                    Query::rows("count by (agent) (ems_probe_outcome_info{outcome=\"unknown\"})").or_nothing(),
                ],
            )
            .sized(12, 8)
            .columns(&[
                ("agent", "Mã", ""),
                ("name", "Điểm đo", ""),
                ("network", "Mạng", ""),
                ("Value #A", "Im lặng", "dthms"),
                ("Value #B", "Lệch (giây)", "none"),
                ("Value #C", "Không rõ", "none"),
            ])
            .shaded("Im lặng", vec![(None, "green"), (Some(silent), "red")])
            .sorted("Im lặng", true)
            .about("Im lặng quá 180 giây, lệch giờ quá 5 giây hay nhiều phép đo không rõ kết quả là lỗi của điểm đo."),
            Panel::table(
                "Chứng thư sắp hết hạn",
                vec![
                    Query::rows(named(&format!(
                        "floor((ems_tls_not_after_timestamp_seconds - time()) / 86400) < {notice}"
                    )))
                    .or_nothing(),
                ],
            )
            .sized(12, 8)
            .columns(&[
                ("portal", "Mã", ""),
                ("name", "Cổng", ""),
                ("Value", "Còn lại (ngày)", "none"),
            ])
            .unit("none", 0)
            .shaded(
                "Còn lại (ngày)",
                vec![(None, "red"), (Some(urgent), "orange"), (Some(soon), "yellow"), (Some(notice), "green")],
            )
            .sorted("Còn lại (ngày)", false)
            .link("ems-cong", "portal", "portal")
            .nothing("Không chứng thư nào hết hạn trong 30 ngày tới")
            .about("Chứng thư số của cổng hết hạn trong 30 ngày tới."),
            Panel::table(
                "Tên miền",
                vec![
                    Query::rows("floor((ems_domain_expiry_timestamp_seconds - time()) / 86400)").or_nothing(),
                    Query::rows("ems_domain_lost").or_nothing(),
                ],
            )
            .sized(24, 6)
            .columns(&[
                ("domain", "Tên miền", ""),
                ("Value #A", "Còn lại (ngày)", "none"),
                ("Value #B", "Trong hệ thống tên miền", "none"),
            ])
            .unit("none", 0)
            .shaded(
                "Còn lại (ngày)",
                vec![(None, "red"), (Some(urgent_end), "orange"), (Some(soon_end), "yellow"), (Some(notice_end), "green")],
            )
            .shaded("Trong hệ thống tên miền", vec![(None, "#8e8e8e"), (Some(0.0), "green"), (Some(1.0), "red")])
            .reads("Trong hệ thống tên miền", &[("0", "Còn"), ("1", "Không còn")])
            .sorted("Còn lại (ngày)", false)
            .nothing("Chưa ghi hạn đăng ký tên miền nào trong danh mục (khóa domains)")
            .about(
                "Hạn đăng ký do người vận hành ghi trong danh mục; hệ thống không tra cứu ở nhà đăng ký. «Không còn» là khi máy chủ tên miền cấp trên trả lời không có tên miền này, thấy từ quá nửa số điểm đo.",
            ),
            Panel::table(
                "Cảnh báo đang phát",
                vec![Query::rows(firing()).or_nothing()],
            )
            .columns(&[
                ("alertname", "Cảnh báo", ""),
                ("Value", "Mức", "none"),
                ("portal", "Cổng", ""),
                ("about", "Về", ""),
                ("cause", "Nguyên nhân", ""),
            ])
            .sized(24, 12)
            .shaded("Mức", vec![(None, "#8e8e8e"), (Some(2.0), "orange"), (Some(3.0), "red")])
            .reads("Mức", &[("1", "Thấp"), ("2", "Cao"), ("3", "Khẩn")])
            .sorted("Mức", true)
            .link("ems-cong", "portal", "portal")
            .nothing("Không có cảnh báo")
            .about("Cảnh báo của Prometheus đang phát theo bộ quy tắc đi kèm, khẩn trước. «Về» là điểm đo, tên miền, hạ tầng, kênh hoặc báo cáo mà cảnh báo nói tới."),
        ],
    }
}

/// The alerts that fire, as 3 (khẩn), 2 (cao), 1 (thấp), so that they can be sorted. What an alert is about besides a
/// portal is one label: it names one of these at most.
fn firing() -> String {
    let of = |severity: &str| {
        format!(
            "sum by (alertname, portal, cause, about) (label_join(ALERTS{{alertstate=\"firing\", severity=\"{severity}\"}}, \
             \"about\", \"\", \"agent\", \"domain\", \"hosting\", \"channel\", \"duty\"))"
        )
    };
    // One alert may stand in several series (section, state): it is one row of its rank all the same.
    format!(
        "3 * ({} > bool 0) or 2 * ({} > bool 0) or ({} > bool 0)",
        of(Severity::Urgent.as_str()),
        of(Severity::High.as_str()),
        of(Severity::Low.as_str())
    )
}
