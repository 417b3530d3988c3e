//! The evaluation: records and gaps of one portal in, exact spans out.

use ems_contract::family::Family;
use ems_contract::time::{UnixTime, Window};

use super::carry::Carry;
use super::fold::Fold;
use super::outage::{Outage, PathStretch};
use super::sweep::{Swept, sweep};
use super::types::{Inputs, Span, Track};

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// By track, then in order; contiguous. The first of each track is the one that was going on where the
    /// carry stood, with its true beginning ([`Carry::spans_from`]).
    pub spans: Vec<(Track, Span)>,
    /// Outages that were going on where the carry stood or began later, by track.
    pub outages: Vec<Outage>,
    /// Stretches of one network failing alone, likewise.
    pub paths: Vec<PathStretch>,
    /// For every mark that lies after the carry: where to resume, at the mark or as little before it as
    /// possible. In order, each instant once.
    pub carries: Vec<Carry>,
}

impl Evaluation {
    /// The spans of one track.
    pub fn track(&self, track: Track) -> impl Iterator<Item = &Span> {
        self.spans
            .iter()
            .filter(move |(t, _)| *t == track)
            .map(|(_, span)| span)
    }
}

/// Evaluates one portal from where `carry` stands up to `now`.
///
/// `inputs` must hold every record whose slot is not before `carry.at` and every gap that ends after
/// it; more does no harm. What lies at or after `now` is not looked at: an instant is judged by what has
/// happened, never by what a record promises. The result does not depend on the order of the records, nor on
/// where earlier evaluations stopped.
#[must_use]
pub fn evaluate(carry: &Carry, inputs: &Inputs<'_>, now: UnixTime, marks: &[UnixTime]) -> Evaluation {
    let span = Window::new(carry.at, now.max(carry.at));
    let (v4, v6) = (&inputs.v4, &inputs.v6);
    let v4 = sweep(Family::V4, &carry.v4, v4, inputs.networks, inputs.rules, span);
    let v6 = sweep(Family::V6, &carry.v6, v6, inputs.networks, inputs.rules, span);
    let resting = resting_places(carry.at, span.to, marks, &v4, &v6);
    let mut fold = Fold::resume(carry);
    let mut carries = Vec::with_capacity(resting.len());
    let mut next_rest = resting.into_iter().peekable();
    let (mut i4, mut i6, mut at) = (0, 0, span.from);
    while let (Some(s4), Some(s6)) = (v4.segments.get(i4), v6.segments.get(i6)) {
        let mut to = s4.to.min(s6.to);
        if let Some(rest) = next_rest.peek() {
            to = to.min(*rest);
        }
        fold.push(at, to, (&v4, s4), (&v6, s6));
        at = to;
        i4 += usize::from(s4.to == to);
        i6 += usize::from(s6.to == to);
        if next_rest.next_if_eq(&at).is_some() {
            carries.push(fold.carry(at, &v4, &v6));
        }
    }
    fold.finish(span.to);
    Evaluation {
        spans: fold.spans,
        outages: fold.outages,
        paths: fold.stretches,
        carries,
    }
}

/// For every mark the last instant not after it at which nothing hangs in the air.
fn resting_places(from: UnixTime, to: UnixTime, marks: &[UnixTime], v4: &Swept, v6: &Swept) -> Vec<UnixTime> {
    let rest = |mark: &UnixTime| {
        let mut at = *mark;
        while let Some(since) = [v4, v6].into_iter().filter_map(|f| f.undecided_since(at)).min() {
            at = since;
        }
        at
    };
    let inside = marks.iter().filter(|mark| from < **mark && **mark <= to);
    let mut places: Vec<UnixTime> = inside.map(rest).filter(|at| *at > from).collect();
    places.sort_unstable();
    places.dedup();
    places
}
