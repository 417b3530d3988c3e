//! What a date is for, by the words around it.

use serde::{Deserialize, Serialize};

use crate::page::plain::{find_phrase, fold};

/// The role of a date in an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Called the posting date (Ngày đăng, Cập nhật).
    Posted,
    /// Stands alone beside the title.
    Plain,
    /// Called the last change (Cập nhật, Sửa lần cuối): a posting date for want of another.
    Modified,
    /// Said by structured data about the item.
    Structured,
    /// When the document was issued.
    Issued,
    /// From when it is in force.
    Effective,
    /// Until when.
    Until,
    /// When it was approved.
    Approved,
    /// When it was accepted.
    Accepted,
    /// When the question was asked.
    Asked,
    /// When it was answered.
    Answered,
    /// When an event takes place, or the days a schedule covers.
    Event,
    /// A part of a sentence.
    Mention,
}

/// Words of the roles, folded; the last in a text before a date decides, the longer one at the same place.
const WORDS: &[(&str, Role)] = &[
    ("ngay dang", Role::Posted),
    ("ngay dang tai", Role::Posted),
    ("dang ngay", Role::Posted),
    ("dang luc", Role::Posted),
    ("dang tai", Role::Posted),
    ("dang boi", Role::Posted),
    ("ngay dua tin", Role::Posted),
    ("ngay dua len", Role::Posted),
    ("ngay cap nhat", Role::Modified),
    ("cap nhat", Role::Modified),
    ("cap nhat luc", Role::Modified),
    ("ngay xuat ban", Role::Posted),
    ("xuat ban", Role::Posted),
    ("thoi gian dang", Role::Posted),
    ("ngay cong bo tin", Role::Posted),
    ("ngay tao", Role::Posted),
    ("post date", Role::Posted),
    ("publish date", Role::Posted),
    ("posted", Role::Posted),
    ("posted on", Role::Posted),
    ("published", Role::Posted),
    ("updated", Role::Modified),
    ("cap nhat cuoi", Role::Modified),
    ("cap nhat lan cuoi", Role::Modified),
    ("lan cap nhat cuoi", Role::Modified),
    ("cap nhat cuoi ngay", Role::Modified),
    ("sua lan cuoi", Role::Modified),
    ("chinh sua", Role::Modified),
    ("modified", Role::Modified),
    ("date posted", Role::Posted),
    ("ngay ban hanh", Role::Issued),
    ("ban hanh ngay", Role::Issued),
    ("ban hanh", Role::Issued),
    ("ngay ky", Role::Issued),
    ("ky ngay", Role::Issued),
    ("ngay bh", Role::Issued),
    ("ngay van ban", Role::Issued),
    ("ngay vb", Role::Issued),
    ("ngay ra van ban", Role::Issued),
    ("issued", Role::Issued),
    ("issue date", Role::Issued),
    ("date of issue", Role::Issued),
    ("hieu luc", Role::Effective),
    ("ngay hieu luc", Role::Effective),
    ("co hieu luc", Role::Effective),
    ("co hieu luc tu", Role::Effective),
    ("hieu luc tu ngay", Role::Effective),
    ("hieu luc ke tu ngay", Role::Effective),
    ("ap dung tu", Role::Effective),
    ("ap dung tu ngay", Role::Effective),
    ("effective", Role::Effective),
    ("het hieu luc", Role::Until),
    ("ngay het hieu luc", Role::Until),
    ("het han", Role::Until),
    ("ngay het han", Role::Until),
    ("thoi han", Role::Until),
    ("han nop", Role::Until),
    ("han cuoi", Role::Until),
    ("het ngay", Role::Until),
    ("den ngay", Role::Until),
    ("truoc ngay", Role::Until),
    ("cham nhat", Role::Until),
    ("ngay ket thuc", Role::Until),
    ("ket thuc", Role::Until),
    ("dong thau", Role::Until),
    ("deadline", Role::Until),
    ("han gop y", Role::Until),
    ("phe duyet", Role::Approved),
    ("ngay phe duyet", Role::Approved),
    ("ngay duyet", Role::Approved),
    ("nghiem thu", Role::Accepted),
    ("ngay nghiem thu", Role::Accepted),
    ("ngay hoi", Role::Asked),
    ("hoi ngay", Role::Asked),
    ("ngay gui", Role::Asked),
    ("gui ngay", Role::Asked),
    ("gui luc", Role::Asked),
    ("cau hoi", Role::Asked),
    ("nguoi hoi", Role::Asked),
    ("nguoi gui", Role::Asked),
    ("ngay dat cau hoi", Role::Asked),
    ("ngay tiep nhan", Role::Asked),
    ("tiep nhan ngay", Role::Asked),
    ("asked", Role::Asked),
    ("tra loi", Role::Answered),
    ("ngay tra loi", Role::Answered),
    ("tra loi ngay", Role::Answered),
    ("tra loi luc", Role::Answered),
    ("giai dap ngay", Role::Answered),
    ("phan hoi ngay", Role::Answered),
    ("ngay phan hoi", Role::Answered),
    ("answered", Role::Answered),
    ("ngay bat dau", Role::Event),
    ("bat dau", Role::Event),
    ("dien ra", Role::Event),
    ("khai mac", Role::Event),
    ("tu ngay", Role::Event),
    ("su kien", Role::Event),
    ("thoi gian to chuc", Role::Event),
    ("mo thau", Role::Event),
    ("tuan", Role::Event),
];

