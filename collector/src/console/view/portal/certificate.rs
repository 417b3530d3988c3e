//! The certificate that was presented last.

use ems_contract::probe::ProbeKind;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use serde::Serialize;

use super::PortalData;
use crate::console::certificate::{Certificate, certificates};
use crate::locale;
use crate::store::Latest;

/// The certificate of the newest record with one.
#[derive(Debug, Serialize)]
pub struct CertificateCard {
    /// Names and values of the leaf.
    pub facts: Vec<(String, String)>,
    /// `up`, `degraded` or `down`.
    pub state: &'static str,
    /// Whether it verifies and how long it lasts.
    pub verdict: String,
    /// Everything that is wrong with it.
    pub faults: Vec<String>,
    /// The rest of the chain: subject, issuer, end.
    pub chain: Vec<String>,
    /// When and by whom it was seen.
    pub seen: String,
}

/// Certificates that end within this many days are worth a sign.
const EXPIRY_WARN_DAYS: i64 = 30;

/// The newest record that saw a certificate.
#[must_use]
pub fn newest_tls(latest: &[Latest]) -> Option<&Latest> {
    latest
        .iter()
        .filter(|record| {
            record
                .facts
                .tls
                .as_ref()
                .is_some_and(|tls| tls.chain.is_some() || tls.not_after.is_some())
        })
        .max_by_key(|record| (record.slot, record.probe == ProbeKind::Tls))
}

pub(super) fn certificate(data: &PortalData<'_>, now: UnixTime, lang: Lang) -> Option<CertificateCard> {
    let record = newest_tls(data.latest)?;
    let tls = record.facts.tls.as_ref()?;
    let told = data.chain.map(certificates).unwrap_or_default();
    let leaf = told.first().and_then(Option::as_ref);
    let not_after = leaf.map(|leaf| leaf.not_after).or(tls.not_after);
    let days = not_after.map(|end| (end - now).div_euclid(86_400));
    let fact = |key: &str, value: String| (get(lang, key).to_owned(), value);
    let mut facts = Vec::new();
    if let Some(leaf) = leaf {
        facts.push(fact("console.tls.subject", leaf.subject.clone()));
        facts.push(fact("console.tls.names", leaf.names.join(", ")));
        facts.push(fact("console.tls.issuer", leaf.issuer.clone()));
        facts.push(fact(
            "console.tls.not_before",
            locale::instant(leaf.not_before, lang),
        ));
    }
    if let Some(end) = not_after {
        facts.push(fact("console.tls.not_after", locale::instant(end, lang)));
    }
    if let Some(leaf) = leaf {
        facts.push(fact("console.tls.key", leaf.key.clone()));
        facts.push(fact("console.tls.serial", leaf.serial.clone()));
        facts.push(fact("console.tls.fingerprint", leaf.fingerprint.to_string()));
    }
    let session = [&tls.version, &tls.cipher, &tls.alpn]
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>();
    if !session.is_empty() {
        facts.push(fact("console.tls.session", session.join(", ")));
    }
    let left = days.map_or_else(String::new, |days| {
        let key = if days < 0 {
            "console.tls.ended"
        } else {
            "console.tls.left"
        };
        fill(lang, key, &[("days", &locale::count(days.unsigned_abs(), lang))])
    });
    let state = match days {
        _ if !tls.faults.is_empty() => "down",
        Some(days) if days < EXPIRY_WARN_DAYS => "degraded",
        _ => "up",
    };
    let verdict = if tls.faults.is_empty() {
        "console.tls.valid"
    } else {
        "console.tls.faulty"
    };
    Some(CertificateCard {
        facts,
        state,
        verdict: format!("{} {left}", get(lang, verdict)).trim_end().to_owned(),
        faults: tls
            .faults
            .iter()
            .map(|fault| get(lang, &fault.text_key()).to_owned())
            .collect(),
        chain: told
            .iter()
            .skip(1)
            .map(|certificate| chain_line(certificate.as_ref(), lang))
            .collect(),
        seen: fill(
            lang,
            "console.tls.seen",
            &[
                ("at", &locale::instant(record.slot, lang)),
                ("agent", record.agent.as_str()),
            ],
        ),
    })
}

fn chain_line(certificate: Option<&Certificate>, lang: Lang) -> String {
    match certificate {
        None => get(lang, "console.tls.unreadable").to_owned(),
        Some(certificate) => fill(
            lang,
            "console.tls.link",
            &[
                ("subject", &certificate.subject),
                ("issuer", &certificate.issuer),
                ("end", &locale::date(certificate.not_after, lang)),
            ],
        ),
    }
}
