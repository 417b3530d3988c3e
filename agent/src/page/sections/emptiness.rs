//! Texts by which a page says that it has nothing: recognised by their words, because every system has its own sentence.

use std::collections::HashSet;
use std::sync::LazyLock;

/// What makes a sentence one of nothing, folded.
const SAYS: &[&str] = &[
    "khong co",
    "chua co",
    "khong tim thay",
    "khong ton tai",
    "dang cap nhat",
    "dang duoc cap nhat",
    "dang tiep tuc cap nhat",
    "dang trong qua trinh cap nhat",
    "dang cho cap nhat",
    "chua duoc cap nhat",
    "chua cap nhat",
    "se duoc cap nhat",
    "se cap nhat",
    "dang xay dung",
    "dang duoc xay dung",
    "dang trong qua trinh xay dung",
    "dang hoan thien",
    "dang bien tap",
    "no data",
    "no results",
    "no records",
    "no items",
    "no posts",
    "no documents",
    "nothing found",
    "there are no",
    "under construction",
    "coming soon",
    "being updated",
    "updating",
];

/// The other words of such sentences, folded. A word outside this list makes it a sentence about something.
const WORDS: &[&str] = &[
    "khong",
    "chua",
    "co",
    "tim",
    "thay",
    "ton",
    "tai",
    "dang",
    "duoc",
    "cap",
    "nhat",
    "tiep",
    "tuc",
    "trong",
    "qua",
    "trinh",
    "cho",
    "se",
    "xay",
    "dung",
    "hoan",
    "thien",
    "bien",
    "tap",
    "hien",
    "nay",
    "o",
    "day",
    "nao",
    "noi",
    "du",
    "lieu",
    "thong",
    "tin",
    "bai",
    "viet",
    "tuc",
    "ban",
    "ghi",
    "ket",
    "van",
    "tai",
    "lieu",
    "muc",
    "chuyen",
    "trang",
    "danh",
    "sach",
    "cau",
    "hoi",
    "bao",
    "thao",
    "lich",
    "cong",
    "tac",
    "lam",
    "file",
    "phu",
    "hop",
    "de",
    "thi",
    "them",
    "moi",
    "vui",
    "long",
    "mong",
    "quay",
    "lai",
    "sau",
    "xin",
    "quy",
    "vi",
    "va",
    "bi",
    "he",
    "thuoc",
    "nhom",
    "cac",
    "thu",
    "tuc",
    "du",
    "an",
    "goi",
    "thau",
    "so",
    "no",
    "data",
    "results",
    "result",
    "records",
    "items",
    "posts",
    "documents",
    "nothing",
    "found",
    "there",
    "are",
    "is",
    "under",
    "construction",
    "coming",
    "soon",
    "being",
    "updated",
    "updating",
    "available",
    "in",
    "table",
    "to",
    "display",
    "show",
    "content",
    "this",
    "section",
    "page",
    "currently",
    "at",
    "the",
    "moment",
    "yet",
    "please",
    "come",
    "back",
    "later",
    "and",
    "of",
    "for",
];

/// Words of the longest sentence of nothing.
const MAX_WORDS: usize = 18;

/// What makes such a sentence one about something after all, folded.
const BUT_NOT: &[&str] = &[
    "khong tim thay trang",
    "trang khong ton tai",
    "trang khong co",
    "page found",
    // What is being built there is no page.
    "du an dang xay dung",
    "du an dang duoc xay dung",
];

/// The lists above as they are asked: this is asked of every text of a page.
struct Asked {
    says: Vec<Vec<&'static str>>,
    words: HashSet<&'static str>,
    but_not: Vec<Vec<&'static str>>,
}

static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    let phrases = |all: &[&'static str]| all.iter().map(|phrase| phrase.split(' ').collect()).collect();
    Asked {
        says: phrases(SAYS),
        words: WORDS.iter().copied().collect(),
        but_not: phrases(BUT_NOT),
    }
});

/// Whether a folded text says that there is nothing, and nothing else. A page that is not found is another matter.
pub(super) fn says_nothing(folded_words: &str) -> bool {
    let mut words: Vec<&str> = Vec::with_capacity(MAX_WORDS);
    for word in folded_words.split(' ').filter(|word| !word.is_empty()) {
        if words.len() == MAX_WORDS || !ASKED.words.contains(word) {
            return false;
        }
        words.push(word);
    }
    let holds = |phrases: &[Vec<&str>]| {
        let here = |phrase: &Vec<&str>| words.windows(phrase.len()).any(|part| part == phrase);
        phrases.iter().any(here)
    };
    holds(&ASKED.says) && !holds(&ASKED.but_not)
}

#[cfg(test)]
mod tests {
    use super::says_nothing;
    use crate::page::plain::fold_words;

    #[test]
    fn sentences_of_nothing_are_known_by_their_words() {
        for text in [
            "Đang cập nhật...",
            "Không có kết quả nào được tìm thấy.",
            "Chưa có bài viết nào trong mục này.",
            "Dữ liệu chưa được cập nhật!",
            "Nội dung đang trong quá trình xây dựng, mong quý vị quay lại sau",
            "Hiện tại chưa có thông tin",
            "Không tìm thấy bản ghi nào phù hợp",
            "There are no items to show in this section.",
        ] {
            assert!(says_nothing(&fold_words(text)), "{text}");
        }
    }

    #[test]
    fn sentences_about_something_are_not() {
        for text in [
            "Không tìm thấy trang",
            "Trang không tồn tại",
            "Chưa có bình luận nào",
            "Không có sự kiện nào",
            "Cập nhật lần cuối",
            "Các dự án đang xây dựng",
            "Danh sách dự án đang được xây dựng",
            "Thông tin cập nhật",
            "Công khai danh sách hộ nghèo",
            "Không có tên trong danh sách trúng tuyển",
            "",
        ] {
            assert!(!says_nothing(&fold_words(text)), "{text}");
        }
    }
}
