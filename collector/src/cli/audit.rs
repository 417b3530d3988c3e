//! `audit`: the log of what people did, and whether its seals hold.

use std::io::Write;

use ems_contract::text::fill;
use serde_json::json;

use super::people::{Place, ended};
use super::{EXIT_FAILED, EXIT_OK};
use crate::account::AuditEntry;
use crate::account::audit::Chain;
use crate::locale;
use crate::store::AccountStore;

/// Print the audit log, oldest first, and check its seals: exit code 1 when one is broken.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Entries read at once.
const AT_ONCE: u32 = 1_000;

/// Runs the command.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let place = &args.place;
    let store = match place.read() {
        Ok(store) => store,
        Err(stop) => return ended(Err(stop), err),
    };
    let mut all: Vec<AuditEntry> = Vec::new();
    loop {
        let before = all.last().map(|entry| entry.seq);
        match store.audit(before, AT_ONCE) {
            Ok(some) if some.is_empty() => break,
            Ok(some) => all.extend(some),
            Err(error) => return ended(Err(place.trouble(&error)), err),
        }
    }
    all.reverse();
    let mut chain = Chain::default();
    let mut broken = None;
    for entry in &all {
        let holds = chain.follows(entry);
        if !holds && broken.is_none() {
            broken = Some(entry.seq);
        }
        if args.json {
            let line = json!({
                "seq": entry.seq, "at": entry.at, "actor": entry.actor, "via": entry.via, "action": entry.action,
                "subject": entry.subject, "detail": entry.detail, "seal": entry.digest, "holds": holds,
            });
            writeln!(out, "{line}")?;
        } else {
            let at = locale::instant(entry.at, place.lang);
            let line = format!(
                "{} {at} {} [{}] {} {} {}",
                entry.seq, entry.actor, entry.via, entry.action, entry.subject, entry.detail
            );
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    let (count, seal) = chain.end();
    match broken {
        None => {
            let values = [("count", count.to_string()), ("seal", seal.to_string())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            writeln!(err, "{}", fill(place.lang, "account.cli.audit_whole", &values))?;
            Ok(EXIT_OK)
        }
        Some(seq) => {
            let seq = seq.to_string();
            writeln!(
                err,
                "{}",
                fill(place.lang, "account.cli.audit_broken", &[("seq", &seq)])
            )?;
            Ok(EXIT_FAILED)
        }
    }
}
