//! Judgements remembered per chain and host, for as long as no date of the chain is crossed.
//!
//! Whether signatures join a chain to a root does not change with time; only validity does. So a judgement is
//! reused exactly until the next beginning or end of validity of any certificate of the chain: the answer is the
//! one a new verification would give, and an expiry is seen in the second in which it happens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ems_contract::cause::Cause;
use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use rustls::pki_types::{CertificateDer, ServerName};

use super::certificate::{parse, validity};
use super::judge::{Roots, faults};

/// Chains remembered at most; past it the memory starts anew.
const MAX_CHAINS: usize = 32_768;

/// A chain judged for one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Everything wrong with it.
    pub(super) faults: Arc<[Cause]>,
    /// End of validity of the leaf.
    pub(super) not_after: Option<UnixTime>,
    /// The earliest end of validity of the chain.
    pub(super) chain_not_after: Option<UnixTime>,
    /// From when on the judgement holds (inclusive).
    from: UnixTime,
    /// Until when it holds (exclusive).
    to: UnixTime,
}

/// Judgements by chain and host.
#[derive(Debug, Default)]
pub(super) struct Memory {
    chains: Mutex<HashMap<Sha256, HashMap<Box<str>, Judgement>>>,
}

impl Memory {
    /// The judgement of the chain named by `digest` for `host` at `now`.
    pub(super) fn judge(
        &self,
        digest: Sha256,
        chain: &[CertificateDer<'_>],
        host: &str,
        name: &ServerName<'_>,
        now: UnixTime,
        roots: &Roots,
    ) -> Judgement {
        {
            let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
            let known = chains.get(&digest).and_then(|hosts| hosts.get(host));
            if let Some(known) = known.filter(|known| (known.from..known.to).contains(&now)) {
                return known.clone();
            }
        }
        let judged = fresh(chain, name, now, roots);
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if chains.len() >= MAX_CHAINS {
            chains.clear();
        }
        let hosts = chains.entry(digest).or_default();
        if hosts.len() >= MAX_CHAINS {
            hosts.clear();
        }
        hosts.insert(host.into(), judged.clone());
        judged
    }
}

fn fresh(chain: &[CertificateDer<'_>], name: &ServerName<'_>, now: UnixTime, roots: &Roots) -> Judgement {
    let dates: Vec<(UnixTime, UnixTime)> = chain
        .iter()
        .filter_map(|der| parse(der))
        .map(|certificate| validity(&certificate))
        .collect();
    // A certificate is valid up to and including its last second.
    let changes = || dates.iter().flat_map(|(from, to)| [*from, *to + 1]);
    Judgement {
        faults: faults(chain, name, now, roots).into(),
        not_after: chain
            .first()
            .and_then(|der| parse(der))
            .map(|leaf| validity(&leaf).1),
        chain_not_after: dates.iter().map(|(_, to)| *to).min(),
        from: changes()
            .filter(|change| *change <= now)
            .max()
            .unwrap_or(UnixTime::from_secs(i64::MIN)),
        to: changes()
            .filter(|change| *change > now)
            .min()
            .unwrap_or(UnixTime::from_secs(i64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_remembered_judgement_changes_in_the_second_in_which_validity_does() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["angiang.gov.vn".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 4, 1);
        let leaf = params.self_signed(&key).unwrap().der().clone();
        let roots = Roots::new(vec![leaf.clone()]).unwrap();
        let name = ServerName::try_from("angiang.gov.vn").unwrap();
        let memory = Memory::default();
        let (start, end): (UnixTime, UnixTime) = (
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2026-04-01T00:00:00Z".parse().unwrap(),
        );
        for (now, want) in [
            (start + 86_400, &[][..]),
            (start, &[]),
            (start - 1, &[Cause::TlsNotYetValid]),
            (end, &[]),
            (end + 1, &[Cause::TlsExpired]),
            (start + 1, &[]),
            (end + 99_999_999, &[Cause::TlsExpired]),
        ] {
            let judged = memory.judge(
                Sha256::of(&leaf),
                std::slice::from_ref(&leaf),
                "angiang.gov.vn",
                &name,
                now,
                &roots,
            );
            assert_eq!(&*judged.faults, want, "{now}");
            assert_eq!(judged.not_after, Some(end));
        }
    }
}
