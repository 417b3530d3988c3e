//! The account as text for people.

use std::io::Write;

use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::answer::{Answer, PortalAnswer, TrackAnswer};
use crate::ledger::{Seconds, Span, SpanCause, Track};

pub(super) fn write(out: &mut dyn Write, answer: &Answer, lang: Lang) -> std::io::Result<()> {
    for portal in &answer.portals {
        write_portal(out, portal, lang)?;
    }
    let counts = &answer.input;
    let agents: Vec<&str> = counts.unknown_agents.iter().map(|agent| agent.as_str()).collect();
    for portal in counts.unknown_portals.keys() {
        let values = [("portal", portal.as_str())];
        writeln!(out, "{}", fill(lang, "ledger.cli.portal_not_used", &values))?;
    }
    if !agents.is_empty() {
        let values = [("agents", agents.join(", "))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        writeln!(out, "{}", fill(lang, "ledger.cli.agents_unknown", &values))?;
    }
    let numbers = [
        ("lines", counts.lines),
        ("observations", counts.observations),
        ("gaps", counts.gaps),
        ("duplicates", counts.duplicates),
        ("conflicts", counts.conflicts),
        ("ignored", counts.ignored),
        ("bad", counts.bad),
    ];
    let texts = numbers.map(|(name, number)| (name, number.to_string()));
    let values = texts.each_ref().map(|(name, text)| (*name, text.as_str()));
    writeln!(out, "{}", fill(lang, "ledger.cli.counts", &values))
}

fn write_portal(out: &mut dyn Write, portal: &PortalAnswer, lang: Lang) -> std::io::Result<()> {
    let instants = [portal.window.from, portal.window.to, portal.settled_until].map(civil);
    let values = [
        ("portal", portal.portal.as_str()),
        ("name", portal.name.as_str()),
        ("from", &instants[0]),
        ("to", &instants[1]),
        ("settled", &instants[2]),
    ];
    writeln!(out, "{}", fill(lang, "ledger.cli.portal", &values))?;
    for (track, told) in &portal.tracks {
        write_track(out, *track, told, lang)?;
    }
    writeln!(out)
}

fn write_track(out: &mut dyn Write, track: Track, told: &TrackAnswer, lang: Lang) -> std::io::Result<()> {
    writeln!(out, "  {}", get(lang, &format!("track.{track}")))?;
    for span in &told.spans {
        writeln!(out, "    {}", written(span, lang))?;
    }
    let accounts = [
        (
            "statutory",
            &told.seconds.statutory,
            &told.availability.statutory,
            &told.coverage.statutory,
        ),
        (
            "adjusted",
            &told.seconds.adjusted,
            &told.availability.adjusted,
            &told.coverage.adjusted,
        ),
    ];
    for (name, seconds, availability, coverage) in accounts {
        let values = [
            ("account", get(lang, &format!("ledger.cli.{name}")).to_owned()),
            ("seconds", sums(seconds, lang)),
            ("availability", availability.ratio.percent(lang)),
            ("coverage", coverage.ratio.percent(lang)),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        writeln!(out, "    {}", fill(lang, "ledger.cli.account", &values))?;
    }
    Ok(())
}

fn written(span: &Span, lang: Lang) -> String {
    let state = get(lang, &format!("state.{}", span.state.as_str())).to_owned();
    let cause = match span.cause {
        None => String::new(),
        Some(SpanCause::Mixed) => format!(": {}", get(lang, "ledger.mixed_families")),
        Some(cause) => format!(": {}", get(lang, &format!("cause.{}", cause.as_str()))),
    };
    let agents: Vec<&str> = span.agents.iter().map(|agent| agent.as_str()).collect();
    let seconds = span.window().secs();
    let (from, to) = (civil(span.from), civil(span.to));
    let told = format!("{from} – {to}  {seconds} s  {state}{cause}");
    if agents.is_empty() {
        return told;
    }
    format!("{told}  [{}]", agents.join(", "))
}

fn sums(seconds: &Seconds, lang: Lang) -> String {
    let all = [
        ("up", seconds.up),
        ("degraded", seconds.degraded),
        ("down", seconds.down),
        ("unknown", seconds.unknown),
        ("excluded", seconds.excluded),
        ("absent", seconds.absent),
    ];
    let kept = all.iter().filter(|(_, seconds)| *seconds > 0);
    let told = kept.map(|(state, seconds)| format!("{} {seconds} s", get(lang, &format!("state.{state}"))));
    told.collect::<Vec<_>>().join(", ")
}

/// Vietnamese civil time, `22/11/2026 21:57:00`.
fn civil(at: UnixTime) -> String {
    at.zoned().strftime("%d/%m/%Y %H:%M:%S").to_string()
}
