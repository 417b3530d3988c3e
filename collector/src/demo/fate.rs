//! What befell a portal: stretches in which something was wrong with it, or with the way to it.

use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::family::Family;
use ems_contract::outcome::Outcome;
use ems_contract::time::{UnixTime, Window};

use super::chance::Chance;
use super::units::Unit;

/// One stretch of trouble.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) window: Window,
    /// On one family only.
    pub(super) family: Option<Family>,
    /// Seen by this vantage point only (its place in the list).
    pub(super) seen_by: Option<usize>,
    pub(super) outcome: Outcome,
}

/// Everything about one portal that a history is made of.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    /// The part of the history in which it counts.
    pub(super) window: Window,
    /// It has an IPv6 address.
    pub(super) v6: bool,
    /// Of overlapping stretches the first counts.
    pub(super) stretches: Vec<Stretch>,
    /// Microseconds to the first byte on a quiet night.
    pub(super) first_byte_us: u32,
    /// When its certificates end, in order; each follows the one before.
    pub(super) certificates: Vec<UnixTime>,
}

/// Outages and slow stretches in a hundred days, by how well a portal is kept: share of a thousand portals, outages,
/// doublings of three minutes that an outage may last, slow stretches.
const KEPT: [(u32, u32, u32, u32); 4] = [
    (550, 1, 5, 1),
    (850, 3, 6, 4),
    (960, 12, 8, 10),
    (1_000, 30, 9, 30),
];

const DOWN: &[(Stage, Cause)] = &[
    (Stage::Connect, Cause::TcpTimeout),
    (Stage::Connect, Cause::TcpTimeout),
    (Stage::Connect, Cause::TcpRefused),
    (Stage::FirstByte, Cause::HttpTimeout),
    (Stage::FirstByte, Cause::HttpTimeout),
    (Stage::Content, Cause::HttpStatus),
    (Stage::Content, Cause::HttpStatus),
    (Stage::Content, Cause::ContentMaintenance),
    (Stage::Content, Cause::ContentError),
    (Stage::Content, Cause::ContentDefaultPage),
    (Stage::Dns, Cause::DnsServfail),
    (Stage::Tls, Cause::TlsExpired),
    (Stage::Tls, Cause::TlsHostname),
];

/// The fate of a unit over `history`.
pub(super) fn fate(unit: &Unit, history: Window) -> Fate {
    let from = unit.joined.map_or(history.from, |share| {
        history.to - history.secs() / 1_000 * i64::from(share)
    });
    let window = Window::new(from, history.to);
    let mut chance = Chance::of("fate", &unit.id);
    let v6 = chance.happens(700);
    let roll = chance.below(1_000);
    let (_, outages, doublings, slow) = KEPT
        .into_iter()
        .find(|(share, ..)| roll < *share)
        .unwrap_or(KEPT[3]);
    let mut stretches = Vec::new();
    blind(unit, history, &mut stretches);
    hosting(unit, history, &mut stretches);
    for _ in 0..times(&mut chance, outages, window) {
        stretches.push(outage(&mut chance, window, v6, doublings));
    }
    for _ in 0..times(&mut chance, slow, window) {
        stretches.push(Stretch {
            window: somewhere(&mut chance, window, 600, 5),
            family: None,
            seen_by: None,
            outcome: Outcome::Degraded {
                cause: DegradedCause::SlowFirstByte,
            },
        });
    }
    Fate {
        window,
        v6,
        stretches,
        first_byte_us: 30_000 + chance.below(400_000),
        certificates: certificates(&mut chance, history),
    }
}

/// What lasts at the end of a history, in turn: outcome, family, vantage point.
const LASTING: &[(Stage, Cause, Option<Family>, Option<usize>)] = &[
    (Stage::Connect, Cause::TcpTimeout, None, None),
    (Stage::Content, Cause::ContentHijacked, None, None),
    (Stage::Tls, Cause::TlsHostname, Some(Family::V6), None),
    (Stage::Content, Cause::HttpStatus, None, None),
    (Stage::Connect, Cause::TcpUnreachable, None, Some(1)),
    (Stage::Dns, Cause::DnsServfail, None, None),
];

/// The trouble number `number` of those that last at the end of `history`.
pub(super) fn lasting(history: Window, number: usize) -> Option<Stretch> {
    let (stage, cause, family, seen_by) = *LASTING.get(number % LASTING.len())?;
    let minutes = i64::try_from(number).unwrap_or(0) * 25 + 20;
    Some(Stretch {
        window: Window::new(history.to - minutes * 60, history.to).intersect(history),
        family,
        seen_by,
        outcome: Outcome::Down { stage, cause },
    })
}

