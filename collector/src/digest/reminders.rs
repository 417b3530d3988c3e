//! Attestations that are about to end: who is told, and what. Pure.
//!
//! Each is told 30, 7 and 1 days before its last day. Letters go on working days only, so one that would come due before
//! the next of them is told today. The key of a letter holds the day and the step: the outbox keeps settled letters for
//! longer than a step lasts, so none is posted twice, whatever restarts in between.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Portal, Status};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use url::Url;

use crate::attest::{Attestation, Statement};
use crate::calendar::civil;
use crate::locale;
use crate::notify::neutral;
use crate::notify::paper::Paper;
use crate::register::{Entry, Kept, standing};
use crate::regulation::Regulations;

/// Days before the last one at which is reminded.
const STEPS: [i64; 3] = [1, 7, 30];
/// So many attestations stand in a letter; the register has all.
const MOST: usize = 40;

/// What the letters are made of.
#[derive(Clone, Copy)]
pub struct Reminding<'a> {
    /// The rules: how long an attestation lasts.
    pub rules: &'a Regulations,
    /// Whom the portals belong to.
    pub inventory: &'a Inventory,
    /// Every entry of the register of attestations.
    pub entries: &'a [Kept],
    /// Where those are written to who have nobody to write to: the operators.
    pub operators: &'a [String],
    /// Where the console is seen from outside.
    pub console: Option<&'a Url>,
    /// The language of the letters.
    pub lang: Lang,
}

/// One attestation that is about to end.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// Whose; `None` for the province.
    pub portal: Option<&'a Portal>,
    /// What was said.
    pub said: &'a Attestation,
    /// The last day on which it holds.
    pub last: Date,
    /// The step of the reminders that was reached.
    step: i64,
}

/// The letters of a working day.
#[must_use]
pub fn reminders(of: &Reminding<'_>, day: Date, now: UnixTime) -> Vec<Paper> {
    let mut grouped: BTreeMap<(Option<&PortalId>, Date, i64), Vec<Ending<'_>>> = BTreeMap::new();
    for ending in endings((of.rules, of.inventory), of.entries, day, now) {
        let contact = ending.portal.filter(|portal| address(portal).is_some());
        let key = (contact.map(|portal| &portal.id), ending.last, ending.step);
        grouped.entry(key).or_default().push(ending);
    }
    let letters = grouped.into_iter();
    letters
        .filter_map(|((to, last, step), endings)| letter(of, to, (day, last, step), &endings))
        .collect()
}

/// The newest attestation about each obligation and check of each portal, where it is about to end on a day.
#[must_use]
pub fn endings<'a>(
    (rules, inventory): (&Regulations, &'a Inventory),
    entries: &'a [Kept],
    day: Date,
    now: UnixTime,
) -> Vec<Ending<'a>> {
    let mut newest: BTreeMap<(Option<&PortalId>, &str, Option<&str>), &Attestation> = BTreeMap::new();
    for kept in standing(entries, now) {
        let Entry::Attestation(said) = &kept.entry else {
            continue;
        };
        if said.signed_on > day {
            continue;
        }
        let key = (kept.portal.as_ref(), &*said.obligation, said.check.as_deref());
        newest
            .entry(key)
            .and_modify(|known| {
                if known.signed_on <= said.signed_on {
                    *known = said;
                }
            })
            .or_insert(said);
    }
    let told = newest.into_iter().filter_map(|((id, ..), said)| {
        let portal = match id {
            Some(id) => Some(inventory.portal(id).filter(|portal| counts(portal, now))?),
            None => None,
        };
        // What says "no" ends without a loss.
        if said.statement == Statement::No {
            return None;
        }
        let last = last_day(rules, portal, said)?;
        // Nothing is sent between today and the next working day.
        let next = rules.calendar.plus_working(day, 1);
        let left = civil::days_between(next, last);
        let step = STEPS.into_iter().find(|step| left < *step)?;
        (last >= day).then_some(Ending {
            portal,
            said,
            last,
            step,
        })
    });
    told.collect()
}

fn counts(portal: &Portal, now: UnixTime) -> bool {
    portal.status == Status::Active && portal.valid_to.is_none_or(|to| now < to)
}

