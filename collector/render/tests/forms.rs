//! DOCX, PDF and XLSX, read back with tools that are not ours.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as expected"
)]

#[path = "forms/bench.rs"]
mod bench;
#[path = "forms/figures.rs"]
mod figures;
#[path = "forms/hard.rs"]
mod hard;
#[path = "forms/office.rs"]
mod office;
#[path = "forms/program.rs"]
mod program;
mod sample;
