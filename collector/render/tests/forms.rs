//! DOCX, PDF and XLSX, read back with tools that are not ours.

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
