//! The inventory as its callers see it: good files load, bad ones say exactly what is wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ems_contract::diagnostic::{Diagnostic, has_errors};
use ems_contract::family::Family;
use ems_contract::inventory::{Expectation, Inventory, Level, Loaded, Status, load};
use ems_contract::text::{self, Lang};
use ems_contract::time::UnixTime;
use proptest::prelude::*;

/// `contract/tests/<name>`, relative to where cargo runs the tests.
fn folder(name: &str) -> PathBuf {
    Path::new("tests").join(name)
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

fn rendered(diagnostics: &[Diagnostic], lang: Lang) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        writeln!(text, "{}", diagnostic.render(lang)).unwrap();
    }
    // Paths as the corpus' own folder shows them.
    text.replace("tests/bad-targets/", "")
}

/// What a bad file's `.expected` holds: the findings in English, then in Vietnamese.
fn transcript(loaded: &Loaded) -> String {
    let english = rendered(&loaded.diagnostics, Lang::En);
    let vietnamese = rendered(&loaded.diagnostics, Lang::Vi);
    format!("{english}\n{vietnamese}")
}

fn good(path: &Path) -> Inventory {
    let loaded = load(path);
    let told = rendered(&loaded.diagnostics, Lang::En);
    loaded
        .inventory
        .unwrap_or_else(|| panic!("{}: {told}", path.display()))
}

fn at(text: &str) -> UnixTime {
    text.parse().unwrap()
}

