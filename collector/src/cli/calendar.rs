//! `ems-collector calendar due|is-working|report-dates`.

use std::io::{self, Write};

use ems_contract::command_line::Unfit;
use ems_contract::text::{Lang, fill, get};
use jiff::civil::{Date, DateTime, Weekday};
use serde_json::json;

use super::RulesArgs;
use crate::calendar::{Calendar, Due, Roll, Swaps, Term, Unit, civil};
use crate::regulation::{Kind, Regulations};

/// Working days, terms and report dates.
#[derive(Debug, Clone, clap::Args)]
pub struct CalendarArgs {
    /// What to ask.
    #[command(subcommand)]
    pub command: CalendarCommand,
    /// Rule data.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to ask the calendar.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CalendarCommand {
    /// The last day in time of a term: `--from 2026-08-20 --in 2wd`.
    Due {
        /// Start event: a day, or `2026-02-15T17:30` (civil time) for terms in hours.
        #[arg(long)]
        from: String,
        /// The term: 2wd (working days), 15cd (calendar days), 24h, 3mo, 2year.
        #[arg(long = "in", value_name = "TERM", value_parser = term)]
        term: Term,
        /// Move an end on a day off to the next working day (the rule for calendar days, BLDS Đ148.5).
        #[arg(long, value_parser = ["next_working_day", "none"])]
        roll: Option<String>,
        /// Leave the swapped days of the yearly notices aside.
        #[arg(long)]
        no_swap: bool,
    },
    /// Whether a day is worked, and why not.
    IsWorking {
        /// The day.
        day: Date,
    },
    /// Every report due in the periods of a year.
    ReportDates {
        /// The year.
        #[arg(value_parser = clap::value_parser!(i16).range(2011..=2100))]
        year: i16,
    },
}

fn term(text: &str) -> Result<Term, Unfit> {
    text.parse()
        .map_err(|_why: crate::calendar::TermError| Unfit("help.want.term"))
}

/// Runs the command.
///
/// # Errors
/// A start that is no day or civil time; a broken pipe.
pub fn run(args: &CalendarArgs, rules: &Regulations, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.command {
        CalendarCommand::Due {
            from,
            term,
            roll,
            no_swap,
        } => {
            let swaps = if *no_swap { Swaps::Ignored } else { Swaps::Counted };
            let calendar = (*rules.calendar).clone().with_swaps(swaps);
            // Calendar days roll by law; everything else only when asked.
            let roll = match (roll.as_deref(), term.unit) {
                (Some("next_working_day"), _) | (None, Unit::CalendarDay) => Roll::NextWorkingDay,
                _ => Roll::None,
            };
            due(&calendar, from, *term, roll, args.json, lang, out)
        }
        CalendarCommand::IsWorking { day } => Ok(is_working(&rules.calendar, *day, args.json, lang, out)?),
        CalendarCommand::ReportDates { year } => Ok(report_dates(rules, *year, args.json, lang, out)?),
    }
}

fn due(
    calendar: &Calendar,
    from: &str,
    term: Term,
    roll: Roll,
    json: bool,
    lang: Lang,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    // jiff would take the day out of a civil time and drop the hour.
    let day = from.parse::<Date>().ok().filter(|_| !from.contains('T'));
    let (start, due) = match (day, from.parse::<DateTime>()) {
        (Some(day), _) => (day, calendar.due_day(day, term, roll)),
        (None, Ok(at)) => (at.date(), calendar.due(civil::instant(at), term, roll)),
        (None, Err(_not_a_time)) => anyhow::bail!(fill(lang, "law.cli.bad_start", &[("value", from)])),
    };
    let skipped = skipped(calendar, start, due.day());
    if json {
        let skipped: Vec<_> = skipped
            .iter()
            .map(|(day, why)| json!({"date": day.to_string(), "why": why}))
            .collect();
        let value = json!({
            "from": from, "in": term.to_string(), "due": due.end.to_string(), "due_day": due.day().to_string(),
            "unrolled": due.unrolled.to_string(), "roll": roll.as_str(), "provisional": due.provisional,
            "calendar": calendar.versions(start, due.day()), "days_off": skipped,
        });
        writeln!(out, "{value:#}")?;
        return Ok(());
    }
    let words = [
        ("due", &*written(lang, due)),
        ("term", &*term_words(lang, term)),
        ("from", from),
    ];
    let key = if term.unit == Unit::Hour {
        "law.cli.due_hours"
    } else {
        "law.cli.due"
    };
    writeln!(out, "{}", fill(lang, key, &words))?;
    if due.unrolled != due.day() {
        writeln!(
            out,
            "{}",
            fill(lang, "law.cli.rolled", &[("day", &due.unrolled.to_string())])
        )?;
    }
    for (day, why) in skipped {
        writeln!(out, "  {} {}: {why}", weekday(lang, day), numeric(day))?;
    }
    if due.provisional {
        writeln!(out, "{}", get(lang, "law.cli.provisional"))?;
    }
    Ok(())
}

