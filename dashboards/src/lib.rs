//! Grafana boards and Prometheus rules as values: one set of thresholds feeds both.
//!
//! [`threshold`] → [`board`] (six boards over [`panel`], [`query`], [`variable`], [`word`]) → `dashboards/grafana/*.json`, and
//! [`rule`] → `alerts/ems.rules.yml`. The files are written by `cargo run -p ems-dashboards`; a test compares them.
//! Grafana speaks no Vietnamese of its own, so every title, description and mapping is ours.

pub mod board;
mod layout;
pub mod panel;
pub mod query;
pub mod rule;
pub mod state;
pub mod threshold;
pub mod variable;
pub mod word;

use board::Board;

/// All boards, in the order in which people meet them.
#[must_use]
pub fn boards() -> Vec<Board> {
    vec![
        board::leader::board(),
        board::duty::board(),
        board::portal::board(),
        board::compliance::board(),
        board::slo::board(),
        board::system::board(),
    ]
}

/// A board as the file that Grafana is given.
#[must_use]
pub fn file(board: &Board) -> String {
    let mut text = format!("{:#}", board.json());
    text.push('\n');
    text
}
