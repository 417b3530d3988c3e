//! A verdict in plain words, to be read aloud: the words of the text, the rule, the facts, the arithmetic, the verdict.

use std::fmt::Write;

use ems_contract::diagnostic::Message;
use ems_contract::text::{Lang, fields, fill, get};
use ems_contract::time::UnixTime;
use jiff::civil::Date;

use super::unit::Unit;
use super::verdict::{CheckVerdict, Computation, Timeliness, Verdict};
use super::{Reason, Value};
use crate::calendar::civil;
use crate::regulation::{Kind, Obligation, Pack, PackStatus, Regulations, Rule, Wording};

/// The explanation of one verdict. Writing to a `String` cannot fail, hence the ignored results.
#[must_use]
pub fn explain(rules: &Regulations, unit: &Unit, verdict: &Verdict, lang: Lang) -> String {
    let mut text = String::new();
    let Some((pack, row)) = rules.obligation(&verdict.obligation) else {
        return text;
    };
    let mut line = |line: String| writeln!(text, "{line}").unwrap_or_default();
    let say = |key: &str, words: &[(&str, &str)]| fill(lang, key, words);

    let level = unit.at(verdict.at).level;
    let level = get(lang, &format!("judge.level.{level}")).to_owned();
    line(say(
        "judge.explain.target",
        &[
            ("owner", &unit.owner),
            ("portal", verdict.portal.as_str()),
            ("level", &level),
        ],
    ));
    for before in unit
        .predecessors
        .iter()
        .filter(|before| before.from <= verdict.at)
    {
        let day = date(civil::day_of(before.from));
        let words = [
            ("owner", &*before.owner),
            ("portal", before.portal.as_str()),
            ("day", &day),
        ];
        line(say("judge.explain.predecessor", &words));
    }
    if let Some(body) = &verdict.body {
        line(say("judge.explain.body", &[("body", body)]));
    }
    line(say(
        "judge.explain.day",
        &[("day", &date(civil::day_of(verdict.at)))],
    ));
    line(String::new());
    for part in words_of_law(rules, pack, row, verdict, lang) {
        line(part);
    }
    line(String::new());
    for part in rule(row, lang) {
        line(part);
    }
    for check in &verdict.checks {
        line(String::new());
        for part in check_lines(rules, check, lang) {
            line(part);
        }
    }
    if !row.aggregates.is_empty() {
        line(say(
            "judge.explain.umbrella",
            &[("rows", &row.aggregates.join(", "))],
        ));
    }
    line(String::new());
    let conclusion = [
        ("value", value(verdict.value, lang)),
        ("reason", reason(verdict.reason, lang)),
    ];
    line(say("judge.explain.conclusion", &conclusion));
    if verdict.value == Value::Unknown {
        line(get(lang, "judge.explain.unknown").to_owned());
    }
    if verdict.trial {
        line(get(lang, "judge.explain.trial").to_owned());
    }
    line(say(
        "judge.explain.versions",
        &[("pack", &verdict.pack), ("version", &verdict.pack_version)],
    ));
    text
}

