//! `maintenance`: announces, lists and ends planned maintenance. The author is a person with their password, or a token.

use std::collections::BTreeMap;
use std::io::Write;

use ems_contract::clock::Clock;
use ems_contract::diagnostic::Message;
use ems_contract::id::PortalId;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::{UnixTime, Window};
use serde_json::json;

use super::people::{Place, Stop, printed};
use super::report::last_in_force;
use super::signer::Signer;
use super::{RulesArgs, parse_id};
use crate::calendar::civil;
use crate::locale;
use crate::register::{Entry, Kept, Planned, RegisterKind, Values, announce_by, faults, read, standing};
use crate::store::{Entered, NewEntry, RegisterStore};

/// Windows of recurring maintenance are listed so far ahead, in seconds.
const LISTED_S: i64 = 14 * 86_400;

/// What can be done with maintenance.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Announce maintenance, or take passed time out in hindsight.
    Add(Box<AddArgs>),
    /// List what is planned, under way, or was.
    List(ListArgs),
    /// End maintenance now, or take back what has not begun.
    End(EndArgs),
}

/// New maintenance.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The portal; repeat for several; the province as a whole when absent.
    #[arg(long = "portal", value_name = "ID", value_parser = parse_id::<PortalId>)]
    portals: Vec<PortalId>,
    /// Its beginning, such as `2026-12-05 22:00`.
    #[arg(long)]
    from: String,
    /// Its end.
    #[arg(long)]
    to: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// When it was announced to the public: a day, or a day and time.
    #[arg(long)]
    announced: String,
    /// Where it was announced.
    #[arg(long)]
    announced_where: Option<String>,
    /// The announcement says when service returns.
    #[arg(long)]
    tells_recovery: bool,
    /// once, daily or weekly.
    #[arg(long, default_value = "once")]
    repeats: String,
    /// The last day on which it comes again.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Take out time that has passed; operators only.
    #[arg(long)]
    hindsight: bool,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    rules: RulesArgs,
    /// The instant that is taken for now.
    #[arg(long, value_name = "TIME")]
    now: Option<UnixTime>,
    #[command(flatten)]
    place: Place,
}

/// Which maintenance to list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Of this portal only.
    #[arg(long = "portal", value_name = "ID", value_parser = parse_id::<PortalId>)]
    portal: Option<PortalId>,
    /// Also what is over.
    #[arg(long)]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The instant that is taken for now.
    #[arg(long, value_name = "TIME")]
    now: Option<UnixTime>,
    #[command(flatten)]
    place: Place,
}

/// Which maintenance to end.
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// Its number.
    id: i64,
    /// Why it ends.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signer: Signer,
    /// The instant that is taken for now.
    #[arg(long, value_name = "TIME")]
    now: Option<UnixTime>,
    #[command(flatten)]
    place: Place,
}

/// Does what it says.
///
/// # Errors
/// When the output cannot be written.
pub fn run(
    command: &Command,
    clock: &dyn Clock,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let done = match command {
        Command::Add(args) => add(args, args.now.unwrap_or_else(|| clock.now())),
        Command::List(args) => list(args, args.now.unwrap_or_else(|| clock.now())),
        Command::End(args) => end(args, args.now.unwrap_or_else(|| clock.now())).map(|words| vec![words]),
    };
    printed(done, out, err)
}