/// The last day on which it answers all that it is about; `None` where no text that binds the portal asks for it.
fn last_day(rules: &Regulations, portal: Option<&Portal>, said: &Attestation) -> Option<Date> {
    let (pack, row) = rules.obligation(&said.obligation)?;
    if portal.is_some_and(|portal| portal.regulations.iter().all(|bound| **bound != *pack.id)) {
        return None;
    }
    let asked = row
        .checks
        .iter()
        .filter(|id| said.check.as_deref().is_none_or(|check| *check == ***id));
    let ends = asked
        .filter_map(|id| rules.check(id))
        .map(|check| said.last_day(row.attestation_months(check)));
    Some(ends.min().unwrap_or_else(|| said.last_day(None)))
}

fn address(portal: &Portal) -> Option<&String> {
    portal.contact.as_ref()?.email.as_ref()
}

fn letter(
    of: &Reminding<'_>,
    to: Option<&PortalId>,
    (day, last, step): (Date, Date, i64),
    endings: &[Ending<'_>],
) -> Option<Paper> {
    let lang = of.lang;
    let portal = endings.first()?.portal.filter(|_| to.is_some());
    let (to, whose) = match portal {
        Some(portal) => (vec![address(portal)?.clone()], neutral::line(&portal.name)),
        None => (
            of.operators.to_vec(),
            get(lang, "digest.reminder.operators").to_owned(),
        ),
    };
    if to.is_empty() {
        return None;
    }
    let date = |day: Date| locale::date(civil::start_of(day), lang);
    let left = civil::days_between(day, last).to_string();
    let words = [
        ("name", &*whose),
        ("count", &endings.len().to_string()),
        ("day", &date(last)),
        ("left", &*left),
    ];
    let mut lines = vec![fill(lang, "digest.reminder.greeting", &words), String::new()];
    for ending in endings.iter().take(MOST) {
        let said = ending.said;
        let what = of
            .rules
            .obligation(&said.obligation)
            .map_or_else(String::new, |(pack, row)| {
                format!("{}, {}: {}", row.article, pack.citation(), row.wording.text())
            });
        let about = match ending.portal {
            // The operators' letter is about many.
            Some(other) if portal.is_none() => format!("{}: ", neutral::line(&other.name)),
            _ => String::new(),
        };
        lines.push(format!("- {about}{} ({what})", said.obligation));
        let words = [
            ("day", &*date(said.signed_on)),
            ("name", &neutral::line(&said.by_name)),
            ("role", &neutral::line(&said.by_role)),
        ];
        lines.push(format!("  {}", fill(lang, "digest.reminder.signed", &words)));
    }
    if endings.len() > MOST {
        let count = (endings.len() - MOST).to_string();
        lines.push(fill(lang, "digest.reminder.more", &[("count", &count)]));
    }
    lines.push(String::new());
    let page = of
        .console
        .and_then(|console| console.join("registers/attestation").ok());
    lines.extend(page.map(|page| fill(lang, "digest.reminder.page", &[("link", page.as_str())])));
    lines.push(get(lang, "digest.reminder.foot").to_owned());
    let thread = portal.map_or("operators", |portal| portal.id.as_str());
    Some(Paper {
        key: format!("attestation/{thread}/{last}/{step}"),
        to,
        title: fill(lang, "digest.reminder.title", &words),
        lines,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use ems_contract::inventory::Contact;

    use super::*;
    use crate::testing::{inventory, portal};

    static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Two units, the first with somebody to write to.
    fn units() -> Inventory {
        let mut all = inventory(&["p1", "p2"]);
        for portal in &mut all.portals {
            portal.regulations = vec!["an-giang-2023".to_owned()];
        }
        all.portals[0].contact = Some(Contact {
            name: "Phòng Thông tin".into(),
            email: Some("a@example.gov.vn".into()),
            phone: None,
        });
        all
    }

    fn said(id: i64, of: Option<&str>, obligation: &str, signed: &str, until: Option<&str>) -> Kept {
        Kept {
            id,
            portal: of.map(portal),
            replaces: None,
            withdrawn: false,
            at: civil::start_of(day(signed)),
            author: "can.bo".into(),
            shown: "Cán bộ".into(),
            entry: Entry::Attestation(Attestation {
                obligation: obligation.into(),
                check: None,
                statement: Statement::Yes,
                by_name: "Nguyễn Văn A".into(),
                by_role: "Chánh Văn phòng".into(),
                signed_on: day(signed),
                valid_until: until.map(day),
                file_sha256: None,
                note: None,
            }),
        }
    }

    fn sent(entries: &[Kept], on: &str) -> Vec<Paper> {
        let units = units();
        let operators = ["van-hanh@example.gov.vn".to_owned()];
        let of = Reminding {
            rules: &RULES,
            inventory: &units,
            entries,
            operators: &operators,
            console: None,
            lang: Lang::Vi,
        };
        reminders(&of, day(on), civil::end_of(day(on)))
    }

    fn keys(entries: &[Kept], on: &str) -> Vec<String> {
        sent(entries, on).into_iter().map(|paper| paper.key).collect()
    }

    #[test]
    fn it_is_told_at_thirty_seven_and_one_days_and_under_one_key_between() {
        // 30 October 2026 is a Friday.
        let one = [said(1, Some("p1"), "AG-12", "2025-11-30", Some("2026-11-30"))];
        assert_eq!(keys(&one, "2026-10-29"), [""; 0]);
        assert_eq!(
            keys(&one, "2026-10-30"),
            ["attestation/p1/2026-11-30/30"],
            "29 days on Sunday"
        );
        assert_eq!(keys(&one, "2026-11-18"), ["attestation/p1/2026-11-30/30"]);
        // 23 November has seven days left; the 24th is a holiday, so the next letter is that of the 25th.
        assert_eq!(keys(&one, "2026-11-23"), ["attestation/p1/2026-11-30/7"]);
        assert_eq!(keys(&one, "2026-11-26"), ["attestation/p1/2026-11-30/7"]);
        assert_eq!(
            keys(&one, "2026-11-27"),
            ["attestation/p1/2026-11-30/1"],
            "the last Friday"
        );
        assert_eq!(keys(&one, "2026-11-30"), ["attestation/p1/2026-11-30/1"]);
        assert_eq!(keys(&one, "2026-12-01"), [""; 0], "it has ended");
    }

    #[test]
    fn those_without_a_contact_and_the_province_are_told_to_the_operators_together() {
        let all = [
            said(1, Some("p1"), "AG-12", "2025-11-30", Some("2026-11-30")),
            said(2, Some("p2"), "AG-12", "2025-11-30", Some("2026-11-30")),
            said(3, None, "AG-12", "2025-11-30", Some("2026-11-30")),
        ];
        let papers = sent(&all, "2026-11-27");
        assert_eq!(papers.len(), 2);
        let operators = papers
            .iter()
            .find(|paper| paper.key.contains("operators"))
            .unwrap();
        assert_eq!(operators.to, ["van-hanh@example.gov.vn"]);
        let text = operators.lines.join("\n");
        assert!(
            text.contains("Cổng p2: AG-12") && !text.contains("Cổng p1"),
            "{text}"
        );
        let unit = papers.iter().find(|paper| paper.key.contains("/p1/")).unwrap();
        assert_eq!(unit.to, ["a@example.gov.vn"]);
        let text = unit.lines.join("\n");
        assert!(
            text.contains("Nguyễn Văn A") && text.contains("30/11/2026"),
            "{text}"
        );
    }

    #[test]
    fn what_was_renewed_corrected_or_binds_nobody_is_not_told() {
        let old = said(1, Some("p1"), "AG-12", "2025-11-30", Some("2026-11-30"));
        let renewed = said(2, Some("p1"), "AG-12", "2026-11-20", Some("2027-11-20"));
        assert_eq!(keys(&[old.clone(), renewed], "2026-11-27"), [""; 0]);
        let mut correction = said(3, Some("p1"), "AG-12", "2025-11-30", Some("2027-01-31"));
        correction.replaces = Some(1);
        assert_eq!(keys(&[old.clone(), correction], "2026-11-27"), [""; 0]);
        let other = said(4, Some("p1"), "QN-9.1.b", "2025-11-30", Some("2026-11-30"));
        assert_eq!(keys(&[other], "2026-11-27"), [""; 0]);
        let mut no = old.clone();
        if let Entry::Attestation(said) = &mut no.entry {
            said.statement = Statement::No;
        }
        assert_eq!(keys(&[no], "2026-11-27"), [""; 0]);
        assert_eq!(
            keys(
                &[said(5, Some("gone"), "AG-12", "2025-11-30", None)],
                "2026-11-27"
            ),
            [""; 0]
        );
        assert_eq!(keys(&[old], "2026-11-27").len(), 1);
    }
}
