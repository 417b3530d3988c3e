//! Made-up portals and their figures, each formatted once.

use ems_contract::document::{Cell, Strip, Tone, Value};

/// Days of the quarter, 15 September to 14 December 2026.
pub(crate) const DAYS: usize = 91;
const QUARTER_S: i64 = DAYS as i64 * 86_400;

/// A portal that does not exist.
pub(crate) struct Portal {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) level: &'static str,
    pub(crate) address: String,
    pub(crate) down_s: i64,
    pub(crate) v6: Option<i64>,
    pub(crate) outages: i64,
    pub(crate) late: i64,
    pub(crate) days_left: i64,
    pub(crate) unknown_s: i64,
}

const FIELDS: [&str; 12] = [
    "Nội vụ",
    "Tài chính",
    "Y tế",
    "Xây dựng",
    "Tư pháp",
    "Công Thương",
    "Giáo dục và Đào tạo",
    "Nông nghiệp và Môi trường",
    "Văn hóa, Thể thao và Du lịch",
    "Dân tộc và Tôn giáo",
    "Khoa học và Công nghệ",
    "Ngoại vụ",
];
const SLUGS: [&str; 12] = [
    "snv", "stc", "syt", "sxd", "stp", "sct", "sgddt", "snnmt", "svhttdl", "sdttg", "skhcn", "sngv",
];

impl Portal {
    pub(crate) fn made_up(index: usize) -> Self {
        let random = noise(index);
        let (name, level, host) = match index {
            0 => (
                "Cổng thông tin điện tử tỉnh Mẫu".to_owned(),
                "Cấp tỉnh",
                "www".to_owned(),
            ),
            1..=12 => (
                format!("Sở {}", FIELDS[index - 1]),
                "Sở, ban, ngành",
                SLUGS[index - 1].to_owned(),
            ),
            _ => (
                format!(
                    "UBND {} Mẫu {}",
                    if index.is_multiple_of(5) {
                        "phường"
                    } else {
                        "xã"
                    },
                    index - 12
                ),
                "Xã, phường",
                format!("xa{}", index - 12),
            ),
        };
        let outages = i64::from(random % 5) * i64::from(random % 3);
        Self {
            index,
            name,
            level,
            address: format!("https://{host}.tinhmau.example/"),
            down_s: outages * (640 + i64::from(random % 9_000)),
            v6: (!random.is_multiple_of(4)).then(|| i64::from(random % 20_000)),
            outages,
            late: i64::from(random % 7).saturating_sub(2).max(0) * 3,
            days_left: i64::from(random % 300) + 3,
            unknown_s: i64::from(random % 23) * 3_000,
        }
    }

    pub(crate) fn seen_s(&self) -> i64 {
        QUARTER_S - self.unknown_s
    }

    pub(crate) fn availability(&self) -> Cell {
        let up = self.seen_s() - self.down_s;
        let tone = match up * 10_000 / self.seen_s() {
            9_990.. => Tone::Good,
            9_950..9_990 => Tone::Warn,
            _ => Tone::Bad,
        };
        share(up, self.seen_s()).toned(tone)
    }

    pub(crate) fn availability_v6(&self) -> Cell {
        self.v6.map_or_else(
            || Cell::text("không có IPv6").toned(Tone::Absent),
            |down| share(self.seen_s() - down, self.seen_s()),
        )
    }

    pub(crate) fn coverage(&self) -> Cell {
        share(self.seen_s(), QUARTER_S)
    }

    pub(crate) fn strip(&self) -> Strip {
        let days = (0..DAYS)
            .map(|day| match noise(self.index * 131 + day) % 97 {
                0 if self.outages > 0 => Tone::Bad,
                1 | 2 => Tone::Warn,
                3 if self.unknown_s > 0 => Tone::Unknown,
                4 if self.index.is_multiple_of(9) => Tone::Excluded,
                _ if self.index % 17 == 5 && day < 20 => Tone::Absent,
                _ => Tone::Good,
            })
            .collect();
        Strip {
            label: self.name.clone(),
            days,
            text: self.availability().text,
        }
    }
}

/// A number that looks random and is the same on every run (SplitMix64).
pub(crate) fn noise(index: usize) -> u32 {
    let mut state = (index as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((state ^ (state >> 31)) >> 33) as u32
}

/// `99,95%`.
pub(crate) fn share(part: i64, whole: i64) -> Cell {
    let value = Value::Share {
        part,
        whole,
        places: 2,
    };
    let floored = value.floored_percent().expect("a whole above zero");
    Cell::of(value, format!("{},{:02}%", floored / 100, floored % 100))
}

/// `1.234`.
pub(crate) fn count(number: i64) -> Cell {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    Cell::of(Value::Integer(number), text)
}

/// `3 giờ 24 phút 05 giây`.
pub(crate) fn duration(seconds: i64) -> Cell {
    let text = if seconds == 0 {
        "0 giây".to_owned()
    } else {
        format!(
            "{} giờ {:02} phút {:02} giây",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    };
    Cell::of(Value::Seconds(seconds), text)
}
