//! Deciding without effects: what may be asked, what is remembered from visit to visit, what a link's answer means.

pub mod answer;
pub mod frontier;
pub mod memory;
pub mod proof;
pub mod robots;
pub mod wire;
