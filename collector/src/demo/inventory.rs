//! The demonstration's `targets.yaml`: read back by the ordinary reader, so that it is what an operator could write.

use ems_contract::inventory::Level;
use ems_contract::time::{UnixTime, Window};

use super::chance::Chance;
use super::units::Unit;

/// The vantage points: id, network, name.
pub(super) const AGENTS: [(&str, &str, &str); 3] = [
    ("tram-a", "nha-mang-a", "Điểm đo nhà mạng A"),
    ("tram-b", "nha-mang-b", "Điểm đo nhà mạng B"),
    (
        "tram-c",
        "mang-chuyen-dung",
        "Điểm đo mạng truyền số liệu chuyên dùng",
    ),
];

/// The text of `targets.yaml` for a history over `window`.
pub(super) fn yaml(units: &[Unit], window: Window) -> String {
    let mut text = String::from(
        "# DỮ LIỆU MẪU: danh mục giả của lệnh `ems-collector demo seed`, không phải cổng thật.\n\
         # DEMONSTRATION DATA made by `ems-collector demo seed`: none of these portals exists.\n\
         contact: demo@example.org\n\n\
         defaults:\n  ipv4: required\n  ipv6: required\n\nagents:\n",
    );
    for (id, network, name) in AGENTS {
        line(
            &mut text,
            format_args!(
                "  - {{id: {id}, network: {network}, families: [v4, v6], name: {}}}",
                quoted(name)
            ),
        );
    }
    text.push_str("\ndomains:\n");
    let seats = units.iter().filter(|unit| unit.level == Level::Province);
    // One registration ends within a week, one within a month.
    for (unit, days) in seats.zip([5, 20].into_iter().chain(std::iter::repeat(300))) {
        let ends = window.to + days * 86_400;
        line(
            &mut text,
            format_args!("  - {{name: {}, expires: {ends}}}", unit.host),
        );
    }
    text.push_str(
        "\nreferences:\n  - {host: ref-v4.example, port: 443, family: v4}\n  \
         - {host: ref-v6.example, port: 443, family: v6}\n\nportals:\n",
    );
    for unit in units {
        portal(&mut text, unit, window);
    }
    text
}

fn portal(text: &mut String, unit: &Unit, window: Window) {
    line(text, format_args!("  - id: {}", unit.id));
    line(text, format_args!("    name: {}", quoted(&unit.name)));
    line(text, format_args!("    owner: {}", quoted(&unit.owner)));
    line(text, format_args!("    level: {}", unit.level));
    if let Some(parent) = &unit.parent {
        line(text, format_args!("    parent: {parent}"));
    }
    line(text, format_args!("    url: https://{}/", unit.host));
    line(
        text,
        format_args!("    regulations: [{}]", unit.regulations.join(", ")),
    );
    if let Some(hosting) = &unit.hosting {
        line(text, format_args!("    hosting: {hosting}"));
    }
    if unit.historical {
        line(text, format_args!("    status: historical"));
        line(text, format_args!("    valid_to: 2025-06-30"));
        line(
            text,
            format_args!(
                "    note: {}",
                quoted("Chính quyền cấp huyện kết thúc hoạt động từ 01/7/2025.")
            ),
        );
    }
    if let Some(share) = unit.joined {
        let at = window.to - window.secs() / 1_000 * i64::from(share);
        line(text, format_args!("    valid_from: {at}"));
    }
    if !unit.historical {
        maintenance(text, unit, window);
    }
}

/// One unit in ten announces maintenance every quarter; one time in six it is announced too late.
fn maintenance(text: &mut String, unit: &Unit, window: Window) {
    let mut chance = Chance::of("maintenance", &unit.id);
    if unit.level != Level::Province && !chance.happens(100) {
        return;
    }
    let days = window.secs() / 86_400;
    let mut nights: Vec<i64> = (0..days / 90 + 1)
        .map(|_| i64::from(chance.below(u32::try_from(days).unwrap_or(0))))
        .collect();
    nights.sort_unstable();
    nights.dedup();
    text.push_str("    maintenance:\n");
    for night in nights {
        // 22:00 in Viet Nam of that day.
        let from = UnixTime::from_secs((window.from + night * 86_400).secs().div_euclid(86_400) * 86_400)
            + 15 * 3_600;
        let to = from + chance.length(3_600, 3);
        let announced = if chance.happens(166) {
            from + 1_200
        } else {
            from - 3 * 86_400
        };
        line(
            text,
            format_args!(
                "      - {{from: {}, to: {}, announced_at: {}, author: {}, reason: {}}}",
                quoted(&from.to_string()),
                quoted(&to.to_string()),
                quoted(&announced.to_string()),
                quoted("Đơn vị vận hành"),
                quoted("Nâng cấp phần mềm hệ thống"),
            ),
        );
    }
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.push_str(&what.to_string());
    text.push('\n');
}

/// A text as YAML takes it: JSON strings are YAML strings.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