#[test]
fn every_bad_file_says_exactly_what_is_wrong_in_both_languages() {
    let bad = files(&folder("bad-targets"), "yaml");
    assert!(bad.len() >= 80, "the corpus shrank to {}", bad.len());
    let mut wrong = String::new();
    for path in bad {
        let loaded = load(&path);
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap_or_default();
        let actual = transcript(&loaded);
        if loaded.diagnostics.is_empty() || actual != expected {
            writeln!(
                wrong,
                "## {}\nexpected:\n{expected}\nactual:\n{actual}",
                path.display()
            )
            .unwrap();
        }
        assert_eq!(
            loaded.inventory.is_none(),
            has_errors(&loaded.diagnostics),
            "{}",
            path.display()
        );
        assert!(loaded.watched.contains(&path));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_expectation_stands_without_its_file() {
    for path in files(&folder("bad-targets"), "expected") {
        assert!(path.with_extension("yaml").exists(), "{}", path.display());
    }
}

#[test]
fn a_minimal_file_has_the_documented_defaults() {
    let inventory = good(&folder("good-targets").join("minimal.yaml"));
    let [portal] = inventory.portals.as_slice() else {
        panic!("one portal is written");
    };
    assert_eq!(portal.status, Status::Active);
    assert_eq!(
        (portal.ipv4, portal.ipv6),
        (Expectation::Required, Expectation::Required)
    );
    assert_eq!(
        (
            portal.reach_interval_s,
            portal.dns_interval_s,
            portal.tls_interval_s
        ),
        (60, 300, 3_600)
    );
    let visits = (portal.page_interval_s, portal.links_interval_s);
    assert_eq!(visits, (None, None), "as the sections need");
    assert_eq!(inventory.limits, ems_contract::plan::Limits::default());
}

#[test]
fn every_key_arrives_and_unit_files_take_over_defaults() {
    let loaded = load(&folder("good-targets").join("full.yaml"));
    assert_eq!(rendered(&loaded.diagnostics, Lang::En), "");
    let inventory = loaded.inventory.unwrap();
    let portal = |id: &str| inventory.portal(&id.parse().unwrap()).unwrap();

    let province = portal("angiang");
    assert_eq!(province.level, Level::Province);
    assert_eq!(
        province.parent, None,
        "the default parent is not its own component"
    );
    assert_eq!(
        province.reach_interval_s, 10,
        "critical, and no cadence of its own"
    );
    assert!(province.render);
    let visits = (province.page_interval_s, province.links_interval_s);
    assert_eq!(visits, (Some(14_400), Some(43_200)));
    assert_eq!(
        province.english_url.as_ref().unwrap().as_str(),
        "https://angiang.gov.vn/en"
    );
    assert_eq!(
        province.sections["tin-tuc"].as_str(),
        "https://angiang.gov.vn/tin-tuc"
    );
    assert_eq!(province.valid_from, Some(at("2023-02-01T00:00:00+07:00")));
    assert_eq!(province.maintenance[0].from, at("2026-11-22T21:00:00+07:00"));
    assert_eq!(province.allow[1].to_string(), "fd00::1/128");

    let copy = portal("angiang-sao");
    assert_eq!(copy.status, Status::Retired);
    assert_eq!(
        copy.valid_to,
        Some(at("2026-07-01T00:00:00+07:00")),
        "the last day counts"
    );
    assert_eq!(copy.reach_interval_s, 60);

    let health = portal("soyte");
    assert_eq!(health.parent.as_ref().unwrap().as_str(), "angiang");
    assert_eq!(
        (health.ipv4, health.ipv6),
        (Expectation::Required, Expectation::Optional)
    );
    assert_eq!(health.regulations, ["an-giang-2023", "vn-nd224-2026"]);
    assert!(portal("sokhcn").regulations.is_empty());
    for part in ["units/so.yaml", "extra-xa.yaml", "units"] {
        let path = folder("good-targets").join(part);
        assert!(loaded.watched.contains(&path), "{part}: {:?}", loaded.watched);
    }
}

/// OBLIGATIONS of the five regulations on the names they use, and what became of their bodies.
#[test]
fn the_shipped_sample_is_clean_and_tells_the_real_status_of_every_portal() {
    let loaded = load(Path::new("../targets.yaml"));
    assert_eq!(rendered(&loaded.diagnostics, Lang::Vi), "");
    let inventory = loaded.inventory.unwrap();
    let host = |url: &url::Url| url.host_str().unwrap().to_owned();
    let of_status = |status: Status| -> Vec<String> {
        let portals = inventory.portals.iter().filter(|portal| portal.status == status);
        portals.map(|portal| host(&portal.url)).collect()
    };
    assert_eq!(
        of_status(Status::Active),
        ["angiang.gov.vn", "quangngai.gov.vn", "tuyenquang.gov.vn"]
    );
    assert_eq!(
        of_status(Status::Historical),
        ["bacgiang.gov.vn", "haugiang.gov.vn"]
    );
    assert_eq!(
        of_status(Status::Retired),
        [
            "sotttt.angiang.gov.vn",
            "stttt.bacgiang.gov.vn",
            "tanyen.bacgiang.gov.vn",
            "stttt.quangngai.gov.vn",
            "tunghia.quangngai.gov.vn",
        ]
    );
    let abolished = inventory
        .portals
        .iter()
        .filter(|portal| portal.level == Level::District);
    assert!(
        abolished
            .into_iter()
            .all(|p| p.valid_to == Some(at("2025-07-01T00:00:00+07:00")))
    );
    let english = inventory
        .portal(&"tuyenquang".parse().unwrap())
        .unwrap()
        .english_url
        .clone();
    assert_eq!(english.unwrap().as_str(), "https://tuyenquang.gov.vn/en");
    let plan = inventory.plan_for(&"local".parse().unwrap()).unwrap();
    for family in Family::ALL {
        assert!(plan.references.iter().filter(|r| r.family == family).count() >= 2);
    }
}

#[test]
fn a_plan_holds_what_its_agent_can_and_should_measure() {
    let inventory = good(&folder("good-targets").join("full.yaml"));
    let plan = |id: &str| inventory.plan_for(&id.parse().unwrap());
    let both = plan("vnpt-longxuyen").unwrap();
    let ids: Vec<&str> = both.portals.iter().map(|portal| portal.id.as_str()).collect();
    assert_eq!(
        ids,
        ["angiang", "soyte", "sokhcn"],
        "retired portals are not measured"
    );
    assert_eq!(both.portals[0].families, Family::ALL);
    assert_eq!(
        both.portals[2].families,
        [Family::V4],
        "IPv6 is not expected of this one"
    );
    assert_eq!(both.portals[0].valid_from, Some(at("2023-02-01T00:00:00+07:00")));
    assert_eq!(both.references.len(), 4);

    let only_v4 = plan("viettel-rachgia").unwrap();
    assert!(
        only_v4
            .portals
            .iter()
            .all(|portal| portal.families == [Family::V4])
    );
    assert_eq!(only_v4.references.len(), 2);
    assert_eq!(plan("nobody"), None);
}

#[test]
fn the_version_follows_the_meaning_not_the_writing() {
    let dir = tempfile::tempdir().unwrap();
    let original = std::fs::read_to_string(folder("good-targets").join("minimal.yaml")).unwrap();
    let version = |text: &str| {
        let path = dir.path().join("targets.yaml");
        std::fs::write(&path, text).unwrap();
        good(&path).version
    };
    let first = version(&original);
    assert_eq!(
        version(&format!("# a remark\n{original}    ipv6: required\n")),
        first
    );
    assert_ne!(version(&format!("{original}    ipv6: optional\n")), first);
}

#[test]
fn a_broken_portal_takes_away_nobody_elses_findings() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("targets.yaml");
    let minimal = std::fs::read_to_string(folder("good-targets").join("minimal.yaml")).unwrap();
    let others = "  - {id: b, name: 'hở\n  - {id: c, name: C, owner: O, level: sở, parent: b, url: 'https://c.gov.vn/'}\n";
    std::fs::write(&path, format!("{minimal}{others}")).unwrap();
    let loaded = load(&path);
    let codes: Vec<&str> = loaded.diagnostics.iter().map(|d| d.message.key()).collect();
    // `parent: b` is not called unknown: b may stand in what could not be read.
    assert_eq!(codes, ["yaml.unknown_name", "yaml.syntax.after_quote"]);
    assert!(loaded.inventory.is_none());
}

#[test]
fn every_key_is_described_in_the_documentation() {
    let full = std::fs::read_to_string(folder("good-targets").join("full.yaml")).unwrap();
    let docs = std::fs::read_to_string("../docs/TARGETS.md").unwrap();
    let mut keys: Vec<&str> = full
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(": ").map(|part| part.trim_end_matches(':')))
        .filter_map(|part| part.rsplit([' ', '{', ',']).next())
        .filter(|key| {
            key.starts_with(|c: char| c.is_ascii_lowercase())
                && key
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b"_0123456789".contains(&b))
        })
        .filter(|key| full.contains(&format!("{key}:")))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() > 50, "{keys:?}");
    let described = |key: &&str| {
        ["`", ".", " "]
            .iter()
            .any(|before| docs.contains(&format!("{before}{key}`")))
    };
    let missing: Vec<&str> = keys.into_iter().filter(|key| !described(key)).collect();
    assert_eq!(missing, [""; 0]);
}