fn add(args: &AddArgs, now: UnixTime) -> Result<Vec<String>, Stop> {
    let (place, lang) = (&args.place, args.place.lang);
    let mut values = Values::new();
    for (name, text) in [
        ("from", Some(args.from.as_str())),
        ("to", Some(&args.to)),
        ("repeats", Some(&args.repeats)),
        ("until", args.until.as_deref()),
        ("reason", Some(&args.reason)),
        ("announced", Some(&args.announced)),
        ("announced_where", args.announced_where.as_deref()),
        ("tells_recovery", args.tells_recovery.then_some("yes")),
        ("hindsight", args.hindsight.then_some("yes")),
    ] {
        values.extend(text.map(|text| (name.to_owned(), text.to_owned())));
    }
    let entry = read(RegisterKind::Maintenance, &values).map_err(|all| {
        let words = all
            .iter()
            .map(|(field, fault)| format!("--{field}: {}", fault.render(lang)));
        Stop::usage(words.collect::<Vec<_>>().join("\n"))
    })?;
    let rules = args.rules.load().map_err(|found| place.bad_rules(&found))?;
    let doubts = faults(&rules, &entry, None, now);
    let told = |all: &[Message]| -> Vec<String> { all.iter().map(|message| message.render(lang)).collect() };
    if !doubts.errors.is_empty() {
        return Err(Stop::failed(told(&doubts.errors).join("\n")));
    }
    let store = place.open()?;
    every_known(&args.portals, place, now)?;
    let signed = args.signer.sign(&*store, place, now)?;
    let about: Vec<Option<PortalId>> = match args.portals.as_slice() {
        [] => vec![None],
        portals => portals.iter().cloned().map(Some).collect(),
    };
    let mut author = None;
    for portal in &about {
        author = Some(signed.author(RegisterKind::Maintenance, entry.action(), portal.as_ref(), place)?);
    }
    let Some(author) = author else {
        return Ok(Vec::new());
    };
    let names: Vec<&str> = about
        .iter()
        .map(|id| id.as_ref().map_or("-", PortalId::as_str))
        .collect();
    let subject = format!("maintenance {}", names.join(" "));
    let note = author.note(now, "register.enter", subject, entry.told());
    let new = about.iter().map(|portal| NewEntry {
        portal: portal.clone(),
        replaces: None,
        withdrawn: false,
        entry: entry.clone(),
        file: None,
    });
    let entered = store.enter(new.collect(), &author, note);
    let ids = match entered.map_err(|error| place.trouble(&error))? {
        Entered::All(ids) => ids,
        Entered::Outdated(id) => vec![id],
    };
    let mut lines: Vec<String> = ids
        .iter()
        .map(|id| fill(lang, "register.cli.entered", &[("id", &id.to_string())]))
        .collect();
    if let Entry::Maintenance(planned) = &entry {
        let begins = civil::day_of(planned.from);
        let due = announce_by(&rules, begins);
        let early = civil::day_of(planned.announced.to) <= due;
        let key = if early {
            "register.notice.kept"
        } else {
            "register.notice.short"
        };
        let day = |day| locale::date(civil::start_of(day), lang);
        let values = [("begins", day(begins)), ("due", day(due))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        lines.push(fill(lang, key, &values));
    }
    let others = doubts
        .warnings
        .iter()
        .filter(|message| message.key() != "register.fault.short_notice");
    lines.extend(others.map(|message| message.render(lang)));
    Ok(lines)
}

/// Portals that the inventory in force does not have are refused, all at once.
fn every_known(portals: &[PortalId], place: &Place, now: UnixTime) -> Result<(), Stop> {
    let inventory = last_in_force(&place.read()?, now).map_err(|error| place.trouble(&error))?;
    let unknown = |id: &&PortalId| {
        inventory
            .as_ref()
            .is_none_or(|inventory| inventory.portal(id).is_none())
    };
    let words: Vec<String> = portals
        .iter()
        .filter(unknown)
        .map(|id| {
            fill(
                place.lang,
                "ledger.cli.unknown_portal",
                &[("portal", id.as_str())],
            )
        })
        .collect();
    if words.is_empty() {
        return Ok(());
    }
    Err(Stop::usage(words.join("\n")))
}

fn kept_in(store: &(impl RegisterStore + ?Sized), place: &Place) -> Result<Vec<Kept>, Stop> {
    let all = store.entries(Some(RegisterKind::Maintenance), None);
    all.map_err(|error| place.trouble(&error))
}

fn list(args: &ListArgs, now: UnixTime) -> Result<Vec<String>, Stop> {
    let all = kept_in(&args.place.read()?, &args.place)?;
    let planned: Vec<(&Kept, &Planned)> = standing(&all, now)
        .filter(|kept| args.portal.is_none() || kept.portal.is_none() || kept.portal == args.portal)
        .filter_map(|kept| match &kept.entry {
            Entry::Maintenance(planned) => Some((kept, planned)),
            _ => None,
        })
        .filter(|(_, planned)| args.all || planned.ends().is_none_or(|end| end > now))
        .collect();
    if args.json {
        let rows = planned.iter().map(|(kept, planned)| {
            let next = planned.windows(Window::new(now, now + LISTED_S));
            json!({
                "id": kept.id, "portal": kept.portal, "author": kept.author, "entered_at": kept.at,
                "maintenance": planned, "windows": next,
            })
        });
        return Ok(vec![format!("{:#}", json!(rows.collect::<Vec<_>>()))]);
    }
    if planned.is_empty() {
        return Ok(vec![get(args.place.lang, "register.maintenance.none").to_owned()]);
    }
    Ok(planned
        .into_iter()
        .map(|(kept, planned)| line(kept, planned, now, args.place.lang))
        .collect())
}

fn line(kept: &Kept, planned: &Planned, now: UnixTime, lang: Lang) -> String {
    let next = planned.windows(Window::new(now, now + LISTED_S));
    let last = || planned.windows(Window::new(planned.from, now)).last().copied();
    let window = next
        .first()
        .copied()
        .or_else(last)
        .unwrap_or(Window::new(planned.from, planned.to));
    let state = match (window.from <= now && now < window.to, window.to <= now) {
        (true, _) => "register.maintenance.running",
        (_, true) => "register.maintenance.over",
        _ => "register.maintenance.ahead",
    };
    let values = BTreeMap::from([
        ("id", kept.id.to_string()),
        ("state", get(lang, state).to_owned()),
        (
            "portal",
            kept.portal
                .as_ref()
                .map_or_else(|| get(lang, "register.province").to_owned(), ToString::to_string),
        ),
        ("from", locale::instant(window.from, lang)),
        ("to", locale::instant(window.to, lang)),
        ("repeats", get(lang, planned.repeats.label()).to_owned()),
        ("reason", planned.reason.clone()),
        ("author", kept.shown.clone()),
    ]);
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fill(lang, "register.maintenance.line", &values)
}

fn end(args: &EndArgs, now: UnixTime) -> Result<String, Stop> {
    let (place, lang) = (&args.place, args.place.lang);
    let store = place.open()?;
    let all = kept_in(&*store, place)?;
    let kept = standing(&all, now).find(|kept| kept.id == args.id);
    let planned = kept.and_then(|kept| match &kept.entry {
        Entry::Maintenance(planned) => Some((kept, planned)),
        _ => None,
    });
    let Some((kept, planned)) = planned else {
        return Err(Stop::failed(get(lang, "register.none")));
    };
    if planned.ends().is_some_and(|end| end <= now) {
        return Err(Stop::failed(get(lang, "register.maintenance.ended_before")));
    }
    let signed = args.signer.sign(&*store, place, now)?;
    let author = signed.author(
        RegisterKind::Maintenance,
        kept.entry.action(),
        kept.portal.as_ref(),
        place,
    )?;
    let begun = planned.from < now;
    let shorter = Planned {
        ended: begun.then_some(now),
        ..planned.clone()
    };
    let about = kept.portal.as_ref().map_or("-", PortalId::as_str);
    let action = if begun {
        "register.correct"
    } else {
        "register.withdraw"
    };
    let detail = format!("{}: {}", kept.entry.told(), args.reason);
    let note = author.note(now, action, format!("maintenance {about}"), detail);
    let new = NewEntry {
        portal: kept.portal.clone(),
        replaces: Some(kept.id),
        withdrawn: !begun,
        entry: Entry::Maintenance(shorter),
        file: None,
    };
    match store
        .enter(vec![new], &author, note)
        .map_err(|error| place.trouble(&error))?
    {
        Entered::All(_) => {
            let (id, at) = (args.id.to_string(), locale::instant(now, lang));
            let said = if begun {
                "register.maintenance.ended"
            } else {
                "register.maintenance.taken_back"
            };
            Ok(fill(lang, said, &[("id", &id), ("at", &at)]))
        }
        Entered::Outdated(id) => Err(Stop::failed(fill(
            lang,
            "register.fault.outdated",
            &[("id", &id.to_string())],
        ))),
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::text::Lang;

    use super::*;
    use crate::account::{Author, Person, Role, password};
    use crate::cli::{EXIT_FAILED, EXIT_OK};
    use crate::register::Repeat;
    use crate::serve::DATABASE;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{InventoryRecord, Store};

    const NOW: &str = "2026-11-20T03:00:00Z";

    /// A folder with one token for registers, and the words and the exit code of a command there.
    struct Room {
        dir: tempfile::TempDir,
    }

    impl Room {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("token"), "khoa\n").unwrap();
            let room = Self { dir };
            let place = room.place();
            let now: UnixTime = NOW.parse().unwrap();
            let token = crate::account::ApiToken {
                name: "truc".into(),
                digest: ems_contract::digest::Sha256::of(b"khoa"),
                scopes: vec![crate::account::Scope::Registers],
                portals: Vec::new(),
                made_by: "test".into(),
                made_at: now,
                expires_at: None,
                revoked_at: None,
            };
            let note = Author::of_machine("test").note(now, "token.add", "truc", "");
            let inventory = crate::testing::inventory(&["p1", "p2"]);
            let store = SqliteStore::open(&room.dir.path().join(DATABASE)).unwrap();
            store
                .record_inventory(&InventoryRecord::of(&inventory, now - 86_400))
                .unwrap();
            drop(store);
            assert!(place.make().ok().unwrap().add_api_token(token, note).unwrap());
            room
        }

        fn place(&self) -> Place {
            Place {
                data: self.dir.path().to_owned(),
                lang: Lang::Vi,
                by: "root".into(),
            }
        }

        fn told(&self, line: &str) -> (u8, String) {
            #[derive(clap::Parser)]
            struct Line {
                #[command(subcommand)]
                command: Command,
            }
            let folder = self.dir.path().display();
            let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
            let signer = if verb == "list" {
                String::new()
            } else {
                format!("--token-file|{folder}/token|")
            };
            let whole = format!("x|{verb}|--data|{folder}|{signer}{rest}");
            let words = whole.split('|').filter(|word| !word.is_empty());
            let line = <Line as clap::Parser>::try_parse_from(words).unwrap();
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let clock = ems_contract::clock::SystemClock::new();
            let code = run(&line.command, &clock, &mut out, &mut err).unwrap();
            (code, String::from_utf8([out, err].concat()).unwrap())
        }
    }

    #[test]
    fn it_is_announced_listed_and_ended() {
        let room = Room::new();
        let add = "add --portal|p1|--from|2026-12-05 22:00|--to|2026-12-06 02:00|--reason|Nâng cấp|--announced|2026-11-18\
                   |--tells-recovery|--repeats|weekly|--now|";
        let (code, words) = room.told(&format!("{add}{NOW}"));
        assert_eq!(code, EXIT_OK, "{words}");
        assert!(
            words.contains("đúng hạn") && words.contains("26/11/2026"),
            "{words}"
        );
        let (_, list) = room.told(&format!("list --now|{NOW}|--all"));
        assert!(list.contains("sắp tới  p1  05/12/2026 22:00:00"), "{list}");
        // On the second Saturday night it is ended, an hour after it began: it is over then, and no other comes.
        let (_, list) = room.told("list --now|2026-12-12T16:00:00Z");
        assert!(list.contains("đang bảo trì"), "{list}");
        let (code, words) = room.told("end 1|--reason|xong sớm|--now|2026-12-12T16:00:00Z");
        assert_eq!(code, EXIT_OK, "{words}");
        assert!(words.contains("lúc 12/12/2026 23:00:00"), "{words}");
        let (_, list) = room.told("list --now|2026-12-12T16:00:00Z");
        assert!(list.contains("không có bảo trì nào"), "{list}");
        let (_, json) = room.told("list --json|--all|--now|2026-12-12T16:30:00Z");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json[0]["maintenance"]["ended"], "2026-12-12T16:00:00Z");
        assert_eq!(json[0]["windows"].as_array().unwrap().len(), 0);
        let (code, _) = room.told("end 2|--reason|nữa|--now|2026-12-13T16:30:00Z");
        assert_eq!(code, EXIT_FAILED);
        let (code, words) = room.told(&format!("{add}{NOW}"));
        assert_eq!(code, EXIT_OK, "{words}");
        let (_, words) = room.told("end 3|--reason|không làm nữa|--now|2026-12-01T16:00:00Z");
        assert!(words.contains("đã rút lại bảo trì số 3"), "{words}");
    }

    #[test]
    fn short_notice_is_said_and_faults_are_all_told() {
        let room = Room::new();
        let line =
            "add --from|2026-11-23 22:00|--to|2026-11-23 23:00|--reason|Vá lỗi|--announced|2026-11-20|--now|";
        let (code, words) = room.told(&format!("{line}{NOW}"));
        assert_eq!(code, EXIT_OK);
        assert!(
            words.contains("CHƯA đủ 07 ngày làm việc") && words.contains("thời gian hoạt động lại"),
            "{words}"
        );
        let line = "add --from|mai|--to|2026-11-23|--reason|x|--announced|?|--repeats|hourly|--now|";
        let (code, words) = room.told(&format!("{line}{NOW}"));
        assert_eq!(code, crate::cli::EXIT_USAGE);
        for field in ["--from", "--to", "--announced", "--repeats"] {
            assert!(words.contains(field), "{words}");
        }
    }

    #[test]
    fn a_portal_that_nobody_knows_is_refused_and_no_database_is_made() {
        let room = Room::new();
        let line = "add --portal|p1|--portal|khong-co|--from|2026-12-05 22:00|--to|2026-12-06 02:00|--reason|x\
                    |--announced|2026-11-18|--now|";
        let (code, words) = room.told(&format!("{line}{NOW}"));
        assert_eq!(code, crate::cli::EXIT_USAGE, "{words}");
        assert!(words.contains("`khong-co`") && !words.contains("`p1`"), "{words}");
        let empty = Room {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::write(empty.dir.path().join("token"), "khoa\n").unwrap();
        for line in [&*format!("{line}{NOW}"), "list --all", "end 1|--reason|x"] {
            let (code, words) = empty.told(line);
            assert_eq!(code, EXIT_FAILED, "{line}: {words}");
            assert!(words.contains("chưa có cơ sở dữ liệu"), "{words}");
            assert!(!empty.dir.path().join(DATABASE).exists(), "{line}");
        }
    }

    #[test]
    fn passed_time_is_taken_out_by_an_operator_and_by_nobody_else() {
        let room = Room::new();
        let line = "add --from|2026-11-01 22:00|--to|2026-11-01 23:00|--reason|Mất điện khu vực|--announced|2026-11-02\
                    |--hindsight|--now|";
        let (code, words) = room.told(&format!("{line}{NOW}"));
        assert_eq!(code, EXIT_FAILED, "a token must not: {words}");
        let person = |role| Person {
            login: "a".parse().unwrap(),
            full_name: "A".into(),
            role,
            portals: Vec::new(),
            password: password::hash("một mật khẩu đủ dài").unwrap(),
            must_change: false,
            disabled: false,
            failures: 0,
            failed_at: None,
            created_at: NOW.parse().unwrap(),
        };
        let entry = Entry::Maintenance(Planned {
            from: NOW.parse().unwrap(),
            to: NOW.parse().unwrap(),
            repeats: Repeat::Once,
            until: None,
            ended: None,
            reason: String::new(),
            announced: crate::judge::facts::When::at(NOW.parse().unwrap()),
            announced_where: None,
            tells_recovery: false,
            hindsight: true,
            file_sha256: None,
        });
        let may: Vec<bool> = Role::ALL
            .iter()
            .map(|role| person(*role).may(entry.action(), None))
            .collect();
        assert_eq!(may, [true, false, false, false, false]);
    }
}
