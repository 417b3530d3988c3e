//! Tokens of programs: what each may be used for, and whose a presented one is.

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use subtle::{ConditionallySelectable, ConstantTimeEq};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a token is good for.
    Scope {
        /// Enter attestations.
        Attest = "attest",
        /// Write in registers.
        Registers = "registers",
        /// Tell that a backup was made.
        Heartbeat = "heartbeat",
        /// Hand in alerts of an Alertmanager.
        Webhook = "webhook",
    }
}

/// A token as it is kept: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, by which it is revoked and which stands as author.
    pub name: String,
    /// SHA-256 of the token's text: random and long, so a plain digest does not help to guess it.
    pub digest: Sha256,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// The portals it may speak about; empty for all.
    pub portals: Vec<PortalId>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: UnixTime,
    /// The first instant at which it is good no more.
    pub expires_at: Option<UnixTime>,
    /// When it was revoked.
    pub revoked_at: Option<UnixTime>,
}

impl ApiToken {
    /// Whether it is good at `now`.
    #[must_use]
    pub fn holds(&self, now: UnixTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it may be used for `scope` about a portal; `None` for the province as a whole.
    #[must_use]
    pub fn may(&self, scope: Scope, portal: Option<&PortalId>) -> bool {
        let about = match portal {
            None => self.portals.is_empty(),
            Some(portal) => self.portals.is_empty() || self.portals.contains(portal),
        };
        self.scopes.contains(&scope) && about
    }
}

/// The token among `known` that was presented and is good at `now`. Takes the same time whichever it is.
#[must_use]
pub fn owner<'t>(known: &'t [ApiToken], presented: &str, now: UnixTime) -> Option<&'t ApiToken> {
    let presented = Sha256::of(presented.as_bytes());
    let mut found = u32::MAX;
    for (index, token) in (0u32..).zip(known) {
        let equal = token.digest.as_bytes().ct_eq(presented.as_bytes());
        found.conditional_assign(&index, equal);
    }
    known
        .get(usize::try_from(found).ok()?)
        .filter(|token| token.holds(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(1_795_000_000 + secs)
    }

    fn token(name: &str, portals: &[&str]) -> ApiToken {
        ApiToken {
            name: name.into(),
            digest: Sha256::of(name.as_bytes()),
            scopes: vec![Scope::Heartbeat],
            portals: portals.iter().map(|id| id.parse().unwrap()).collect(),
            made_by: "cli".into(),
            made_at: at(0),
            expires_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_is_found_until_it_ends() {
        let mut known = vec![token("one", &[]), token("two", &["p1"])];
        assert_eq!(owner(&known, "two", at(0)).map(|token| &*token.name), Some("two"));
        assert_eq!(owner(&known, "three", at(0)), None);
        assert_eq!(owner(&known, &Sha256::of(b"one").to_string(), at(0)), None);
        known[1].expires_at = Some(at(60));
        assert!(owner(&known, "two", at(59)).is_some());
        assert_eq!(owner(&known, "two", at(60)), None);
        known[0].revoked_at = Some(at(0));
        assert_eq!(owner(&known, "one", at(0)), None);
    }

    #[test]
    fn scope_and_portals_bound_a_token() {
        let (p1, p2) = ("p1".parse().unwrap(), "p2".parse().unwrap());
        let narrow = token("two", &["p1"]);
        assert!(narrow.may(Scope::Heartbeat, Some(&p1)));
        assert!(!narrow.may(Scope::Heartbeat, Some(&p2)));
        assert!(!narrow.may(Scope::Heartbeat, None));
        assert!(!narrow.may(Scope::Attest, Some(&p1)));
        assert!(token("one", &[]).may(Scope::Heartbeat, None));
    }
}
