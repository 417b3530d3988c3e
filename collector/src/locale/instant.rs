//! Instants in Vietnamese civil time.

use ems_contract::text::Lang;
use ems_contract::time::UnixTime;

fn written(at: UnixTime, form: &str) -> String {
    at.zoned().strftime(form).to_string()
}

/// `22/11/2026 21:57:00`; in English `22 Nov 2026 21:57:00`, which nobody reads month first.
#[must_use]
pub fn instant(at: UnixTime, lang: Lang) -> String {
    match lang {
        Lang::Vi => written(at, "%d/%m/%Y %H:%M:%S"),
        Lang::En => written(at, "%d %b %Y %H:%M:%S"),
    }
}

/// `22/11/2026`, `22 Nov 2026`.
#[must_use]
pub fn date(at: UnixTime, lang: Lang) -> String {
    match lang {
        Lang::Vi => written(at, "%d/%m/%Y"),
        Lang::En => written(at, "%d %b %Y"),
    }
}

/// `22/11`, `22 Nov`.
#[must_use]
pub fn day_month(at: UnixTime, lang: Lang) -> String {
    match lang {
        Lang::Vi => written(at, "%d/%m"),
        Lang::En => written(at, "%d %b"),
    }
}

/// `21:57:00`.
#[must_use]
pub fn time_of_day(at: UnixTime) -> String {
    written(at, "%H:%M:%S")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_civil_time_of_viet_nam() {
        let at: UnixTime = "2026-02-05T18:04:09Z".parse().unwrap();
        assert_eq!(instant(at, Lang::Vi), "06/02/2026 01:04:09");
        assert_eq!(instant(at, Lang::En), "06 Feb 2026 01:04:09");
        assert_eq!(date(at, Lang::Vi), "06/02/2026");
        assert_eq!(day_month(at, Lang::Vi), "06/02");
        assert_eq!(time_of_day(at), "01:04:09");
    }
}
