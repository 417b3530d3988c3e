//! The answer for people: every step of every attempt, the certificate, the verdict.

use std::io::{self, Write};

use ems_contract::cause::Stage;
use ems_contract::outcome::Outcome;
use ems_contract::text::{Lang, fill, get};

use super::survey::{FamilySurvey, Survey};
use crate::net::tls::summary;
use crate::probe::{NetProber, Step, Visit};

/// Prints one target.
pub(super) fn print(seen: &Survey, prober: &NetProber, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { lang };
    let resolvers: Vec<String> = prober.resolvers().iter().map(ToString::to_string).collect();
    writeln!(out, "{}", seen.portal.url)?;
    page.line(out, 2, "probe.started", &[("at", &page.instant(seen.started_at))])?;
    page.line(out, 2, "probe.resolvers", &[("list", &page.list(&resolvers))])?;
    for family in &seen.families {
        page.family(out, family)?;
    }
    page.certificates(out, seen)?;
    page.verdict(out, seen)
}

struct Page {
    lang: Lang,
}

impl Page {
    fn line(&self, out: &mut dyn Write, indent: usize, key: &str, values: &[(&str, &str)]) -> io::Result<()> {
        writeln!(out, "{:indent$}{}", "", fill(self.lang, key, values))
    }

    fn text(&self, key: &str) -> String {
        get(self.lang, key).to_owned()
    }

    fn instant(&self, at: jiff::Timestamp) -> String {
        let zoned = at.to_zoned(ems_contract::time::zone());
        match self.lang {
            Lang::Vi => zoned.strftime("%d/%m/%Y %H:%M:%S (UTC%:z)").to_string(),
            Lang::En => zoned.strftime("%Y-%m-%d %H:%M:%S (UTC%:z)").to_string(),
        }
    }

    fn list(&self, items: &[String]) -> String {
        if items.is_empty() {
            self.text("probe.nothing")
        } else {
            items.join(", ")
        }
    }

