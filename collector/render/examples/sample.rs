//! Prints a made-up report as JSON: `cargo run -p ems-render --example sample -- [PORTALS [SLIPS]] > sample.json`.

#![expect(clippy::print_stdout, reason = "a command: its answer is for its caller")]

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    // About forty pages.
    let mut size = sample::Size {
        portals: 90,
        slips: 42,
    };
    if let Some(portals) = numbers.next() {
        size.portals = portals?;
        size.slips = size.slips.min(size.portals);
    }
    if let Some(slips) = numbers.next() {
        size.slips = slips?;
    }
    println!("{}", serde_json::to_string(&sample::report(size))?);
    Ok(())
}
