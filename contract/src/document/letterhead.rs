//! Head and end of an administrative text, as NĐ 30/2020/NĐ-CP Điều 8 and Phụ lục I lay them out.
//!
//! The state's name ("Quốc hiệu"), the motto ("Tiêu ngữ") and the words "Số", "Kính gửi", "Nơi nhận" are fixed and
//! come from the text catalogue (`document.*`).

use serde::{Deserialize, Serialize};

use crate::text::{self, Lang};

/// The head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letterhead {
    /// The body above the issuer ("cơ quan chủ quản"), in capitals; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superior: Option<String>,
    /// The issuing body ("cơ quan ban hành"), in capitals.
    pub issuer: String,
    /// Number of the text; absent in a draft: then room is left for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Symbol behind the number: `BC-SKHCN`.
    pub symbol: String,
    /// Place and day ("địa danh và thời gian ban hành").
    pub place_date: PlaceDate,
    /// Kind of text ("tên loại"), in capitals: `BÁO CÁO`.
    pub kind: String,
    /// What it is about ("trích yếu").
    pub subject: String,
    /// To whom ("Kính gửi"); empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addressees: Vec<String>,
}

impl Letterhead {
    /// `Số: 05/BC-SKHCN`: numbers below ten with a leading zero, and room to write where there is no number yet.
    #[must_use]
    pub fn number_line(&self, lang: Lang) -> String {
        let number = self
            .number
            .map_or_else(|| BLANK.to_owned(), |number| format!("{number:02}"));
        text::fill(
            lang,
            "document.number",
            &[("number", &number), ("symbol", &self.symbol)],
        )
    }
}

/// Room to write a number by hand: no-break spaces, which no form collapses.
const BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// Place and day of issue. What is absent is left blank, to be written when the text is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceDate {
    /// Name of the province, city or commune.
    pub place: String,
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u8>,
    /// Day, 1 to 31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u8>,
}

impl PlaceDate {
    /// `An Giang, ngày 05 tháng 02 năm 2026`. Days below 10 and months 1 and 2 have a leading zero, months 3 to 9
    /// have none (NĐ 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.4).
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let day = self
            .day
            .map_or_else(|| BLANK.to_owned(), |day| format!("{day:02}"));
        let month = match self.month {
            None => BLANK.to_owned(),
            Some(month @ 1..=2) => format!("0{month}"),
            Some(month) => month.to_string(),
        };
        text::fill(
            lang,
            "document.place_date",
            &[
                ("place", &self.place),
                ("day", &day),
                ("month", &month),
                ("year", &self.year.to_string()),
            ],
        )
    }
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Authority and office, one line each, in capitals: `KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`.
    pub office: Vec<String>,
    /// The signer's name without title; empty where it is not known yet.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}
