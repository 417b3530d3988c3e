//! One portal against everything that binds it: obligation, clause, verdict, evidence, and why.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::digest::Sha256;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::kept::{KeptPage, kept_page};
use super::{Badge, Look};
use crate::judge::{Tally, Unit, Value, Verdict, explain};
use crate::locale;
use crate::regulation::{Id, Obligation, Pack, PackStatus, Regulations};
use crate::store::{Judging, KeptVerdict};

/// What the page is made from.
#[derive(Debug)]
pub struct ComplianceData<'a> {
    /// The law as data.
    pub rules: &'a Regulations,
    /// Id of the portal.
    pub portal: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The unit behind it.
    pub unit: &'a Unit,
    /// When it was last judged, and with what.
    pub judging: Option<&'a Judging>,
    /// Its verdicts of that day.
    pub verdicts: &'a [KeptVerdict],
    /// The pages behind them that are kept whole.
    pub kept: &'a BTreeSet<Sha256>,
    /// Show these verdicts only.
    pub only: Option<Value>,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct CompliancePage {
    /// Id of the portal.
    pub portal: String,
    /// Its name.
    pub name: String,
    /// Owner and level.
    pub owner: String,
    /// When it was judged, with versions; or that it never was.
    pub judged: String,
    /// Choices of the filter.
    pub filters: Vec<Choice>,
    /// A pack each.
    pub packs: Vec<PackPart>,
}

/// A choice of a filter.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// Its words.
    pub text: String,
    /// How many it shows.
    pub count: Option<u32>,
    /// Appended to the path.
    pub query: String,
    /// It is chosen.
    pub chosen: bool,
}

/// The verdicts under one pack.
#[derive(Debug, Serialize)]
pub struct PackPart {
    /// Its id.
    pub id: String,
    /// Number and title.
    pub title: String,
    /// Counts in words.
    pub sums: String,
    /// A remark: a draft, a historical instrument.
    pub remark: Option<&'static str>,
    /// The rows shown.
    pub rows: Vec<ComplianceRow>,
}

/// One obligation.
#[derive(Debug, Serialize)]
pub struct ComplianceRow {
    /// Its id.
    pub id: String,
    /// The clause.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// Number of the instrument.
    pub number: String,
    /// The verdict.
    pub badge: Badge,
    /// Why, in a few words.
    pub reason: String,
    /// What was measured, a check each.
    pub measured: Vec<String>,
    /// Since which day it has been so.
    pub since: String,
    /// Pieces of evidence.
    pub evidence: usize,
    /// The pages that prove it, newest first.
    pub pages: Vec<KeptPage>,
    /// The explanation, line by line; indented lines begin with spaces.
    pub why: Vec<String>,
}

/// A verdict as a badge: the signs of the states, so that colour is not the only difference.
pub(super) fn verdict_badge(value: Value, lang: Lang) -> Badge {
    Badge {
        state: verdict_class(value),
        text: get(lang, &format!("judge.value.{value}")).to_owned(),
    }
}

/// The class of a verdict in the style sheet.
pub(super) const fn verdict_class(value: Value) -> &'static str {
    match value {
        Value::Pass => "up",
        Value::Warn => "degraded",
        Value::Fail => "down",
        Value::Unknown => "unknown",
        Value::NotApplicable => "absent",
    }
}

/// A query of filters and language: empty, or beginning with `?`.
pub(super) fn query(filters: &[(&str, Option<&str>)], lang: Lang) -> String {
    let language = (lang == Lang::En).then_some("en");
    let pairs: Vec<String> = filters
        .iter()
        .copied()
        .chain([("lang", language)])
        .filter_map(|(name, value)| value.map(|value| format!("{name}={value}")))
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

/// `đạt 12 · cần lưu ý 3 · …`.
pub(super) fn sums(tally: &Tally, lang: Lang) -> String {
    let number = |n: u32| n.to_string();
    let words = [
        ("pass", &*number(tally.pass)),
        ("warn", &*number(tally.warn)),
        ("fail", &*number(tally.fail)),
        ("unknown", &*number(tally.unknown)),
        ("na", &*number(tally.not_applicable)),
    ];
    fill(lang, "judge.cli.sums", &words)
}

/// A remark about an instrument that is not applied like others.
pub(super) fn remark(pack: &Pack, lang: Lang) -> Option<&'static str> {
    let key = match pack.status {
        PackStatus::InForce => return None,
        PackStatus::Draft => "console.compliance.draft",
        PackStatus::Historical => "console.compliance.historical",
    };
    ems_contract::text::lookup(lang, key)
}

/// Makes the page.
#[must_use]
pub fn compliance(look: Look<'_>, data: &ComplianceData<'_>) -> CompliancePage {
    let lang = look.lang;
    let mut of_pack: BTreeMap<&str, Vec<&KeptVerdict>> = BTreeMap::new();
    for kept in data.verdicts {
        of_pack.entry(&kept.verdict.pack).or_default().push(kept);
    }
    CompliancePage {
        portal: data.portal.to_owned(),
        name: data.name.to_owned(),
        owner: format!(
            "{} · {}",
            data.unit.owner,
            get(lang, &format!("judge.level.{}", data.unit.level))
        ),
        judged: judged(data.judging, lang),
        filters: filters(data, lang),
        packs: of_pack
            .into_iter()
            .filter_map(|(id, kept)| Some(part(data, data.rules.packs.get(id)?, kept, lang)))
            .collect(),
    }
}