/// The smallest file of the documentation is a whole inventory.
#[test]
fn the_documented_example_loads() {
    let docs = std::fs::read_to_string("../docs/TARGETS.md").unwrap();
    let example = docs
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("targets.yaml");
    std::fs::write(&path, example).unwrap();
    let loaded = load(&path);
    assert_eq!(rendered(&loaded.diagnostics, Lang::En), "");
    assert_eq!(loaded.inventory.unwrap().portals.len(), 1);
}

#[test]
fn every_text_that_the_readers_name_is_in_the_catalogue_and_none_is_left_over() {
    let mut named = std::collections::BTreeSet::new();
    for folder in [
        "src/yaml",
        "src/inventory",
        "src/inventory/import",
        "src",
        "../collector/src/inventory",
    ] {
        for path in files(Path::new(folder), "rs") {
            let source = std::fs::read_to_string(path).unwrap();
            let literals = source.split('"').skip(1).step_by(1).map(str::to_owned);
            named.extend(literals.filter(|text| {
                let own = ["yaml.", "inventory.", "diagnostic."];
                own.iter().any(|prefix| text.starts_with(prefix)) && !text.contains([' ', '/', '{'])
            }));
        }
    }
    named.retain(|key| !key.ends_with(".yaml"));
    let missing: Vec<&String> = named
        .iter()
        .filter(|key| text::lookup(Lang::Vi, key).is_none())
        .collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
    let ours = |key: &&str| {
        ["inventory.", "yaml.", "diagnostic."]
            .iter()
            .any(|p| key.starts_with(p))
    };
    // `yaml.want.…` is there for the readers of other files too.
    let unused: Vec<&str> = text::keys()
        .filter(ours)
        .filter(|key| !named.contains(*key) && !key.starts_with("yaml.want."))
        .collect();
    assert!(
        unused.is_empty(),
        "in the catalogue, but nobody says it: {unused:?}"
    );
}

/// A good file, damaged: characters cut, doubled or replaced.
fn damaged() -> impl Strategy<Value = String> {
    let full = std::fs::read_to_string(folder("good-targets").join("full.yaml")).unwrap();
    let chars: Vec<char> = full.chars().collect();
    let count = chars.len();
    let wound = (0..count, 0..40usize, "[ \\t\\n:\\-\\[\\]{}'\"&*!|>%@#,a0]{0,6}");
    proptest::collection::vec(wound, 1..6).prop_map(move |wounds| {
        let mut chars = chars.clone();
        for (from, length, with) in wounds {
            let from = from.min(chars.len());
            let to = (from + length).min(chars.len());
            chars.splice(from..to, with.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic_and_never_pass_in_silence(text in damaged()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("targets.yaml");
        std::fs::write(&path, text).unwrap();
        let loaded = load(&path);
        prop_assert_eq!(loaded.inventory.is_none(), has_errors(&loaded.diagnostics));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("targets.yaml");
        std::fs::write(&path, bytes).unwrap();
        prop_assert!(load(&path).inventory.is_none());
    }
}
