//! Which section a check is about. Pure.

use crate::regulation::Regulations;

/// Checks that call their section by a shorter name than the lexicon.
const SHORTER: &[(&str, &str)] = &[("fresh-lien-he", "lien-he-can-bo")];

/// The section that a check is about: `section-X`, `fresh-X` and `fresh-X-…` are about X.
#[must_use]
pub fn section_of<'r>(rules: &'r Regulations, check: &str) -> Option<&'r str> {
    let name = match SHORTER.iter().find(|(shorter, _)| *shorter == check) {
        Some((_, section)) => section,
        None => check
            .strip_prefix("section-")
            .or_else(|| check.strip_prefix("fresh-"))?,
    };
    let is_of = |id: &str| {
        let rest = name.strip_prefix(id);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    rules
        .sections
        .iter()
        .map(|section| &*section.id)
        .filter(|id| is_of(id))
        .max_by_key(|id| id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_sections_find_them_and_others_none() {
        let rules = Regulations::embedded().unwrap();
        for (check, section) in [
            ("section-tin-tuc", Some("tin-tuc")),
            ("fresh-van-ban-qppl", Some("van-ban")),
            ("fresh-van-ban-hanh-chinh", Some("van-ban-hanh-chinh")),
            ("fresh-lien-he", Some("lien-he-can-bo")),
            ("fresh-any-update", None),
            ("uptime", None),
        ] {
            let known = section.is_none_or(|id| rules.section(id).is_some());
            assert!(known, "{section:?} is in the lexicon");
            assert_eq!(section_of(&rules, check), section, "{check}");
        }
        let lost: Vec<&str> = rules
            .checks
            .iter()
            .map(|check| &*check.id)
            .filter(|id| id.starts_with("section-") && section_of(&rules, id).is_none())
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
