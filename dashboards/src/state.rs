//! How the five states look and read, the same on every board.

use serde_json::{Value, json};

/// A state as a number in panels, with colour and word. The numbers are ours: Grafana maps numbers, not labels.
pub struct Look {
    /// The `state` label.
    pub label: &'static str,
    /// The number in panels.
    pub number: u8,
    /// Grafana's colour.
    pub colour: &'static str,
    /// The word.
    pub word: &'static str,
}

/// Best first; unknown is grey, never green and never red.
pub const LOOKS: [Look; 5] = [
    Look {
        label: "up",
        number: 0,
        colour: "green",
        word: "Hoạt động",
    },
    Look {
        label: "degraded",
        number: 1,
        colour: "yellow",
        word: "Suy giảm",
    },
    Look {
        label: "down",
        number: 2,
        colour: "red",
        word: "Gián đoạn",
    },
    Look {
        label: "unknown",
        number: 3,
        colour: "#8e8e8e",
        word: "Không quan sát",
    },
    Look {
        label: "absent",
        number: 4,
        colour: "#5a6b7b",
        word: "Không có địa chỉ",
    },
];

/// Grafana's value mapping for the numbers.
#[must_use]
pub fn mapping() -> Value {
    let mut options = serde_json::Map::new();
    for (index, look) in LOOKS.iter().enumerate() {
        let shown = json!({"color": look.colour, "index": index, "text": look.word});
        options.insert(look.number.to_string(), shown);
    }
    json!({"type": "value", "options": options})
}

/// One number a portal and track from the five 0/1 series of `ems_portal_state` that `matchers` choose.
#[must_use]
pub fn number(matchers: &str, by: &str) -> String {
    let term = |look: &Look| {
        let (number, label) = (look.number, look.label);
        format!("{number} * sum by ({by}) (ems_portal_state{{{matchers}, state=\"{label}\"}})")
    };
    LOOKS.iter().map(term).collect::<Vec<_>>().join(" + ")
}
