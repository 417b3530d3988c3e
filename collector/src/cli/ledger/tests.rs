use std::path::{Path, PathBuf};

use ems_contract::text::Lang;
use proptest::prelude::*;

use super::*;
use crate::account::Author;
use crate::judge::facts::When;
use crate::register::{Entry, Planned, Repeat};
use crate::store::{Entered, NewEntry};

/// The page that the example stands on.
const PAGE: &str = include_str!("../../../../docs/LEDGER.md");

/// A block of the page's worked example.
fn block(name: &str) -> &'static str {
    let marker = format!("<!-- example: {name} -->\n");
    let after = PAGE.split_once(marker.as_str()).unwrap().1;
    let body = after.split_once('\n').unwrap().1;
    body.split_once("```").unwrap().0
}

struct Example {
    dir: tempfile::TempDir,
}

impl Example {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["targets.yaml", "observations.ndjson"] {
            std::fs::write(dir.path().join(name), block(name)).unwrap();
        }
        Self { dir }
    }

    fn args(&self) -> Args {
        let file = |name| self.dir.path().join(name);
        Args {
            observations: file("observations.ndjson"),
            targets: file("targets.yaml"),
            data: None,
            from: "2026-11-22T07:00:00+07:00".parse().unwrap(),
            to: "2026-11-22T07:08:00+07:00".parse().unwrap(),
            now: Some("2026-11-22T07:08:30+07:00".parse().unwrap()),
            portal: None,
            json: false,
            lang: Lang::En,
        }
    }
}