/// The role that the words before a date give it (nearest first); `None` when they give none.
#[must_use]
pub(super) fn before(text: &str) -> Option<Role> {
    let folded = fold(text);
    if folded.is_empty() {
        return None;
    }
    let mut best: Option<(usize, usize, Role)> = None;
    for (word, role) in WORDS {
        if let Some(at) = last_phrase(&folded, word) {
            let end = at + word.len();
            if best.is_none_or(|(e, l, _)| (end, word.len()) > (e, l)) {
                best = Some((end, word.len(), *role));
            }
        }
    }
    // A label some words away belongs to something else.
    best.filter(|(end, _, _)| folded.len() - end <= 24)
        .map(|(_, _, role)| role)
}

fn last_phrase(text: &str, phrase: &str) -> Option<usize> {
    let (mut from, mut last) = (0, None);
    while let Some(at) = text.get(from..).and_then(|rest| find_phrase(rest, phrase)) {
        last = Some(from + at);
        from += at + phrase.len();
    }
    last
}

/// The role that the words after a date give it: `(13/05/2026) gửi câu hỏi`.
#[must_use]
pub(super) fn after(text: &str) -> Option<Role> {
    let head: String = fold(text).chars().take(24).collect();
    if head.contains("gui cau hoi")
        || head.contains("da hoi")
        || head.trim_start_matches([')', ' ', ':']).starts_with("hoi")
    {
        Some(Role::Asked)
    } else if head.contains("da tra loi") {
        Some(Role::Answered)
    } else {
        None
    }
}

/// The role that a column's heading gives its dates.
#[must_use]
pub(super) fn column(heading: &str) -> Option<Role> {
    let folded = fold(heading);
    if let Some(role) = before(&folded) {
        return Some(role);
    }
    match folded.trim() {
        "ngay" | "thoi gian" | "date" => Some(Role::Plain),
        _ => None,
    }
}

/// Words that may stand beside a date that stands alone, folded.
const COMPANIONS: &[&str] = &[
    "ngay",
    "luc",
    "vao",
    "thu",
    "hai",
    "ba",
    "tu",
    "nam",
    "sau",
    "bay",
    "chu nhat",
    "gmt",
    "sa",
    "ch",
    "am",
    "pm",
    "gio",
    "phut",
    "da xem",
    "luot xem",
    "xem",
    "views",
    "view",
    "schedule",
    "event",
    "calendar_today",
    "access_time",
    "today",
    "date",
    "by",
    "admin",
    "administrator",
    "new",
    "moi",
    "ban bien tap",
    "bbt",
    "bien tap",
    "nguon",
    "tac gia",
    "lan xem",
    "so luot xem",
    "luot doc",
    "luot truy cap",
    "utc",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "cap nhat",
    "dang",
    "thang",
    "on",
    "at",
    "icon",
];

