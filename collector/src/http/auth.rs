//! Whose token is whose. Only digests are held; comparing takes the same time whatever is presented.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::Edge;
use super::error::ApiError;
use super::listener::Peer;
use crate::ingest::discard;

/// Tokens by their SHA-256. They are random and long, so a plain digest does not help to guess them.
#[derive(Debug, Default)]
pub struct Tokens {
    entries: Vec<(Sha256, AgentId)>,
}

impl Tokens {
    /// Nobody's tokens.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token of an agent by its digest; an agent may have several while one replaces another.
    pub fn add(&mut self, agent: AgentId, token_digest: Sha256) {
        self.entries.push((token_digest, agent));
    }

    /// The agent whose token this is.
    #[must_use]
    pub fn owner(&self, token: &str) -> Option<&AgentId> {
        let presented = Sha256::of(token.as_bytes());
        let mut found = u32::MAX;
        for (index, (digest, _)) in (0u32..).zip(&self.entries) {
            let equal = digest.as_bytes().ct_eq(presented.as_bytes());
            found.conditional_assign(&index, equal);
        }
        self.entries
            .get(usize::try_from(found).ok()?)
            .map(|(_, agent)| agent)
    }
}

/// The agent that a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Sender(pub(super) AgentId);

/// Lets a request through that carries a known token over a line on which tokens may travel.
pub(super) async fn require_agent(
    State(edge): State<Edge>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    match sender(&edge, &request) {
        Ok(sender) => {
            request.extensions_mut().insert(sender);
            Ok(next.run(request).await)
        }
        Err(error) => {
            discard(request.into_body()).await;
            Err(error)
        }
    }
}

fn sender(edge: &Edge, request: &Request) -> Result<Sender, ApiError> {
    let peer = request.extensions().get::<Peer>().copied();
    let token = bearer(request.headers()).ok_or_else(|| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "no_token",
            "the request carries no bearer token",
        )
        .hint("send `Authorization: Bearer <token>`")
    })?;
    // A connection that nothing is known of counts as a stranger's.
    if !edge.allow_plain_tokens && !peer.is_some_and(Peer::is_private) {
        let message = "tokens are not taken over an unencrypted line from another machine";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "tls_required", message).hint(
            "give the collector a certificate (`tls` in ems.yaml) and change this token: it was seen on the line",
        ));
    }
    match edge.tokens.owner(token) {
        Some(agent) => Ok(Sender(agent.clone())),
        None => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "unknown_token",
            "nobody has this token",
        )),
    }
}

/// The token behind `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_finds_its_agent_and_nothing_else_does() {
        let mut tokens = Tokens::new();
        assert_eq!(tokens.owner(""), None);
        let (a, b): (AgentId, AgentId) = ("a".parse().unwrap(), "b".parse().unwrap());
        tokens.add(a.clone(), Sha256::of(b"one"));
        tokens.add(b.clone(), Sha256::of(b"two"));
        tokens.add(a.clone(), Sha256::of(b"three"));
        assert_eq!(
            (tokens.owner("one"), tokens.owner("two"), tokens.owner("three")),
            (Some(&a), Some(&b), Some(&a))
        );
        assert_eq!(tokens.owner("one "), None);
        assert_eq!(tokens.owner(&Sha256::of(b"one").to_string()), None);
    }

    #[test]
    fn only_a_bearer_header_is_a_token() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer x.y"), Some("x.y".into()));
        assert_eq!(read("bearer  x"), Some("x".into()));
        assert_eq!(read("Basic eDp5"), None);
        assert_eq!(read("Bearer"), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