/// The days between start and end that are not as their weekday says, with the reason.
fn skipped(calendar: &Calendar, from: Date, to: Date) -> Vec<(Date, String)> {
    let mut days = Vec::new();
    let mut day = from;
    while day < to && days.len() < 400 {
        day = civil::plus_days(day, 1);
        if let Some(special) = calendar.special(day) {
            days.push((day, special.name.clone()));
        }
    }
    days
}

fn is_working(calendar: &Calendar, day: Date, json: bool, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let special = calendar.special(day);
    let (working, provisional) = (calendar.is_working(day), calendar.is_provisional(day));
    if json {
        let value = json!({
            "date": day.to_string(), "working": working, "provisional": provisional,
            "kind": special.map(|s| s.kind.as_str()), "name": special.map(|s| &s.name),
            "source": special.map(|s| &s.source), "calendar": calendar.versions(day, day),
        });
        return writeln!(out, "{value:#}");
    }
    let key = if working {
        "law.cli.working"
    } else {
        "law.cli.not_working"
    };
    let spelt = format!("{} {}", weekday(lang, day), numeric(day));
    let mut line = fill(lang, key, &[("day", &spelt)]);
    if let Some(special) = special {
        line = format!("{line}: {} ({})", special.name, special.source);
    }
    writeln!(out, "{line}")?;
    if provisional {
        writeln!(out, "{}", get(lang, "law.cli.provisional"))?;
    }
    Ok(())
}

fn report_dates(
    rules: &Regulations,
    year: i16,
    json: bool,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let reports = rules.reports_of_year(year);
    if json {
        let rows: Vec<_> = reports
            .iter()
            .map(|report| {
                json!({
                    "report": &*report.duty.id, "pack": &*report.duty.pack, "obligations": report.duty.obligations,
                    "period": report.window.label, "year": report.window.year,
                    "from": report.window.from.to_string(), "to": report.window.to.to_string(),
                    "due": report.due.map(|due| due.end.to_string()), "kind": report.kind.as_str(),
                    "provisional": report.due.is_some_and(|due| due.provisional),
                })
            })
            .collect();
        return writeln!(out, "{:#}", json!({"year": year, "reports": rows}));
    }
    for report in reports {
        let due = report.due.map_or_else(
            || get(lang, "law.cli.no_day").to_owned(),
            |due| written(lang, due),
        );
        let kind = match report.kind {
            Kind::Statutory => get(lang, "law.kind.statutory"),
            Kind::Policy | Kind::Encouraged => get(lang, "law.kind.policy"),
        };
        let Some(rows) = report.duty.obligations.first() else {
            continue;
        };
        writeln!(
            out,
            "{due}  {:<10} {:<2}/{}  {}–{}  {rows}  [{kind}]",
            report.duty.id,
            report.window.label,
            report.window.year,
            numeric(report.window.from),
            numeric(report.window.to)
        )?;
    }
    Ok(())
}

fn written(lang: Lang, due: Due) -> String {
    let time = due.end.time();
    format!(
        "{:02}:{:02}:{:02} {} {}",
        time.hour(),
        time.minute(),
        time.second(),
        weekday(lang, due.day()),
        numeric(due.day())
    )
}

/// `22/11/2026`.
fn numeric(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

fn weekday(lang: Lang, day: Date) -> &'static str {
    let key = match day.weekday() {
        Weekday::Monday => "law.weekday.1",
        Weekday::Tuesday => "law.weekday.2",
        Weekday::Wednesday => "law.weekday.3",
        Weekday::Thursday => "law.weekday.4",
        Weekday::Friday => "law.weekday.5",
        Weekday::Saturday => "law.weekday.6",
        Weekday::Sunday => "law.weekday.7",
    };
    get(lang, key)
}

/// `02 ngày làm việc`, as regulations write numbers.
fn term_words(lang: Lang, term: Term) -> String {
    let unit = match term.unit {
        Unit::WorkingDay => "law.unit.wd",
        Unit::CalendarDay => "law.unit.cd",
        Unit::Hour => "law.unit.h",
        Unit::Month => "law.unit.mo",
        Unit::Year => "law.unit.year",
    };
    fill(lang, unit, &[("n", &format!("{:02}", term.n))])
}