/// Letters beside a date that stands alone which are none of its companions.
const MAX_RESIDUE: usize = 28;

/// Words of which a sentence is made and no line about a posting, folded.
const TELLING: &[&str] = &[
    "se",
    "sang",
    "chieu",
    "toi day",
    "sap toi",
    "den nay",
    "to chuc",
    "dien ra",
    "khai mac",
    "be mac",
    "tham du",
    "chu tri",
    "phat bieu",
    "will",
    "was",
    "were",
];

/// Words beside a date from which on a line that ends like a sentence is one.
const SENTENCE: usize = 4;

/// Whether a line without its dates is only what goes with a date.
#[must_use]
pub(super) fn stands_alone(rest: &str) -> bool {
    residue(rest).is_some()
}

/// Letters of a line without its dates that do not belong to the date; `None` when the line is about something else.
#[must_use]
pub(super) fn residue(rest: &str) -> Option<usize> {
    let folded = fold(rest);
    if folded.len() > 160 {
        return None;
    }
    let mut residue: String = folded
        .chars()
        .map(|c| if c.is_alphabetic() { c } else { ' ' })
        .collect();
    residue = format!(" {} ", residue.split_whitespace().collect::<Vec<_>>().join(" "));
    for companion in COMPANIONS {
        residue = residue.replace(&format!(" {companion} "), " ");
    }
    let ends = rest.trim_end().ends_with(['.', '…', '!']);
    let left = residue.trim().len();
    let words = residue.split_whitespace().count();
    // `08:30 sáng` is a time, `Sáng …, tại hội trường` begins a story.
    let tells = words > 1 && TELLING.iter().any(|word| residue.contains(&format!(" {word} ")));
    let sentence = ends && words >= SENTENCE;
    (left <= MAX_RESIDUE && !tells && !sentence).then_some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_label_gives_the_role() {
        for (text, role) in [
            ("Ngày đăng: ", Some(Role::Posted)),
            ("Cập nhật: 16h51 ", Some(Role::Modified)),
            ("Ngày ban hành: ", Some(Role::Issued)),
            (" - Ngày có hiệu lực: ", Some(Role::Effective)),
            ("Luật có hiệu lực từ ngày ", Some(Role::Effective)),
            ("Văn bản hết hiệu lực ngày ", Some(Role::Until)),
            ("Thời hạn nhận hồ sơ đến hết ngày ", Some(Role::Until)),
            ("Trả lời ngày ", Some(Role::Answered)),
            ("Hỏi ngày ", Some(Role::Asked)),
            ("Ngày nghiệm thu: ", Some(Role::Accepted)),
            ("Lịch tuần từ ngày ", Some(Role::Event)),
            ("Quyết định số 12/2026/QĐ-UBND ngày ", None),
            ("", None),
        ] {
            assert_eq!(before(text), role, "{text}");
        }
        assert_eq!(after(") gửi câu hỏi. Tôi muốn"), Some(Role::Asked));
    }

    #[test]
    fn a_date_alone_may_have_its_usual_company() {
        for text in [
            " ",
            "()",
            "Thứ Ba,  GMT+7",
            "  Đã xem: ",
            "Ban Biên tập -  - Lượt xem:",
            "lúc  SA",
            "Theo Báo Lào Cai, ",
            "Thứ Sáu,  lúc 08:30 sáng",
            "Phòng Văn hóa - Xã hội | ",
            "schedule ",
        ] {
            assert!(stands_alone(text), "{text}");
        }
        for text in [
            "Các đại biểu tập trung thảo luận những khó khăn từ ngày  đến nay",
            "Nghị định có hiệu lực kể từ ngày  thay thế Nghị định cũ",
            "Ngày  tới đây bệnh viện sẽ tổ chức.",
            "Ngày , xã A họp dân.",
            "Khai mạc ngày ",
            "Sáng , tại hội trường",
        ] {
            assert!(!stands_alone(text), "{text}");
        }
    }
}
