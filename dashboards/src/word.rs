//! What the values of labels read like: Prometheus keeps short codes, people read words. The same on every board.
//!
//! Causes, packs and sections take their words from where reports and console take them: the catalogue of texts and the
//! lexicon of sections. Alerts take theirs from their rules. What Alertmanager sends reads the same: see [`templates`].

use std::sync::LazyLock;

use ems_contract::text::{self, Lang};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rule::{self, Rule};

/// A value of a label in words.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// The label.
    pub label: &'static str,
    /// Its value.
    pub value: &'static str,
    /// The word.
    pub word: &'static str,
    /// Colour of its line or bar, where the word says good or bad.
    pub colour: Option<&'static str>,
}

const fn word(label: &'static str, value: &'static str, word: &'static str) -> Word {
    Word {
        label,
        value,
        word,
        colour: None,
    }
}

const fn verdict(value: &'static str, word: &'static str, colour: &'static str) -> Word {
    Word {
        label: "verdict",
        value,
        word,
        colour: Some(colour),
    }
}

/// The words that are the boards' own.
static OWN: [Word; 39] = [
    word("level", "province", "Cấp tỉnh"),
    word("level", "department", "Sở, ban, ngành"),
    word("level", "district", "Cấp huyện"),
    word("level", "commune", "Cấp xã"),
    word("level", "other", "Cơ quan khác"),
    word("track", "overall", "Chung"),
    word("track", "v4", "IPv4"),
    word("track", "v6", "IPv6"),
    word("family", "v4", "IPv4"),
    word("family", "v6", "IPv6"),
    word("kind", "outage", "Gián đoạn"),
    word("kind", "path", "Đường truyền"),
    word("outcome", "up", "Truy cập được"),
    word("outcome", "degraded", "Có khiếm khuyết"),
    word("outcome", "down", "Không được"),
    word("outcome", "unknown", "Không rõ"),
    verdict("pass", "Đạt", "green"),
    verdict("fail", "Không đạt", "red"),
    verdict("warn", "Cần lưu ý", "yellow"),
    verdict("unknown", "Chưa biết", "#8e8e8e"),
    word("severity", "khan", "Khẩn"),
    word("severity", "cao", "Cao"),
    word("severity", "thap", "Thấp"),
    word("phase", "resolve", "Phân giải tên"),
    word("phase", "connect", "Kết nối"),
    word("phase", "tls", "Bắt tay TLS"),
    word("phase", "processing", "Chờ byte đầu"),
    word("phase", "transfer", "Tải nội dung"),
    word("state", "listed", "Có, kèm ngày đăng"),
    word("state", "undated", "Có, chưa rõ ngày đăng"),
    word("state", "empty", "Có, trống"),
    word("state", "js_only", "Chưa rõ: chỉ hiện qua JavaScript"),
    word("state", "blocked", "Chưa rõ: bị chặn"),
    word("state", "not_read", "Chưa đọc được"),
    word("state", "pass", "Đủ mục"),
    word("state", "missing_items", "Thiếu mục"),
    word("state", "not_english", "Không phải tiếng Anh"),
    word("state", "absent", "Không có"),
    word("state", "unknown", "Chưa rõ"),
];

/// Every word; a value that is not here is shown as it is.
static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let mut all: Vec<Word> = OWN.to_vec();
    for (label, prefix) in [("cause", "cause."), ("cause", "unknown."), ("pack", "law.pack.")] {
        let words = text::keys().filter_map(|key| {
            let value = key.strip_prefix(prefix)?;
            Some(word(label, value, text::get(Lang::Vi, key)))
        });
        all.extend(words);
    }
    let mixed = text::get(Lang::Vi, "ledger.mixed_families");
    all.push(word("cause", "mixed_families", mixed));
    all.extend(sections());
    let rules = rule::groups().into_iter().flat_map(|group| group.rules);
    all.extend(rules.filter_map(|rule| match rule {
        Rule::Record { .. } => None,
        Rule::Alert(alert) => Some(word("alertname", alert.name, alert.title)),
    }));
    all
});

#[derive(Deserialize)]
struct Lexicon {
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    id: String,
    label_vi: String,
}

/// The sections by their labels; a lexicon that cannot be read is caught by a test, at run time the ids are shown.
fn sections() -> Vec<Word> {
    let lexicon = serde_saphyr::from_str(include_str!("../../regulations/sections.yaml"));
    let Lexicon { sections } = lexicon.unwrap_or(Lexicon { sections: Vec::new() });
    // They live as long as the program: read once, at the first word.
    let word = |section: Section| word("section", section.id.leak(), section.label_vi.leak());
    sections.into_iter().map(word).collect()
}

/// The words of a label.
pub fn of(label: &str) -> impl Iterator<Item = &'static Word> {
    WORDS.iter().filter(move |word| word.label == label)
}

/// The words of causes and sections as Alertmanager's templates `ems.cause` and `ems.section`, which are given the value.
#[must_use]
pub fn templates() -> String {
    let mut text = String::from(HEAD);
    for label in ["cause", "section"] {
        let words: Vec<String> = of(label)
            .map(|word| format!("if eq . \"{}\" }}}}{}{{{{ else ", word.value, word.word))
            .collect();
        text.push_str(&format!(
            "{{{{ define \"ems.{label}\" }}}}{{{{ {}}}}}{{{{ . }}}}{{{{ end }}}}{{{{ end }}}}\n",
            words.concat()
        ));
    }
    text
}

const HEAD: &str = "\
{{/* Written by `cargo run -p ems-dashboards` from the texts of reports and console; change them there. */}}
";

/// Grafana's value mapping for (value, word).
#[must_use]
pub fn mapping<'a>(words: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let options: serde_json::Map<String, Value> = words
        .enumerate()
        .map(|(index, (value, text))| (value.to_owned(), json!({"index": index, "text": text})))
        .collect();
    json!({"type": "value", "options": options})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ems_contract::cause::{Cause, DegradedCause, UnknownWhy};
    use ems_contract::inventory::{PACKS, SECTIONS};

    use super::*;

    #[test]
    fn no_value_has_two_words_and_no_word_of_a_label_two_values() {
        let values: BTreeSet<_> = WORDS.iter().map(|word| (word.label, word.value)).collect();
        let words: BTreeSet<_> = WORDS.iter().map(|word| (word.label, word.word)).collect();
        assert_eq!((values.len(), words.len()), (WORDS.len(), WORDS.len()));
    }

    #[test]
    fn every_cause_pack_section_and_alert_has_a_word() {
        let has = |label: &str, value: &str| of(label).any(|word| word.value == value);
        for cause in Cause::ALL {
            assert!(has("cause", cause.as_str()), "{cause}");
        }
        for cause in DegradedCause::ALL {
            assert!(has("cause", cause.as_str()), "{cause}");
        }
        for why in UnknownWhy::ALL {
            assert!(has("cause", why.as_str()), "{why}");
        }
        for pack in PACKS {
            assert!(has("pack", pack), "{pack}");
        }
        for section in SECTIONS {
            assert!(has("section", section), "{section}");
        }
        assert!(has("alertname", "PortalDown"));
    }
}
