//! Board 5: the watcher watched.

use super::Board;
use crate::panel::Panel;
use crate::query::Query;
use crate::threshold;

pub(crate) fn board() -> Board {
    let silent = f64::from(threshold::AGENT_SILENT_S);
    let skew = f64::from(threshold::CLOCK_SKEW_S);
    Board {
        uid: "ems-he-thong",
        title: "EMS 5 · Hệ thống giám sát",
        description: "Hệ thống giám sát tự giám sát mình: điểm đo, hàng đợi, kho dữ liệu, thông báo.",
        variables: Vec::new(),
        from: "now-24h",
        refresh: "1m",
        panels: vec![
            Panel::stat("Phiên bản", Query::value("ems_build_info", "{{version}}"))
                .by_name()
                .sized(6, 4)
                .about("Phiên bản máy thu thập đang chạy."),
            Panel::stat(
                "Danh mục hợp lệ",
                Query::value("ems_inventory_last_reload_success", ""),
            )
            .unit("none", 0)
            .sized(6, 4)
            .steps(vec![(None, "red"), (Some(1.0), "green")])
            .readings(&[("0", "Có lỗi"), ("1", "Hợp lệ")])
            .about("Có lỗi: targets.yaml mới có lỗi, hệ thống vẫn dùng danh mục cũ."),
            Panel::stat("Dung lượng dữ liệu", Query::value("ems_store_bytes", ""))
                .unit("bytes", 1)
                .sized(6, 4)
                .about("Các tệp của kho dữ liệu."),
            Panel::stat("Dòng bị cách ly", Query::value("ems_store_quarantined_lines", ""))
                .unit("none", 0)
                .sized(6, 4)
                .steps(vec![(None, "green"), (Some(1.0), "yellow")])
                .about("Dòng không hiểu được, giữ nguyên văn để xem lại; không tính vào số liệu."),
            Panel::course(
                "Điểm đo im lặng bao lâu",
                vec![Query::course(
                    "time() - ems_agent_last_batch_timestamp_seconds",
                    "{{agent}}",
                )],
            )
            .unit("dthms", 0)
            .steps(vec![(None, "green"), (Some(silent), "red")])
            .about("Thời gian từ lô số liệu cuối cùng của mỗi điểm đo."),
            Panel::course(
                "Lệch giờ của điểm đo (giây)",
                vec![Query::course("ems_agent_clock_skew_seconds", "{{agent}}")],
            )
            .unit("none", 1)
            .steps(vec![(None, "green"), (Some(skew), "red")])
            .about("Quá 5 giây thì kết quả của điểm đo được ghi là không chắc."),
            Panel::course(
                "Kết quả nhận mỗi giây",
                vec![
                    Query::course(
                        "sum by (agent) (rate(ems_ingest_records_total[$__rate_interval]))",
                        "{{agent}}",
                    )
                    .or_nothing(),
                ],
            )
            .unit("none", 1)
            .nothing("Chưa nhận kết quả nào từ khi khởi động")
            .about("Kết quả đo nhận và ghi bền vững mỗi giây."),
            Panel::course(
                "Kết quả trong kho",
                vec![
                    Query::course("ems_store_open_results", "đang mở"),
                    Query::course("ems_store_packed_results", "đã nén"),
                ],
            )
            .unit("short", 1)
            .about("Kết quả thô: dạng hàng và dạng đã nén."),
            Panel::course(
                "Thông báo chờ gửi",
                vec![Query::course("ems_notify_pending", "{{channel}}").or_nothing()],
            )
            .unit("none", 0)
            .nothing("Chưa đặt kênh thông báo nào")
            .about("Thông báo còn trong hàng chờ, theo kênh: vừa tạo, chờ gửi lại sau một lần hỏng, hoặc chờ hết giờ yên tĩnh."),
            Panel::course(
                "Thông báo không gửi được",
                vec![Query::course("ems_notify_given_up", "{{channel}}").or_nothing()],
            )
            .unit("none", 0)
            .nothing("Không có thông báo nào bị bỏ")
            .about("Thông báo đã thử suốt một ngày mà không kênh nào của tuyến nhận, trong 30 ngày qua: người nhận đã không được báo."),
            Panel::course(
                "Lỗi bảo dưỡng kho",
                vec![
                    Query::course(
                        "sum by (job) (increase(ems_store_upkeep_failures_total[1h]))",
                        "{{job}}",
                    )
                    .or_nothing(),
                ],
            )
            .unit("none", 0)
            .nothing("Không có lỗi")
            .about("Lần bảo dưỡng kho dữ liệu thất bại trong một giờ."),
            Panel::course(
                "Trang bằng chứng không được giữ",
                vec![
                    Query::course(
                        "sum by (instance, why) (increase(ems_agent_evidence_unkept_total[1d]))",
                        "{{instance}} {{why}}",
                    )
                    .or_nothing(),
                ],
            )
            .unit("none", 0)
            .nothing("Prometheus chưa đọc /metrics của điểm đo nào")
            .about("Trong 24 giờ, theo điểm đo và lý do; số liệu đo vẫn đủ. Chỉ có với điểm đo mà Prometheus đọc được."),
        ],
    }
}
