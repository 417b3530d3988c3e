//! What DNSSEC proves about a name, validated here from a trust anchor: nobody's AD bit is believed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::facts::{Dnssec, QueryStatus};
use ems_contract::time::UnixTime;
use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::dnssec::{Proof, TrustAnchors};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::time::timeout;

use super::Resolver;
use super::question::ask;
use super::transport::How;

/// The keys from which validation begins.
#[derive(Clone, Default)]
pub struct Anchors(Arc<TrustAnchors>);

impl std::fmt::Debug for Anchors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Anchors({})", self.0.len())
    }
}

impl Anchors {
    /// Reads DNSKEY records in the form of a zone file, in place of IANA's root keys.
    ///
    /// # Errors
    /// When the file cannot be read or holds no key.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let anchors = TrustAnchors::from_file(path).map_err(|error| format!("{shown}: {error}"))?;
        if anchors.is_empty() {
            return Err(format!("{shown}: no DNSKEY record in it"));
        }
        Ok(Self(Arc::new(anchors)))
    }
}

/// What validation of the records of `name` came to.
pub async fn validate(
    resolver: &Resolver,
    anchors: &Anchors,
    name: &Name,
    kind: RecordType,
    limit: Duration,
) -> Dnssec {
    for server in resolver.servers().iter().take(2) {
        let Some(validating) = validating(*server, anchors) else {
            continue;
        };
        let Ok(looked) = timeout(limit, validating.lookup(name.clone(), kind)).await else {
            continue;
        };
        let proofs: Vec<Proof> = match &looked {
            Ok(lookup) => {
                let own = lookup
                    .answers()
                    .iter()
                    .filter(|record| record.record_type() == kind);
                own.map(|record| record.proof).collect()
            }
            Err(_error) => return Dnssec::Unknown,
        };
        return match proofs.iter().min() {
            Some(Proof::Secure) => Dnssec::Secure,
            Some(Proof::Insecure) => Dnssec::Insecure,
            Some(Proof::Bogus) => Dnssec::Bogus,
            Some(Proof::Indeterminate) | None => Dnssec::Unknown,
        };
    }
    Dnssec::Unknown
}

fn validating(server: SocketAddr, anchors: &Anchors) -> Option<TokioResolver> {
    let ways = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut way| {
        way.port = server.port();
        way
    });
    let config =
        ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, ways.into())]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .with_trust_anchor(Arc::clone(&anchors.0));
    let options = builder.options_mut();
    options.cache_size = 0;
    options.attempts = 2;
    options.timeout = Duration::from_secs(2);
    options.use_hosts_file = ResolveHosts::Never;
    options.validate = true;
    builder.build().ok()
}

/// Whole days until the first signature over the records of `name` expires; none where there is no signature.
pub async fn signature_days(
    resolver: &Resolver,
    name: &Name,
    kind: RecordType,
    now: UnixTime,
    limit: Duration,
) -> Option<i64> {
    let how = How {
        recursion: true,
        checking_disabled: true,
        signatures: true,
    };
    let server = resolver.servers().first()?;
    let message = ask(*server, name, kind, how, limit).await.message?;
    let expirations = message.answers.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature.input().sig_expiration.get()),
        _ => None,
    });
    // Serial numbers wrap (RFC 4034 §3.1.5): the difference to now in 32 bits, signed.
    let now32 = u32::try_from(now.secs().rem_euclid(1 << 32)).unwrap_or(0);
    let left = expirations.map(|at| i64::from(at.wrapping_sub(now32).cast_signed()));
    left.min().map(|seconds| seconds.div_euclid(86_400))
}

impl Resolver {
    /// Whether records that the resolvers withhold come when checking is disabled: signatures that do not validate.
    pub async fn is_bogus(&self, name: &Name, kind: RecordType, limit: Duration) -> bool {
        let how = How {
            recursion: true,
            checking_disabled: true,
            signatures: false,
        };
        for server in self.servers().iter().take(2) {
            let answered = ask(*server, name, kind, how, limit / 2).await;
            if answered.status == QueryStatus::Ok {
                return true;
            }
        }
        false
    }
}