/// How often something happens that happens `rate` times in a hundred days.
fn times(chance: &mut Chance, rate: u32, window: Window) -> u32 {
    let days = u32::try_from(window.secs() / 86_400).unwrap_or(0);
    let most = rate * days / 50;
    chance.below(most + 1) + u32::from(most == 0 && chance.happens(rate * days * 10))
}

fn somewhere(chance: &mut Chance, within: Window, shortest: u32, doublings: u32) -> Window {
    let from = within.from + i64::from(chance.below(u32::try_from(within.secs()).unwrap_or(u32::MAX)));
    Window::new(from, from + chance.length(shortest, doublings)).intersect(within)
}

fn outage(chance: &mut Chance, within: Window, v6: bool, doublings: u32) -> Stretch {
    let (stage, cause) = *chance.one_of(DOWN).unwrap_or(&DOWN[0]);
    let window = match cause {
        // Nobody notices an expired certificate at the weekend.
        Cause::TlsExpired => somewhere(chance, within, 14_400, 4),
        _ => somewhere(chance, within, 180, doublings),
    };
    let kind = chance.below(100);
    Stretch {
        window,
        family: match kind {
            0..10 => Some(Family::V4),
            10..25 if v6 => Some(Family::V6),
            _ => None,
        },
        // One network alone has no way there.
        seen_by: (kind >= 90).then(|| chance.below(3) as usize),
        outcome: Outcome::Down { stage, cause },
    }
}

/// Units of one hosting go down together three times.
fn hosting(unit: &Unit, history: Window, stretches: &mut Vec<Stretch>) {
    let Some(hosting) = &unit.hosting else { return };
    let mut chance = Chance::of("hosting", hosting);
    for doublings in [3, 5, 7] {
        stretches.push(Stretch {
            window: somewhere(&mut chance, history, 900, doublings),
            family: None,
            seen_by: None,
            outcome: Outcome::Down {
                stage: Stage::Connect,
                cause: Cause::TcpTimeout,
            },
        });
    }
}

/// A firewall keeps every vantage point out of one portal in fifty for some weeks: nobody sees anything.
fn blind(unit: &Unit, history: Window, stretches: &mut Vec<Stretch>) {
    let mut chance = Chance::of("blind", &unit.id);
    if chance.happens(20) {
        stretches.push(Stretch {
            window: somewhere(&mut chance, history, 12 * 86_400, 2),
            family: None,
            seen_by: None,
            outcome: Outcome::Unknown {
                why: UnknownWhy::Refused,
            },
        });
    }
}

/// Certificates of about ninety days or a year; the last one ends after the history, at times soon.
fn certificates(chance: &mut Chance, history: Window) -> Vec<UnixTime> {
    let life = if chance.happens(600) { 90 } else { 365 } * 86_400;
    let mut end = history.to + 86_400 + i64::from(chance.below(u32::try_from(life).unwrap_or(0)));
    let mut ends = vec![end];
    while end > history.from {
        end = end - life;
        ends.push(end);
    }
    ends.reverse();
    ends
}

impl Fate {
    /// What a vantage point sees at an instant over a family.
    pub(super) fn outcome(&self, family: Family, seen_by: usize, at: UnixTime) -> Outcome {
        if family == Family::V6 && !self.v6 {
            return NO_ADDRESS;
        }
        self.stretches
            .iter()
            .find(|stretch| stretch.concerns(family, seen_by) && stretch.window.contains(at))
            .map_or(Outcome::Up, |stretch| stretch.outcome)
    }

    /// The end of the certificate presented at an instant.
    pub(super) fn certificate(&self, at: UnixTime) -> UnixTime {
        let current = self.certificates.iter().find(|end| **end > at);
        current.or(self.certificates.last()).copied().unwrap_or(at)
    }
}

/// The name has no address of the family.
pub(super) const NO_ADDRESS: Outcome = Outcome::Down {
    stage: Stage::Dns,
    cause: Cause::DnsNodata,
};

impl Stretch {
    /// Whether it is about this family and vantage point.
    pub(super) fn concerns(&self, family: Family, seen_by: usize) -> bool {
        self.family.is_none_or(|own| own == family) && self.seen_by.is_none_or(|own| own == seen_by)
    }
}
