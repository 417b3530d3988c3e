//! Names that the inventory may use but that are defined elsewhere: rule packs and sections.
//!
//! The packs and the section lexicon themselves are data under `regulations/`, which this crate does not embed: a
//! pack or a section that is added there is added here too.

/// Ids of the rule packs that ship with the program.
pub const PACKS: &[&str] = &[
    "an-giang-2023",
    "quang-ngai-2017",
    "hau-giang-2020",
    "bac-giang-2019",
    "tuyen-quang-2026-draft",
    "vn-nd224-2026",
    "vn-nd43-2011",
    "incident",
];

/// Ids of the sections that the recogniser knows.
pub const SECTIONS: &[&str] = &[
    "gioi-thieu",
    "co-cau-to-chuc",
    "lanh-dao",
    "ban-do",
    "tu-nhien-lich-su-van-hoa",
    "tin-tuc",
    "chi-dao-dieu-hanh",
    "phan-hoi-kien-nghi",
    "khen-thuong-xu-phat",
    "lich-cong-tac",
    "tuyen-dung",
    "pho-bien-phap-luat",
    "quy-hoach",
    "chuong-trinh-ke-hoach",
    "van-ban",
    "van-ban-hanh-chinh",
    "cong-bao",
    "dau-tu-mua-sam-cong",
    "nguon-von",
    "dat-dai",
    "gop-y-du-thao",
    "phan-anh-kien-nghi",
    "lien-he-can-bo",
    "thong-tin-giao-dich",
    "hoi-dap",
    "dich-vu-cong",
    "thu-tuc-hanh-chinh",
    "tien-do-ho-so-dvc",
    "tien-do-van-ban-dien-tu",
    "de-tai-khoa-hoc",
    "thong-ke",
    "csdl-chuyen-nganh",
    "bao-cao-tai-chinh",
    "phat-ngon-bao-chi",
    "tiep-can-thong-tin",
    "bao-cao-danh-gia-cong",
    "so-do-cong",
    "rss",
    "tim-kiem",
    "lien-ket",
    "khao-sat-danh-gia",
    "english",
];
