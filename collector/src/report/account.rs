//! The ledger's accounts as the report prints them.

use ems_contract::inventory::Maintenance;
use ems_contract::time::Window;

use super::figures::Figures;
use crate::ledger::{Span, State};

/// The statutory and the adjusted account of one track over `counted`.
#[must_use]
pub fn accounts(spans: &[Span], counted: Window, maintenance: &[Maintenance]) -> (Figures, Figures) {
    let mut windows: Vec<Window> = maintenance
        .iter()
        .map(|m| Window::new(m.from, m.to).intersect(counted))
        .filter(|w| !w.is_empty())
        .collect();
    windows.sort_by_key(|w| w.from);
    let mut merged: Vec<Window> = Vec::new();
    for w in windows {
        match merged.last_mut() {
            Some(last) if w.from <= last.to => last.to = last.to.max(w.to),
            _ => merged.push(w),
        }
    }
    let statutory = tally(spans, counted);
    let mut adjusted = statutory;
    for w in merged {
        let under = tally(spans, w);
        adjusted.up_s -= under.up_s;
        adjusted.degraded_s -= under.degraded_s;
        adjusted.down_s -= under.down_s;
        adjusted.unknown_s -= under.unknown_s;
        adjusted.excluded_s += under.counted_s();
    }
    (statutory, adjusted)
}

fn tally(spans: &[Span], window: Window) -> Figures {
    let mut figures = Figures::default();
    for span in spans {
        let secs = u64::try_from(span.window().intersect(window).secs()).unwrap_or(0);
        match span.state {
            State::Up => figures.up_s += secs,
            State::Degraded => figures.degraded_s += secs,
            State::Down => figures.down_s += secs,
            State::Unknown => figures.unknown_s += secs,
            State::Absent => figures.absent_s += secs,
        }
    }
    let all = figures.counted_s() + figures.absent_s;
    figures.unknown_s += u64::try_from(window.secs()).unwrap_or(0) - all;
    figures
}
