//! The files under `regulations/` as they ship with the program, and the excerpts of the source texts.

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../regulations/", $path)))
    };
}

/// The rule data: (path below `regulations/`, content).
pub const FILES: &[(&str, &str)] = &[
    file!("calendar/2023.yaml"),
    file!("calendar/2024.yaml"),
    file!("calendar/2025.yaml"),
    file!("calendar/2026.yaml"),
    file!("calendar/2027.yaml"),
    file!("packs/an-giang-2023.yaml"),
    file!("packs/bac-giang-2019.yaml"),
    file!("packs/hau-giang-2020.yaml"),
    file!("packs/incident.yaml"),
    file!("packs/quang-ngai-2017.yaml"),
    file!("packs/tuyen-quang-2026-draft.yaml"),
    file!("packs/vn-nd224-2026.yaml"),
    file!("packs/vn-nd43-2011.yaml"),
    file!("checks.yaml"),
    file!("sections.yaml"),
    file!("reports.yaml"),
    file!("conflicts.yaml"),
];

/// The excerpts that quotations are checked against: (path below `regulations/`, content).
pub const SOURCES: &[(&str, &str)] = &[
    file!("fixtures/sources/an-giang-2023.txt"),
    file!("fixtures/sources/bac-giang-2019.txt"),
    file!("fixtures/sources/hau-giang-2020.txt"),
    file!("fixtures/sources/incident.txt"),
    file!("fixtures/sources/luat-cntt-2006.txt"),
    file!("fixtures/sources/luat-tctt-2016.txt"),
    file!("fixtures/sources/quang-ngai-2017.txt"),
    file!("fixtures/sources/tt-24-2011.txt"),
    file!("fixtures/sources/tt-25-2010.txt"),
    file!("fixtures/sources/tt-32-2017.txt"),
    file!("fixtures/sources/tuyen-quang-2026-draft.txt"),
    file!("fixtures/sources/vn-nd224-2026.txt"),
    file!("fixtures/sources/vn-nd43-2011.txt"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What a page lacks is told to people: no element of a pack is without words.
    #[test]
    fn every_element_of_the_packs_has_words() {
        let rules = crate::regulation::Regulations::embedded().unwrap();
        let rows = rules.packs.values().flat_map(|pack| &pack.obligations);
        let silent: BTreeSet<&str> = rows
            .flat_map(|row| &row.params.fields)
            .filter(|field| {
                ems_contract::text::lookup(ems_contract::text::Lang::Vi, &format!("field.{field}")).is_none()
            })
            .map(String::as_str)
            .collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    /// A file put into the folder and forgotten here would be a rule that is silently not in force.
    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regulations");
        let mut found = BTreeSet::new();
        for folder in ["", "calendar", "packs", "fixtures/sources"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name.ends_with(".yaml") || name.ends_with(".txt") {
                    found.insert(Path::new(folder).join(name).to_str().unwrap().to_owned());
                }
            }
        }
        let embedded: BTreeSet<String> = FILES
            .iter()
            .chain(SOURCES)
            .map(|(path, _)| (*path).to_owned())
            .collect();
        assert_eq!(embedded, found);
    }
}