fn judged(judging: Option<&Judging>, lang: Lang) -> String {
    let Some(judging) = judging else {
        return get(lang, "console.compliance.never").to_owned();
    };
    fill(
        lang,
        "console.compliance.judged",
        &[
            ("at", &locale::instant(judging.at, lang)),
            ("rules", &judging.versions.rules.short()),
            ("calendar", &judging.versions.calendar.join(", ")),
            ("inventory", &judging.versions.inventory.short()),
            ("method", &judging.versions.method.to_string()),
        ],
    )
}

/// The pages that a verdict points at, newest first.
fn proofs(verdict: &Verdict) -> Vec<Sha256> {
    let mut found: Vec<(UnixTime, Sha256)> = verdict
        .checks
        .iter()
        .flat_map(|check| &check.evidence)
        .filter_map(|seen| Some((seen.at, seen.key.as_ref()?.parse().ok()?)))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    let mut digests: Vec<Sha256> = Vec::new();
    for (_, digest) in found {
        if !digests.contains(&digest) {
            digests.push(digest);
        }
    }
    digests
}

/// The pages that verdicts point at.
#[must_use]
pub fn pages(verdicts: &[KeptVerdict]) -> BTreeSet<Sha256> {
    verdicts.iter().flat_map(|kept| proofs(&kept.verdict)).collect()
}

fn filters(data: &ComplianceData<'_>, lang: Lang) -> Vec<Choice> {
    let count = |value: Value| {
        let found = data.verdicts.iter().filter(|kept| kept.verdict.value == value);
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    };
    let all = Choice {
        text: get(lang, "console.compliance.all").to_owned(),
        count: None,
        query: query(&[], lang),
        chosen: data.only.is_none(),
    };
    let one = |value: Value| Choice {
        text: get(lang, &format!("judge.value.{value}")).to_owned(),
        count: Some(count(value)),
        query: query(&[("value", Some(value.as_str()))], lang),
        chosen: data.only == Some(value),
    };
    let values = [
        Value::Fail,
        Value::Warn,
        Value::Unknown,
        Value::Pass,
        Value::NotApplicable,
    ];
    std::iter::once(all).chain(values.map(one)).collect()
}

fn part(data: &ComplianceData<'_>, pack: &Pack, kept: Vec<&KeptVerdict>, lang: Lang) -> PackPart {
    let tally = Tally::of(kept.iter().map(|kept| &kept.verdict));
    let mut by_row: BTreeMap<&Id, &KeptVerdict> = kept
        .into_iter()
        .map(|kept| (&kept.verdict.obligation, kept))
        .collect();
    // Without a choice everything that binds is shown.
    let shown = |value: Value| match data.only {
        Some(only) => value == only,
        None => value != Value::NotApplicable,
    };
    let rows = pack
        .obligations
        .iter()
        .filter_map(|row| Some((row, by_row.remove(&row.id)?)))
        .filter(|(_, kept)| shown(kept.verdict.value))
        .map(|(row, kept)| compliance_row(data, pack, row, kept, lang))
        .collect();
    PackPart {
        id: pack.id.to_string(),
        title: format!("{} – {}", pack.citation(), pack.title_vi),
        sums: sums(&tally, lang),
        remark: remark(pack, lang),
        rows,
    }
}

fn compliance_row(
    data: &ComplianceData<'_>,
    pack: &Pack,
    row: &Obligation,
    kept: &KeptVerdict,
    lang: Lang,
) -> ComplianceRow {
    let verdict = &kept.verdict;
    let told = verdict.checks.iter().filter_map(|check| {
        let measured = check.measured.as_ref()?.render(lang);
        let title = data.rules.check(&check.check).map(|check| match lang {
            Lang::Vi => check.title_vi.clone(),
            Lang::En => check.title_en.clone(),
        });
        Some(format!(
            "{}: {measured}",
            title.unwrap_or_else(|| check.check.to_string())
        ))
    });
    ComplianceRow {
        id: row.id.to_string(),
        article: row.article.to_string(),
        quote: row.wording.text().to_owned(),
        number: pack.citation().to_owned(),
        badge: verdict_badge(verdict.value, lang),
        reason: get(lang, &format!("judge.reason.{}", verdict.reason)).to_owned(),
        measured: told.collect(),
        since: locale::date(crate::calendar::civil::start_of(kept.since), lang),
        evidence: verdict.checks.iter().map(|check| check.evidence.len()).sum(),
        pages: proofs(verdict)
            .into_iter()
            .map(|digest| kept_page(&digest, data.kept))
            .collect(),
        why: explain(data.rules, data.unit, verdict, lang)
            .lines()
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_verdict_points_at_its_pages_newest_first_and_once() {
        let (old, new) = (Sha256::of(b"old"), Sha256::of(b"new"));
        let seen =
            |at: &str, key: String| json!({"kind": "E4", "at": at, "what": "https://x.example/", "key": key});
        let check = |id: &str, evidence: [serde_json::Value; 2]| {
            json!({
                "check": id, "value": "pass", "reason": "met", "kind": "statutory", "threshold_kind": "statutory",
                "finding": "none", "evidence": evidence,
            })
        };
        let (first, second) = ("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z");
        let verdict: Verdict = serde_json::from_value(json!({
            "portal": "x", "pack": "p", "pack_version": "1", "obligation": "o", "value": "pass", "reason": "met",
            "severity": "major", "at": second, "checks": [
                check("a", [seen(first, old.to_string()), seen(second, new.to_string())]),
                check("b", [seen(second, new.to_string()), seen(second, "reach/v4".to_owned())]),
            ],
        }))
        .unwrap();
        assert_eq!(proofs(&verdict), [new, old]);
        let kept = [old].into();
        let shown: Vec<bool> = proofs(&verdict)
            .iter()
            .map(|digest| kept_page(digest, &kept).href.is_some())
            .collect();
        assert_eq!(shown, [false, true]);
    }
}
