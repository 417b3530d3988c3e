//! Measures the door for batches, the store and the judge: `cargo run --release --example bench -- ingest`, `-- storage`
//! or `-- judging`. What the numbers mean: docs/STORAGE.md, docs/PERFORMANCE.md.

mod ingest;
mod judging;
mod storage;
mod synthetic;

use std::io::Write;

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    // On a real disk: a temporary folder may be in memory.
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let dir = tempfile::Builder::new()
        .prefix("bench")
        .tempdir_in(target)
        .context("target/ is where the program was built")?;
    match std::env::args().nth(1).as_deref() {
        Some("ingest") => ingest::run(dir.path(), &mut out),
        Some("storage") => storage::run(dir.path(), &mut out),
        Some("judging") => judging::run(dir.path(), &mut out),
        _ => {
            writeln!(out, "usage: bench ingest | storage | judging")?;
            bail!("name what to measure")
        }
    }
}
