//! The YAML reader as its callers see it.

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::Diagnostics;
use ems_contract::yaml::{self, Item, Tree};
use proptest::prelude::*;

fn file() -> Arc<Path> {
    Arc::from(Path::new("t.yaml"))
}

fn read(text: &str) -> (Option<Tree>, Vec<String>) {
    let found = Diagnostics::default();
    let tree = yaml::read(&file(), text, &found);
    (tree, found.into_vec().iter().map(ToString::to_string).collect())
}

type Thing = (Option<String>, Option<u16>);

/// Decodes a list of `{id, port}` under `things`, as a caller would.
fn decode(text: &str) -> (Vec<Thing>, Vec<String>) {
    let found = Diagnostics::default();
    let tree = yaml::read(&file(), text, &found);
    let thing = |item: Item<'_>| {
        let mut map = item.map()?;
        let id = map.required("id", Item::text);
        let port = map.optional("port", |port| port.integer(1..=65_535));
        map.finish();
        Some((id, port))
    };
    let things = tree.as_ref().and_then(|tree| {
        let mut map = tree.root(&found).map()?;
        let things = map.required("things", |list| Some(list.list_of(thing)));
        map.optional("shared", |_| Some(()));
        map.finish();
        things
    });
    drop(tree);
    (
        things.unwrap_or_default(),
        found.into_vec().iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn every_error_is_found_at_its_place_and_the_good_items_are_kept() {
    let (things, found) = decode(
        "things:\n  - id: a\n    port: 99999\n  - {prot: 1}\n  - id: [x]\n  - text\n  - {id: ok, port: 80}\nthing: 1\n",
    );
    assert_eq!(things.last(), Some(&(Some("ok".to_owned()), Some(80))));
    assert_eq!(
        found,
        [
            "error: t.yaml:3:11: things[0].port: `99999` is outside the allowed range 1 … 65535",
            "error: t.yaml:4:5: things[1]: the key `id` is missing",
            "error: t.yaml:4:6: things[1].prot: there is no key `prot`\n  hint: did you mean `port`?",
            "error: t.yaml:5:9: things[2].id: is a list; a text is wanted",
            "error: t.yaml:6:5: things[3]: `text` cannot be used; a mapping, `key: value` on each line is wanted",
            "error: t.yaml:8:1: thing: there is no key `thing`\n  hint: did you mean `things`?",
        ]
    );
}

#[test]
fn a_broken_item_hides_no_other() {
    let text = "things:\n  - id: a\n    port: x\n  - id: 'b\n  - id: c\n    port: y\n  - id: d\n\tport: 1\n  - id: e\n    port: z\n";
    let (things, found) = decode(text);
    let places: Vec<&str> = found
        .iter()
        .map(|line| line.split(": ").nth(1).unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "t.yaml:3:11",
            "t.yaml:4:9",
            "t.yaml:6:11",
            "t.yaml:7:9",
            "t.yaml:10:11"
        ]
    );
    assert!(found[3].contains("tabs"), "{found:#?}");
    assert_eq!(things.len(), 3);
    assert!(!read(text).0.unwrap().is_whole());
}

#[test]
fn an_error_at_the_top_leaves_the_lists() {
    let (things, found) = decode("shared: a: b\nthings:\n  - {id: a, port: 0}\n");
    assert_eq!(things.len(), 1);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("error: t.yaml:1:10: "));
}

#[test]
fn aliases_and_merges_work_and_written_keys_win() {
    let (things, found) = decode(
        "shared: &base {id: base, port: 1}\nthings:\n  - {<<: *base, id: a}\n  - <<: [{port: 7}, *base]\n",
    );
    assert_eq!(found, [""; 0]);
    assert_eq!(
        things,
        [
            (Some("a".to_owned()), Some(1)),
            (Some("base".to_owned()), Some(7))
        ]
    );
}

#[test]
fn bombs_and_misuse_of_aliases_are_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (now, before) in "bcdefgh".chars().zip("abcdefg".chars()) {
        let tenfold = vec![format!("*{before}"); 10].join(", ");
        bomb.push_str(&format!("{now}: &{now} [{tenfold}]\n"));
    }
    let (tree, found) = read(&bomb);
    assert!(tree.is_none());
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("the aliases (`*name`) multiply to more than 200000 values"));
    let (_, found) = read("a: &a [*a]\nb: *nobody\n");
    assert!(
        found[0].contains("contains it") && found[1].contains("*nobody"),
        "{found:#?}"
    );
}

#[test]
fn depth_documents_tags_and_keys_are_bounded() {
    let deep = "[".repeat(100_000);
    assert!(read(&deep).1[0].contains("nested too deeply"));
    assert!(read("a: 1\n---\nb: 2\n").1[0].contains("one YAML document"));
    assert!(read("a: !secret x\n").1[0].contains("tags"));
    assert!(read("{[a]: 1}\n").1[0].contains("key must be text"));
    assert!(read("a: 1\na: 2\n").1[0].contains("first on line 1"));
    assert!(read("# nothing\n").1[0].contains("empty"));
    assert!(read(&" ".repeat(yaml::MAX_BYTES + 1)).1[0].contains("16 MiB"));
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let found = Diagnostics::default();
    assert!(yaml::read_file(&dir.path().join("none.yaml"), &found).is_none());
    let latin = dir.path().join("latin.yaml");
    std::fs::write(&latin, b"a: 1\nb: \xff\n").unwrap();
    assert!(yaml::read_file(&latin, &found).is_none());
    let found = found.into_vec();
    assert_eq!(found.len(), 2);
    assert!(found.iter().any(|d| d.place.as_ref().unwrap().line == 2));
}

#[test]
fn names_come_out_in_nfc() {
    let (things, _) = decode("things: [{id: \"Tu\u{31b} Nghi\u{303}a\"}]\n");
    assert_eq!(things[0].0.as_deref(), Some("Tư Nghĩa"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(
        text in "([ \\t]{0,4}(- |\\* |&a |\\*a |<<: |\\[|\\]|\\{|\\}|'|\"|a: |id: x|: |, |\\||---|!t |%|#)*\n){0,12}"
    ) {
        let (_, found) = decode(&text);
        prop_assert!(found.len() < 1_100);
    }
}
