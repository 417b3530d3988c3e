//! Whose portals there are: provinces with their departments and communes.
//!
//! Departments have the names that departments have; communes are numbered, and every address ends in `.example`,
//! which nobody can own (RFC 6761): a demonstration never points at a real site.

use ems_contract::inventory::Level;

use super::chance::Chance;

/// The most portals of a demonstration.
pub const MOST_PORTALS: u32 = 5_000;

/// One province's portals before the next province begins.
const OF_A_PROVINCE: u32 = 120;

/// One body with a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) level: Level,
    pub(super) parent: Option<String>,
    pub(super) host: String,
    pub(super) regulations: &'static [&'static str],
    /// Units of one hosting fail together.
    pub(super) hosting: Option<String>,
    /// It began to count this share (in thousandths) of the history before its end; `None`: from the beginning.
    pub(super) joined: Option<u32>,
    /// Its body is gone.
    pub(super) historical: bool,
}

struct Province {
    id: &'static str,
    name: &'static str,
    regulations: &'static [&'static str],
}

const PROVINCES: &[Province] = &[
    Province {
        id: "angiang",
        name: "An Giang",
        regulations: &["an-giang-2023", "vn-nd224-2026"],
    },
    Province {
        id: "quangngai",
        name: "Quảng Ngãi",
        regulations: &["quang-ngai-2017", "vn-nd224-2026"],
    },
    Province {
        id: "tuyenquang",
        name: "Tuyên Quang",
        regulations: &["tuyen-quang-2026-draft", "vn-nd224-2026"],
    },
    Province {
        id: "bacninh",
        name: "Bắc Ninh",
        regulations: &["vn-nd224-2026"],
    },
    Province {
        id: "cantho",
        name: "Cần Thơ",
        regulations: &["vn-nd224-2026"],
    },
];

const DEPARTMENTS: &[(&str, &str)] = &[
    ("vp", "Văn phòng Ủy ban nhân dân"),
    ("skhcn", "Sở Khoa học và Công nghệ"),
    ("snv", "Sở Nội vụ"),
    ("stp", "Sở Tư pháp"),
    ("stc", "Sở Tài chính"),
    ("sct", "Sở Công Thương"),
    ("snnmt", "Sở Nông nghiệp và Môi trường"),
    ("sxd", "Sở Xây dựng"),
    ("sgddt", "Sở Giáo dục và Đào tạo"),
    ("syt", "Sở Y tế"),
    ("svhttdl", "Sở Văn hóa, Thể thao và Du lịch"),
    ("sdttg", "Sở Dân tộc và Tôn giáo"),
    ("tt", "Thanh tra"),
    ("bqlkkt", "Ban Quản lý Khu kinh tế"),
];

/// The units of a demonstration with `portals` measured portals, and a few whose bodies are gone.
pub(super) fn units(portals: u32) -> Vec<Unit> {
    let mut all: Vec<Unit> = (0..portals).map(unit).collect();
    if portals > OF_A_PROVINCE {
        all.extend((1..=5).map(district));
    }
    all
}

fn unit(number: u32) -> Unit {
    let (round, place) = (number / OF_A_PROVINCE, number % OF_A_PROVINCE);
    let kinds = u32::try_from(PROVINCES.len()).unwrap_or(1);
    let province = &PROVINCES[(round % kinds) as usize];
    // Past the last province the first comes again, with further communes.
    let lap = round / kinds;
    let seat = province.id;
    let name = province.name;
    let department = (lap == 0)
        .then(|| DEPARTMENTS.get(place.checked_sub(1)? as usize))
        .flatten();
    let (id, title, level) = match (lap, place, department) {
        (0, 0, _) => (
            seat.to_owned(),
            format!("Ủy ban nhân dân tỉnh {name}"),
            Level::Province,
        ),
        (_, _, Some((short, title))) => (
            format!("{seat}-{short}"),
            format!("{title} tỉnh {name}"),
            Level::Department,
        ),
        _ => {
            let commune = lap * OF_A_PROVINCE + place;
            (
                format!("{seat}-x{commune:03}"),
                format!("Ủy ban nhân dân xã Mẫu {commune:03}, tỉnh {name}"),
                Level::Commune,
            )
        }
    };
    let mut chance = Chance::of("unit", &id);
    let shared = level == Level::Commune && chance.happens(300);
    let late = level == Level::Commune && chance.happens(30);
    Unit {
        name: match level {
            Level::Province => format!("Cổng thông tin điện tử tỉnh {name}"),
            _ => format!("Trang thông tin điện tử {title}"),
        },
        owner: title,
        level,
        parent: (level != Level::Province).then(|| seat.to_owned()),
        host: match id.strip_prefix(seat).and_then(|rest| rest.strip_prefix('-')) {
            Some(own) => format!("{own}.{seat}.gov.vn.example"),
            None => format!("{seat}.gov.vn.example"),
        },
        regulations: province.regulations,
        hosting: shared.then(|| format!("{seat}-hosting")),
        joined: late.then(|| 100 + chance.below(300)),
        historical: false,
        id,
    }
}

/// A district of the first province, abolished on 2025-07-01.
fn district(number: u32) -> Unit {
    let Province { id, name, .. } = &PROVINCES[0];
    Unit {
        id: format!("{id}-h{number:02}"),
        name: format!("Trang thông tin điện tử Ủy ban nhân dân huyện Mẫu {number:02}, tỉnh {name}"),
        owner: format!("Ủy ban nhân dân huyện Mẫu {number:02}, tỉnh {name}"),
        level: Level::District,
        parent: Some((*id).to_owned()),
        host: format!("h{number:02}.{id}.gov.vn.example"),
        regulations: PROVINCES[0].regulations,
        hosting: None,
        joined: None,
        historical: true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_distinct_however_many_there_are() {
        for portals in [1, 120, 121, 600, MOST_PORTALS] {
            let all = units(portals);
            let ids: BTreeSet<&str> = all.iter().map(|unit| unit.id.as_str()).collect();
            assert_eq!(ids.len(), all.len());
            let active = all.iter().filter(|unit| !unit.historical).count();
            assert_eq!(active, portals as usize);
            let known = |unit: &Unit| unit.parent.as_ref().is_none_or(|id| ids.contains(id.as_str()));
            assert!(all.iter().all(known));
        }
    }
}
