//! What the values of labels read like: Prometheus keeps short codes, people read words. The same on every board.

use serde_json::{Value, json};

/// A value of a label in words.
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

/// Every word; a value that is not here is shown as it is.
pub static WORDS: [Word; 39] = [
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

/// The words of a label.
pub fn of(label: &str) -> impl Iterator<Item = &'static Word> {
    WORDS.iter().filter(move |word| word.label == label)
}

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

    use super::*;

    #[test]
    fn no_value_has_two_words_and_no_word_of_a_label_two_values() {
        let values: BTreeSet<_> = WORDS.iter().map(|word| (word.label, word.value)).collect();
        let words: BTreeSet<_> = WORDS.iter().map(|word| (word.label, word.word)).collect();
        assert_eq!((values.len(), words.len()), (WORDS.len(), WORDS.len()));
    }
}