fn ran(args: &Args) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(args, &mut out, &mut err).unwrap();
    (
        code,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

fn json(args: Args) -> serde_json::Value {
    let (code, out, _) = ran(&Args { json: true, ..args });
    assert_eq!(code, EXIT_OK);
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_example_of_the_page_gives_what_the_page_says() {
    let example = Example::new();
    let (code, out, err) = ran(&example.args());
    assert_eq!(code, EXIT_OK);
    assert_eq!(out, block("answer.txt"));
    let place = format!("{}:15: ", example.args().observations.display());
    assert!(err.contains(&place), "{err}");
}

#[test]
fn the_example_as_json() {
    let example = Example::new();
    let answer = json(example.args());
    assert_eq!(answer["input"]["observations"], 13);
    assert_eq!(answer["input"]["bad"], 1);
    assert_eq!(answer["input"]["bad_lines"][0]["line"], 15);
    let portal = &answer["portals"][0];
    assert_eq!(portal["settled_until"], "2026-11-22T00:06:45Z");
    let v4 = &portal["tracks"]["v4"];
    let states: Vec<(&str, &str)> = v4["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| (span["from"].as_str().unwrap(), span["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [
            ("2026-11-22T00:00:00Z", "up"),
            ("2026-11-22T00:02:00Z", "degraded"),
            ("2026-11-22T00:02:20Z", "down"),
            ("2026-11-22T00:03:20Z", "degraded"),
            ("2026-11-22T00:04:00Z", "up"),
            ("2026-11-22T00:06:00Z", "unknown"),
        ]
    );
    let cause = serde_json::json!({"kind": "failure", "stage": "connect", "cause": "tcp_timeout"});
    assert_eq!(v4["spans"][2]["cause"], cause);
    assert_eq!(v4["spans"][2]["agents"], serde_json::json!(["viettel", "vnpt"]));
    let seconds = |up, degraded, down, unknown, excluded, absent| {
        serde_json::json!({
            "up": up, "degraded": degraded, "down": down, "unknown": unknown, "excluded": excluded, "absent": absent,
        })
    };
    assert_eq!(v4["seconds"]["statutory"], seconds(240, 60, 60, 120, 0, 0));
    assert_eq!(v4["seconds"]["adjusted"], seconds(240, 20, 40, 120, 60, 0));
    // 07:06:45 to 07:08:00.
    assert_eq!(v4["provisional"], seconds(0, 0, 0, 75, 0, 0));
    let v6 = &portal["tracks"]["v6"];
    assert_eq!(v6["seconds"]["statutory"], seconds(0, 0, 0, 0, 0, 480));
    assert_eq!(
        v6["availability"]["statutory"]["percent"],
        serde_json::Value::Null
    );
    assert_eq!(portal["tracks"]["overall"]["outages"]["down_s"], 60);
    assert_eq!(portal["tracks"]["overall"]["seconds"], v4["seconds"]);
}

#[test]
fn the_register_of_a_database_is_left_out_as_well() {
    let example = Example::new();
    let store = SqliteStore::open(&example.dir.path().join(DATABASE)).unwrap();
    let at = |text: &str| -> UnixTime { text.parse().unwrap() };
    let entered = at("2026-11-01T00:00:00+07:00");
    let planned = Planned {
        from: at("2026-11-22T07:04:00+07:00"),
        to: at("2026-11-22T07:05:00+07:00"),
        repeats: Repeat::Once,
        until: None,
        ended: None,
        reason: "nâng cấp".into(),
        announced: When::at(entered),
        announced_where: None,
        tells_recovery: true,
        hindsight: false,
        file_sha256: None,
    };
    let author = Author::of_machine("test");
    let note = author.note(entered, "register.enter", "maintenance", "");
    let new = NewEntry {
        portal: None,
        replaces: None,
        withdrawn: false,
        entry: Entry::Maintenance(planned),
        file: None,
    };
    assert!(matches!(
        store.enter(vec![new], &author, note).unwrap(),
        Entered::All(_)
    ));
    let excluded = |data| {
        let told = json(Args {
            data,
            ..example.args()
        });
        let overall = &told["portals"][0]["tracks"]["overall"];
        let seconds = |account: &str| overall["seconds"][account]["excluded"].clone();
        (seconds("statutory"), seconds("adjusted"))
    };
    let without = excluded(None);
    let with = excluded(Some(example.dir.path().to_owned()));
    assert_eq!((&without.1, &with.1), (&60.into(), &120.into()));
    assert_eq!(without.0, with.0, "the statutory account knows no maintenance");
    let nowhere = Args {
        data: Some(example.dir.path().join("none")),
        ..example.args()
    };
    let (code, out, err) = ran(&nowhere);
    assert_eq!((code, out.as_str()), (EXIT_FAILED, ""));
    assert!(err.contains("none"), "{err}");
}

#[test]
fn the_same_record_twice_and_two_of_one_slot_are_told_apart() {
    let example = Example::new();
    let mut lines = block("observations.ndjson").to_owned();
    let first = lines.lines().next().unwrap().to_owned();
    lines.push_str(&first);
    lines.push('\n');
    lines.push_str(&first.replace(r#""state":"up""#, r#""state":"unknown","why":"panic""#));
    lines.push_str("\n\n{\"type\":\"batch\",\"schema\":1}\n{\"type\":\"chain\"}\n");
    lines.push_str(&first.replace("tu-nghia", "ai-biet"));
    lines.push('\n');
    lines.push_str(&first.replace("\"vnpt\"", "\"la\""));
    lines.push('\n');
    lines.push_str(&first.replace("\"slot\"", "\"probe\":\"tls\",\"slot\""));
    std::fs::write(example.args().observations, lines).unwrap();
    let input = &json(example.args())["input"];
    for (count, expected) in [
        ("duplicates", 1),
        ("conflicts", 1),
        ("ignored", 3),
        ("bad", 1),
        ("observations", 14),
    ] {
        assert_eq!(input[count], expected, "{count}");
    }
    assert_eq!(input["unknown_portals"], serde_json::json!({"ai-biet": 1}));
    assert_eq!(input["unknown_agents"], serde_json::json!(["la"]));
}

#[test]
fn what_cannot_be_done_is_said_with_its_code() {
    let example = Example::new();
    let complaint = |change: &dyn Fn(&mut Args)| {
        let mut args = example.args();
        args.lang = Lang::Vi;
        change(&mut args);
        let (code, out, err) = ran(&args);
        assert_eq!(out, "");
        (code, err)
    };
    let (code, err) = complaint(&|args| std::mem::swap(&mut args.from, &mut args.to));
    assert_eq!(code, EXIT_USAGE);
    assert!(
        err.contains("--from (2026-11-22T00:08:00Z) phải trước --to"),
        "{err}"
    );
    let (code, err) = complaint(&|args| args.portal = Some("tunghia".parse().unwrap()));
    assert_eq!((code, err.contains("`tunghia`")), (EXIT_USAGE, true), "{err}");
    let (code, err) = complaint(&|args| args.observations = PathBuf::from("no-such-file"));
    assert_eq!((code, err.contains("no-such-file")), (EXIT_USAGE, true), "{err}");
    assert_eq!(
        complaint(&|args| args.targets = PathBuf::from("no-such-file")).0,
        EXIT_BAD_FILE
    );
}

#[test]
fn the_future_is_unknown_and_still_counted() {
    let example = Example::new();
    let mut args = example.args();
    args.now = Some("2026-11-22T07:01:00+07:00".parse().unwrap());
    let statutory = json(args)["portals"][0]["tracks"]["overall"]["seconds"]["statutory"].clone();
    assert_eq!(
        (&statutory["up"], &statutory["unknown"]),
        (&60.into(), &420.into())
    );
}

#[test]
fn a_line_without_end_is_one_bad_line() {
    let example = Example::new();
    let mut bytes = vec![b'x'; 3 * ems_contract::wire::MAX_LINE];
    bytes.push(b'\n');
    bytes.extend_from_slice(block("observations.ndjson").as_bytes());
    std::fs::write(example.args().observations, bytes).unwrap();
    let input = &json(example.args())["input"];
    assert_eq!((&input["bad"], &input["observations"]), (&2.into(), &13.into()));
    assert_eq!(input["bad_lines"][0]["line"], 1);
}

fn reads(path: &Path, bytes: &[u8]) -> input::Counts {
    let inventory = inventory::load(path).inventory.unwrap();
    let mut reader = bytes;
    input::read(&mut reader, &inventory, None).unwrap().counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the file: nothing panics, every line is counted once.
    #[test]
    fn garbage_is_counted(lines in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>().prop_filter("no line end", |b| *b != b'\n'), 0..60),
        (0usize..14, 0usize..160).prop_map(|(line, cut)| {
            let line = block("observations.ndjson").lines().nth(line).unwrap();
            line.as_bytes()[..cut.min(line.len())].to_vec()
        }),
    ], 0..20)) {
        let example = Example::new();
        let counts = reads(&example.args().targets, &lines.join(&b'\n'));
        let filled = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
        prop_assert_eq!(counts.lines, filled as u64);
        let sum = counts.observations + counts.gaps + counts.duplicates + counts.conflicts + counts.ignored + counts.bad;
        prop_assert_eq!(sum + counts.unknown_portals.values().sum::<u64>(), counts.lines);
    }
}