/// The clause with its words, and the clauses of other texts that give it content.
fn words_of_law(
    rules: &Regulations,
    pack: &Pack,
    row: &Obligation,
    verdict: &Verdict,
    lang: Lang,
) -> Vec<String> {
    let article = row.article.to_string();
    let words = [
        ("id", &*row.id),
        ("article", &*article),
        ("number", pack.citation()),
        ("title", &*pack.title_vi),
    ];
    let mut lines = vec![fill(lang, "judge.explain.obligation", &words)];
    let key = match row.wording {
        Wording::Quote { .. } => "judge.explain.quote",
        Wording::Paraphrase(_) => "judge.explain.paraphrase",
    };
    lines.push(fill(lang, key, &[("quote", row.wording.text())]));
    for clause in &row.incorporated_from {
        let source = rules
            .packs
            .get(&clause.source)
            .map_or(&*clause.source, |base| base.citation());
        let article = clause.article.to_string();
        let words = [
            ("article", &*article),
            ("source", source),
            ("quote", &*clause.quote_vi),
        ];
        lines.push(fill(lang, "judge.explain.incorporated", &words));
    }
    if verdict.banner {
        let day = base_repealed(rules, pack, row).map_or_else(String::new, date);
        lines.push(fill(lang, "judge.explain.banner", &[("day", &day)]));
    }
    for chain in verdict.checks.iter().filter_map(|check| check.chain.as_ref()) {
        let Some((_, supply)) = rules.obligation(chain) else {
            continue;
        };
        let article = supply.article.to_string();
        let day = civil::day_of(verdict.at);
        let holders = supply.who.roles.iter().flat_map(|role| pack.bodies(role, day));
        let body = holders
            .map(|body| body.body.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let words = [
            ("id", &*supply.id),
            ("article", &*article),
            ("quote", supply.wording.text()),
            ("body", &*body),
        ];
        lines.push(fill(lang, "judge.explain.chain", &words));
        break;
    }
    if pack.status == PackStatus::Draft {
        lines.push(get(lang, "judge.explain.draft").to_owned());
    }
    for missing in &row.missing {
        let title = pack.missing_sources.iter().find(|source| source.id == *missing);
        if let Some(source) = title {
            lines.push(fill(
                lang,
                "judge.explain.missing",
                &[("title", &source.title_vi)],
            ));
        }
    }
    lines
}

/// The first day after the repeal of the text that the row leans on.
fn base_repealed(rules: &Regulations, pack: &Pack, row: &Obligation) -> Option<Date> {
    let sources = row.incorporated_from.iter().map(|clause| &clause.source);
    sources
        .filter_map(|source| pack.incorporates.iter().find(|text| text.source == *source))
        .filter_map(|text| rules.packs.get(text.pack.as_ref()?)?.validity.to)
        .map(|last| civil::plus_days(last, 1))
        .min()
}

/// What is asked: clocks in words, elements, the nature of the number.
fn rule(row: &Obligation, lang: Lang) -> Vec<String> {
    let kind = kind_words(row.kind, lang);
    let mut lines = vec![fill(lang, "judge.explain.rule", &[("kind", kind)])];
    for clock in &row.params.deadlines {
        let start = get(lang, super::fresh::start_key(clock.start)).to_lowercase();
        let kind = kind_words(clock.kind, lang);
        let term = clock
            .term
            .map(|term| super::fresh::term_text(term).render(lang))
            .unwrap_or_default();
        let key = match clock.rule {
            Rule::Within => "judge.explain.within",
            Rule::SameDay => "judge.explain.same_day",
            Rule::Immediate => "judge.explain.immediate",
            Rule::BeforeEvent => "judge.explain.before",
            Rule::AtLeast => "judge.explain.at_least",
            Rule::AtMost => "judge.explain.at_most",
        };
        lines.push(fill(
            lang,
            key,
            &[("term", &term), ("start", &start), ("kind", kind)],
        ));
    }
    if !row.params.fields.is_empty() {
        lines.push(fill(
            lang,
            "judge.explain.fields",
            &[(
                "fields",
                &fields(row.params.fields.iter().map(|field| &**field), lang),
            )],
        ));
    }
    for report in &row.params.reports {
        lines.push(fill(lang, "judge.explain.report_rule", &[("report", report)]));
    }
    for domain in &row.params.domains {
        lines.push(fill(
            lang,
            "judge.explain.domain",
            &[("form", &form(domain.regex.as_str(), lang))],
        ));
    }
    if lines.len() == 1 {
        lines.push(get(lang, "judge.explain.no_number").to_owned());
    }
    lines
}

/// `^([a-z0-9]+)\.angiang\.gov\.vn$` → `‹tên›.angiang.gov.vn`: what is free is told, the rest stands as it is.
fn form(regex: &str, lang: Lang) -> String {
    let labels = regex.trim_start_matches('^').trim_end_matches('$').split("\\.");
    let plain = |label: &str| {
        if label.contains(['(', '[']) {
            get(lang, "judge.explain.label").to_owned()
        } else {
            label.to_owned()
        }
    };
    labels.map(plain).collect::<Vec<_>>().join(".")
}

/// One check: what was seen, the arithmetic, the verdict.
fn check_lines(rules: &Regulations, verdict: &CheckVerdict, lang: Lang) -> Vec<String> {
    let title = rules
        .check(&verdict.check)
        .map_or(&*verdict.check, |check| match lang {
            Lang::Vi => &check.title_vi,
            Lang::En => &check.title_en,
        });
    let mut lines = vec![fill(
        lang,
        "judge.explain.check",
        &[("title", title), ("check", &verdict.check)],
    )];
    let rendered = |message: &Message| message.render(lang);
    if let Some(measured) = &verdict.measured {
        lines.push(fill(
            lang,
            "judge.explain.measured",
            &[("measured", &rendered(measured))],
        ));
    }
    if let Some(threshold) = &verdict.threshold {
        let words = [
            ("threshold", &*rendered(threshold)),
            ("kind", kind_words(verdict.threshold_kind, lang)),
        ];
        lines.push(fill(lang, "judge.explain.threshold", &words));
    }
    if let Some(counts) = verdict.statistics.filter(|counts| counts.evaluated > 0) {
        let number = |n: u32| n.to_string();
        let words = [
            ("evaluated", &*number(counts.evaluated)),
            ("median", &*counts.median_lag_wd.unwrap_or_default().to_string()),
        ];
        let key = if counts.median_lag_wd.is_some() {
            "judge.explain.counts"
        } else {
            "judge.explain.count"
        };
        lines.push(fill(lang, key, &words));
    }
    let report = verdict.check.starts_with("report-");
    lines.extend(
        verdict
            .computations
            .iter()
            .map(|one| arithmetic(one, report, lang)),
    );
    for seen in &verdict.evidence {
        let (agent, key) = match &seen.agent {
            Some(agent) => (agent.as_str(), "judge.explain.seen_by"),
            None => ("", "judge.explain.evidence"),
        };
        let at = moment(seen.at, lang);
        let kind = get(lang, &format!("judge.evidence.{}", seen.kind)).to_owned();
        let what = super::words::cause(&seen.what).render(lang);
        let words = [("kind", &*kind), ("at", &*at), ("agent", agent), ("what", &*what)];
        lines.push(fill(lang, key, &words));
    }
    if verdict.provisional {
        lines.push(format!("  {}", get(lang, "law.cli.provisional")));
    }
    let words = [
        ("value", value(verdict.value, lang)),
        ("reason", reason(verdict.reason, lang)),
    ];
    lines.push(fill(lang, "judge.explain.check_conclusion", &words));
    lines
}

/// `12/QĐ-UBND: bắt đầu tính 20/11/2026; hạn hết ngày 25/11/2026; …`.
fn arithmetic(one: &Computation, report: bool, lang: Lang) -> String {
    let span = |from: Option<String>, to: Option<String>| match (from, to) {
        (Some(from), Some(to)) if from == to => from,
        (None, None) => get(lang, "judge.explain.not_known").to_owned(),
        (from, to) => {
            let open = || get(lang, "judge.explain.not_known").to_owned();
            fill(
                lang,
                "judge.explain.span",
                &[
                    ("from", &from.unwrap_or_else(open)),
                    ("to", &to.unwrap_or_else(open)),
                ],
            )
        }
    };
    let told = |at| moment(at, lang);
    let start = span(one.start_from.map(date), one.start_to.map(date));
    let due = span(one.due_min.map(told), one.due_max.map(told));
    let done = span(one.published_from.map(told), one.published_to.map(told));
    let outcome = match one.outcome {
        Timeliness::OnTime => get(lang, "judge.explain.on_time").to_owned(),
        Timeliness::Late => {
            let days = one.late_wd.unwrap_or_default().to_string();
            fill(lang, "judge.explain.late", &[("days", &days)])
        }
        Timeliness::Undecidable => fill(
            lang,
            "judge.explain.undecided",
            &[("reason", reason(one.reason, lang))],
        ),
    };
    let words = [
        ("item", &*one.item),
        ("start", &*start),
        ("due", &*due),
        ("done", &*done),
        ("outcome", &*outcome),
    ];
    let key = if report {
        "judge.explain.report"
    } else {
        "judge.explain.arithmetic"
    };
    fill(lang, key, &words)
}

/// `22/11/2026`.
fn date(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

/// `10:00:00 ngày 22/11/2026`, civil time; the last second of a day is its end.
fn moment(at: UnixTime, lang: Lang) -> String {
    let local = civil::local(at);
    let day = date(local.date());
    let time = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
    let key = if at == civil::end_of(local.date()) {
        "judge.explain.end_of_day"
    } else {
        "judge.explain.moment"
    };
    fill(lang, key, &[("time", &time), ("day", &day)])
}

fn kind_words(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Statutory => get(lang, "law.kind.statutory"),
        Kind::Policy => get(lang, "law.kind.policy"),
        Kind::Encouraged => get(lang, "law.kind.encouraged"),
    }
}

fn value(value: Value, lang: Lang) -> &'static str {
    match value {
        Value::Pass => get(lang, "judge.value.pass"),
        Value::Warn => get(lang, "judge.value.warn"),
        Value::Fail => get(lang, "judge.value.fail"),
        Value::Unknown => get(lang, "judge.value.unknown"),
        Value::NotApplicable => get(lang, "judge.value.not-applicable"),
    }
}

/// A reason in words.
fn reason(reason: Reason, lang: Lang) -> &'static str {
    ems_contract::text::lookup(lang, &format!("judge.reason.{reason}")).unwrap_or(reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulation::Start;

    #[test]
    fn every_reason_start_and_level_has_words() {
        let keys = Reason::ALL
            .iter()
            .map(|reason| format!("judge.reason.{reason}"))
            .chain(Value::ALL.iter().map(|value| format!("judge.value.{value}")))
            .chain(
                crate::regulation::Evidence::ALL
                    .iter()
                    .map(|kind| format!("judge.evidence.{kind}")),
            )
            .chain(
                Start::ALL
                    .iter()
                    .map(|start| super::super::fresh::start_key(*start).to_owned()),
            )
            .chain(
                ems_contract::inventory::Level::ALL
                    .iter()
                    .map(|level| format!("judge.level.{level}")),
            );
        for key in keys {
            assert!(ems_contract::text::lookup(Lang::Vi, &key).is_some(), "{key}");
        }
    }
}
