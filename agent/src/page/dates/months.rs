//! Names of months in the languages of the pages: folded, in lower case.

/// The month of a folded word.
pub(super) fn month(word: &str) -> Option<u32> {
    if word.len() < 3 {
        return None;
    }
    NAMES
        .binary_search_by(|(name, _)| (*name).cmp(word))
        .ok()
        .and_then(|at| NAMES.get(at))
        .map(|(_, month)| *month)
}

/// Vietnamese numbers of months after `tháng`, folded.
pub(super) fn vietnamese_number(first: &str, second: Option<&str>) -> Option<(u32, bool)> {
    Some(match (first, second) {
        ("muoi", Some("mot")) => (11, true),
        ("muoi", Some("hai")) => (12, true),
        ("muoi", _) => (10, false),
        ("mot" | "gieng", _) => (1, false),
        ("hai", _) => (2, false),
        ("ba", _) => (3, false),
        ("tu" | "bon", _) => (4, false),
        ("nam", _) => (5, false),
        ("sau", _) => (6, false),
        ("bay", _) => (7, false),
        ("tam", _) => (8, false),
        ("chin", _) => (9, false),
        ("chap", _) => (12, false),
        _ => return None,
    })
}

#[rustfmt::skip]
const NAMES: &[(&str, u32)] = &[
    ("abr", 4), ("abril", 4), ("ago", 8), ("agosto", 8), ("agustos", 8), ("agustus", 8), ("aout", 8),
    ("apr", 4), ("april", 4), ("aprile", 4), ("aprilie", 4), ("aprilis", 4), ("aralik", 12), ("aug", 8),
    ("august", 8), ("augusti", 8), ("augustus", 8), ("augusztus", 8), ("avr", 4), ("avril", 4),
    ("brezna", 3), ("cervence", 7), ("cervna", 6), ("czerwca", 6), ("dec", 12), ("december", 12),
    ("decembre", 12), ("decembrie", 12), ("des", 12), ("desember", 12), ("dez", 12), ("dezember", 12),
    ("dezembro", 12), ("dic", 12), ("dicembre", 12), ("diciembre", 12), ("dubna", 4), ("ekim", 10),
    ("ene", 1), ("enero", 1), ("eylul", 9), ("feb", 2), ("febbraio", 2), ("feber", 2), ("febr", 2),
    ("febrero", 2), ("februar", 2), ("februari", 2), ("februarie", 2), ("february", 2), ("fev", 2),
    ("fevereiro", 2), ("fevr", 2), ("fevrier", 2), ("gen", 1), ("gennaio", 1), ("giu", 6), ("giugno", 6),
    ("grudnia", 12), ("haziran", 6), ("ianuarie", 1), ("iulie", 7), ("iunie", 6), ("jaenner", 1),
    ("jan", 1), ("janeiro", 1), ("janner", 1), ("januar", 1), ("januari", 1), ("january", 1), ("janv", 1),
    ("janvier", 1), ("juil", 7), ("juillet", 7), ("juin", 6), ("jul", 7), ("julho", 7), ("juli", 7),
    ("julio", 7), ("julius", 7), ("july", 7), ("jun", 6), ("june", 6), ("junho", 6), ("juni", 6),
    ("junio", 6), ("junius", 6), ("kasim", 11), ("kvetna", 5), ("kwietnia", 4), ("ledna", 1), ("lipca", 7),
    ("listopada", 11), ("listopadu", 11), ("lug", 7), ("luglio", 7), ("lutego", 2), ("maart", 3),
    ("maerz", 3), ("mag", 5), ("maggio", 5), ("mai", 5), ("maio", 5), ("maj", 5), ("maja", 5), ("majus", 5),
    ("mar", 3), ("marca", 3), ("march", 3), ("marcius", 3), ("marco", 3), ("maret", 3), ("mars", 3),
    ("mart", 3), ("martie", 3), ("marts", 3), ("marz", 3), ("marzo", 3), ("may", 5), ("mayis", 5),
    ("mayo", 5), ("mei", 5), ("mrt", 3), ("nisan", 4), ("noiembrie", 11), ("nov", 11), ("november", 11),
    ("novembre", 11), ("novembro", 11), ("noviembre", 11), ("ocak", 1), ("oct", 10), ("october", 10),
    ("octobre", 10), ("octombrie", 10), ("octubre", 10), ("okt", 10), ("oktober", 10), ("ott", 10),
    ("ottobre", 10), ("out", 10), ("outubro", 10), ("pazdziernika", 10), ("prosince", 12), ("rijna", 10),
    ("sep", 9), ("sept", 9), ("september", 9), ("septembre", 9), ("septembrie", 9), ("septiembre", 9),
    ("set", 9), ("setembro", 9), ("setiembre", 9), ("settembre", 9), ("sierpnia", 8), ("srpna", 8),
    ("stycznia", 1), ("subat", 2), ("szeptember", 9), ("temmuz", 7), ("unora", 2), ("wrzesnia", 9),
    ("zari", 9), ("августа", 8), ("апреля", 4), ("декабря", 12), ("июля", 7), ("июня", 6), ("марта", 3),
    ("мая", 5), ("ноября", 11), ("октября", 10), ("сентября", 9), ("февраля", 2), ("января", 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_the_search() {
        for pair in NAMES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }
}