    /// Milliseconds with the decimal sign of the language.
    fn ms(&self, us: u32) -> String {
        let text = format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10);
        match self.lang {
            Lang::Vi => text.replace('.', ","),
            Lang::En => text,
        }
    }

    /// The outcome as a sentence, its binding name in brackets.
    fn outcome(&self, outcome: Outcome) -> String {
        let state = self.text(&format!("state.{}", outcome.state_name()));
        let (key, name) = match outcome {
            Outcome::Up => return state,
            Outcome::Degraded { cause } => (cause.text_key(), cause.as_str()),
            Outcome::Down { cause, .. } => (cause.text_key(), cause.as_str()),
            Outcome::Unknown { why } => (why.text_key(), why.as_str()),
        };
        format!("{state}: {} [{name}]", self.text(&key))
    }

    fn family(&self, out: &mut dyn Write, seen: &FamilySurvey) -> io::Result<()> {
        let state = seen.state().as_str();
        writeln!(out)?;
        let state = self.text(&format!("probe.family.{state}"));
        writeln!(out, "  {}: {state}", seen.family)?;
        for (number, visit) in seen.reached.visits.iter().enumerate() {
            let outcome = seen.reached.attempts.get(number).map(|attempt| attempt.outcome);
            self.line(out, 4, "probe.attempt", &[("number", &(number + 1).to_string())])?;
            self.visit(out, visit)?;
            if let Some(outcome) = outcome {
                self.line(out, 6, "probe.result", &[("outcome", &self.outcome(outcome))])?;
            }
        }
        if seen.addresses.len() > 1 {
            self.line(out, 4, "probe.addresses", &[])?;
            for (address, outcome) in &seen.addresses {
                let outcome = match outcome {
                    Some(outcome) => self.outcome(*outcome),
                    None => get(self.lang, "probe.not_visited").to_owned(),
                };
                writeln!(out, "      {address}  {outcome}")?;
            }
        }
        Ok(())
    }

    fn visit(&self, out: &mut dyn Write, visit: &Visit) -> io::Result<()> {
        for step in &visit.steps {
            let status = step
                .status
                .map_or_else(String::new, |status| format!(" → {status}"));
            writeln!(out, "      GET {}{status}", step.url)?;
            self.phases(out, step)?;
        }
        if let Some(bytes) = visit.body_bytes {
            let kind = visit.page.map_or("", |kind| kind.as_str());
            let kind = self.text(&format!("probe.page.{kind}"));
            self.line(
                out,
                6,
                "probe.page",
                &[("bytes", &bytes.to_string()), ("kind", &kind)],
            )?;
        }
        Ok(())
    }

    fn phases(&self, out: &mut dyn Write, step: &Step) -> io::Result<()> {
        let addresses: Vec<String> = step.addresses.iter().map(ToString::to_string).collect();
        let mut dns = self.list(&addresses);
        if !step.aliases.is_empty() {
            let aliases = fill(
                self.lang,
                "probe.aliases",
                &[("names", &step.aliases.join(" → "))],
            );
            dns = format!("{dns} ({aliases})");
        }
        if step.timings.dns_us.is_none() && !step.addresses.is_empty() {
            dns = format!("{dns} ({})", get(self.lang, "probe.no_dns"));
        }
        self.phase(out, Stage::Dns, step.timings.dns_us, &dns)?;
        let mut connect = step
            .address
            .map_or_else(String::new, |address| address.to_string());
        if step.shared {
            connect = format!("{connect} ({})", get(self.lang, "probe.shared"));
        }
        self.phase(out, Stage::Connect, step.timings.connect_us, &connect)?;
        if let Some(us) = step.timings.tls_us {
            let session = step.tls.as_ref().map_or_else(String::new, |tls| {
                let parts = [&tls.version, &tls.cipher, &tls.alpn];
                let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
                parts.join(", ")
            });
            self.phase(out, Stage::Tls, Some(us), &session)?;
        }
        let version = step
            .version
            .map_or_else(String::new, |version| format!("{version:?}"));
        if step.timings.first_byte_us.is_some() {
            self.phase(out, Stage::FirstByte, step.timings.first_byte_us, &version)?;
            self.phase(out, Stage::Body, step.timings.body_us, "")?;
        }
        Ok(())
    }

    fn phase(&self, out: &mut dyn Write, stage: Stage, us: Option<u32>, what: &str) -> io::Result<()> {
        if us.is_none() && what.is_empty() {
            return Ok(());
        }
        let name = self.text(&stage.text_key());
        let time = us.map_or_else(|| "–".to_owned(), |us| self.ms(us));
        // Pad by characters: Vietnamese letters take several bytes.
        let pad = 26usize.saturating_sub(name.chars().count());
        let line = format!("        {name}{:pad$} {time:>12}  {what}", "");
        writeln!(out, "{}", line.trim_end())
    }

    fn certificates(&self, out: &mut dyn Write, seen: &Survey) -> io::Result<()> {
        let mut shown = None;
        for family in &seen.families {
            let steps = family
                .reached
                .visits
                .iter()
                .rev()
                .flat_map(|visit| visit.steps.iter().rev());
            let mut steps = steps.into_iter();
            let Some((tls, chain)) = steps.find_map(|step| Some((step.tls.as_ref()?, step.chain.as_ref()?)))
            else {
                continue;
            };
            let same = shown == tls.chain;
            shown = tls.chain;
            writeln!(out)?;
            let over = [("family", &*family.family.to_string())];
            if same {
                self.line(out, 2, "probe.certificate.same", &over)?;
                continue;
            }
            self.line(out, 2, "probe.certificate", &over)?;
            for (number, der) in chain.certificates().iter().enumerate() {
                let Some(certificate) = summary(der) else {
                    self.line(out, 4, "probe.certificate.unreadable", &[])?;
                    continue;
                };
                writeln!(out, "    {}. {}", number + 1, certificate.subject)?;
                let from = self.instant(certificate.not_before.timestamp());
                let to = self.instant(certificate.not_after.timestamp());
                self.line(
                    out,
                    7,
                    "probe.certificate.issuer",
                    &[("issuer", &certificate.issuer)],
                )?;
                if !certificate.names.is_empty() {
                    self.line(
                        out,
                        7,
                        "probe.certificate.names",
                        &[("names", &certificate.names.join(", "))],
                    )?;
                }
                self.line(out, 7, "probe.certificate.dates", &[("from", &from), ("to", &to)])?;
                let (key, signature) = (certificate.key.as_str(), certificate.signature.as_str());
                self.line(
                    out,
                    7,
                    "probe.certificate.key",
                    &[("key", key), ("signature", signature)],
                )?;
                writeln!(out, "       SHA-256 {}", certificate.sha256)?;
            }
            let faults: Vec<String> = tls
                .faults
                .iter()
                .map(|cause| format!("{} [{cause}]", get(self.lang, &cause.text_key())))
                .collect();
            self.line(
                out,
                4,
                "probe.certificate.faults",
                &[("faults", &self.list(&faults))],
            )?;
        }
        Ok(())
    }

    fn verdict(&self, out: &mut dyn Write, seen: &Survey) -> io::Result<()> {
        writeln!(out)?;
        let key = match seen.available() {
            Some(true) => "probe.verdict.available",
            Some(false) => "probe.verdict.not_available",
            None => "probe.verdict.unknown",
        };
        writeln!(out, "  {}", get(self.lang, key))?;
        for family in &seen.families {
            let outcome = self.outcome(family.reached.outcome);
            writeln!(out, "    {}: {outcome}", family.family)?;
        }
        Ok(())
    }
}
