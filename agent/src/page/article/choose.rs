//! Which of the candidates is the publication.

use jiff::civil::Date;

use super::{ArticleDates, Candidates, Dated, Source};
use crate::page::document::Document;

/// How much one source's word weighs. Sources of one field (`head`, `seen`) repeat each other: the heaviest counts whole, the
/// others a little.
fn weight(source: Source) -> (Group, u32) {
    match source {
        Source::Url => (Group::Url, 30),
        Source::JsonLd => (Group::Head, 22),
        Source::Meta => (Group::Head, 18),
        Source::Script => (Group::Head, 9),
        Source::JsonLdPage => (Group::Head, 10),
        Source::MetaGeneral => (Group::Head, 8),
        Source::Markup => (Group::Seen, 19),
        Source::Labelled => (Group::Seen, 15),
        Source::DateElement => (Group::Seen, 13),
        Source::Time => (Group::Seen, 13),
        Source::Byline => (Group::Seen, 12),
        Source::Text | Source::Modified => (Group::Seen, 1),
    }
}

/// What the month of an address adds to its days.
const MONTH_WEIGHT: u32 = 8;

/// Sources that draw on the same field of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Url,
    Head,
    Seen,
}

/// The candidate nearest to the title speaks for its source; among equals the first on the page.
fn spokesmen(published: &[(Dated, u32)]) -> Vec<&Dated> {
    let mut nearest: Vec<&(Dated, u32)> = Vec::new();
    for candidate in published {
        match nearest.iter_mut().find(|n| n.0.source == candidate.0.source) {
            Some(other) if other.1 > candidate.1 => *other = candidate,
            Some(_) => {}
            None => nearest.push(candidate),
        }
    }
    nearest.into_iter().map(|(dated, _)| dated).collect()
}

fn weight_of(day: Date, voices: &[&Dated]) -> u32 {
    [Group::Url, Group::Head, Group::Seen]
        .iter()
        .map(|group| {
            let mut all: Vec<u32> = voices
                .iter()
                .filter(|v| v.day == day)
                .map(|v| weight(v.source))
                .filter(|(g, _)| g == group)
                .map(|(_, w)| w)
                .collect();
            all.sort_unstable_by(|a, b| b.cmp(a));
            all.iter()
                .enumerate()
                .map(|(n, w)| if n == 0 { *w } else { w / 2 })
                .sum::<u32>()
        })
        .sum()
}

/// Whether a stamp was written in UTC, so that the reader's day may be its neighbour.
fn is_utc(dated: &Dated) -> bool {
    matches!(
        dated.source,
        Source::JsonLd | Source::JsonLdPage | Source::Meta | Source::Script | Source::Markup | Source::Time
    ) && dated.text.contains(':')
        && (dated.text.ends_with('Z')
            || dated.text.contains("+00:00")
            || dated.text.contains("+0000")
            || dated.text.ends_with("GMT"))
}

/// The year and month of an address such as `/2026/02/`.
fn month_of(path: &str) -> Option<(i16, i8)> {
    let mut parts = path.split('/');
    while let Some(part) = parts.next() {
        if part.len() == 4
            && let Ok(year) = part.parse::<i16>()
            && (1995..=2099).contains(&year)
        {
            let month = parts.next().filter(|m| m.len() == 2)?.parse().ok()?;
            return (1..=12).contains(&month).then_some((year, month));
        }
    }
    None
}

/// Chooses: the day with the most weight; a neighbour day that readers see corrects a stamp in UTC.
pub(super) fn choose(document: &Document<'_>, candidates: Candidates) -> ArticleDates {
    let Candidates {
        published,
        modified,
        aside,
    } = candidates;
    let voices = spokesmen(&published);
    let month = month_of(document.url.path());
    let mut best: Option<(&Dated, u32)> = None;
    for voice in &voices {
        let in_month = month == Some((voice.day.year(), voice.day.month()));
        let weight = weight_of(voice.day, &voices) + if in_month { MONTH_WEIGHT } else { 0 };
        if best.is_none_or(|(_, most)| weight > most) {
            best = Some((voice, weight));
        }
    }
    let chosen = best.map(|(dated, _)| {
        let seen = |v: &&Dated| {
            matches!(
                v.source,
                Source::Url | Source::DateElement | Source::Labelled | Source::Byline
            )
        };
        if !is_utc(dated) || voices.iter().any(|v| seen(v) && v.day == dated.day) {
            return dated;
        }
        voices
            .iter()
            .find(|v| seen(v) && (v.day - dated.day).get_days().abs() == 1)
            .copied()
            .unwrap_or(dated)
    });
    let by_source = |list: &[Dated]| list.iter().min_by_key(|d| d.source).cloned();
    let modified = by_source(&modified);
    let beside = |most: Source| {
        aside
            .iter()
            .filter(|(d, _)| d.source <= most)
            .min_by_key(|(d, distance)| (d.source, *distance))
            .map(|(d, _)| d.clone())
    };
    let published = chosen
        .cloned()
        .filter(|d| d.source != Source::Text)
        .or_else(|| beside(Source::Markup))
        .or_else(|| {
            // A change on the day of the fetch is what a template says that prints the present.
            let changed = modified
                .clone()
                .filter(|dated| dated.day < document.fetched.date());
            changed.map(|dated| Dated {
                source: Source::Modified,
                ..dated
            })
        })
        .or_else(|| beside(Source::Byline).filter(|_| !document.vietnamese))
        .or_else(|| chosen.cloned())
        .or_else(|| beside(Source::Modified).filter(|_| !document.vietnamese));
    ArticleDates { published, modified }
}
