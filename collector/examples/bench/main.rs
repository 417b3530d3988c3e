//! Measures the door for batches and the store: `cargo run --release --example bench -- ingest` or `-- storage`.
//! What the numbers mean: docs/STORAGE.md.

mod ingest;
mod storage;
mod synthetic;

use std::io::Write;

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let dir = tempfile::Builder::new()
        .prefix("bench")
        .tempdir_in(".")
        .context("a folder on a real disk")?;
    match std::env::args().nth(1).as_deref() {
        Some("ingest") => ingest::run(dir.path(), &mut out),
        Some("storage") => storage::run(dir.path(), &mut out),
        _ => {
            writeln!(out, "usage: bench ingest | storage")?;
            bail!("name what to measure")
        }
    }
}
