//! What is known besides the visits, for people: name system, https side, site, remarks.

use std::io::{self, Write};

use ems_contract::cause::Cause;
use ems_contract::text::{Lang, fill, get};

use super::Examination;

/// Prints what is known besides the visits.
pub(in super::super) fn print(seen: &Examination, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    if let Some(dns) = &seen.dns {
        writeln!(out)?;
        writeln!(out, "  {}", get(lang, "probe.facts.dns"))?;
        let status: Vec<String> = dns
            .status
            .iter()
            .map(|(kind, status)| format!("{kind} {status}"))
            .collect();
        writeln!(out, "    {}", status.join(", "))?;
        for server in &dns.servers {
            let address = server
                .address
                .map_or_else(|| "–".to_owned(), |address| address.to_string());
            writeln!(out, "    NS {} {address}  {}", server.name, server.answer)?;
        }
        writeln!(out, "    DNSSEC {}; CAA {}", dns.dnssec, list(&dns.caa, lang))?;
    }
    if let Some(audit) = &seen.audit {
        let facts = &audit.facts;
        writeln!(out)?;
        writeln!(out, "  {}", get(lang, "probe.facts.tls"))?;
        for (version, cipher) in facts.versions.iter().zip(&facts.ciphers) {
            writeln!(out, "    {version}  {cipher}")?;
        }
        let alpn = facts.alpn.as_deref().unwrap_or("–");
        let revocation = facts.ocsp.map_or("–", |said| said.as_str());
        let source = facts.revocation_source.map_or("", |source| source.as_str());
        writeln!(
            out,
            "    ALPN {alpn}; {}: {revocation} {source}",
            get(lang, "probe.facts.revocation")
        )?;
    }
    if !seen.findings.is_empty() {
        writeln!(out)?;
        writeln!(out, "  {}", get(lang, "probe.facts.findings"))?;
    }
    for finding in &seen.findings {
        let cause = finding
            .cause
            .map_or_else(String::new, |cause| sentence(cause, lang));
        writeln!(
            out,
            "    [{}] {}: {}{cause}",
            finding.verdict, finding.check, finding.detail
        )?;
    }
    Ok(())
}

fn sentence(cause: Cause, lang: Lang) -> String {
    fill(
        lang,
        "probe.facts.cause",
        &[("cause", get(lang, &cause.text_key())), ("name", cause.as_str())],
    )
}

fn list(items: &[String], lang: Lang) -> String {
    if items.is_empty() {
        get(lang, "probe.nothing").to_owned()
    } else {
        items.join(", ")
    }
}
