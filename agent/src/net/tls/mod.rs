//! TLS as measured: a fresh handshake, the chain and everything wrong with it, whether or not it verifies.

mod certificate;
mod hello;
mod judge;
mod memory;
mod recorder;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::certificate::Chain;
use ems_contract::clock::SharedClock;
use ems_contract::facts::TlsFacts;
use ring::rand::{SecureRandom, SystemRandom};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, Error, PeerIncompatible, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use self::certificate::{Summary, summary};
pub use self::judge::Roots;
use self::memory::Memory;
use self::recorder::{Presented, Recorder};
use super::fault::Fault;

/// Makes handshakes; built once, shared by all probes.
#[derive(Debug)]
pub struct TlsClient {
    template: ClientConfig,
    signatures: Arc<WebPkiServerVerifier>,
    roots: Roots,
    memory: Memory,
}

/// Why a TLS client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The operator's file of authorities.
    #[error("{path}: {why}")]
    Authorities {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The compiled-in cryptography.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// What a handshake showed and came to.
#[derive(Debug)]
pub struct Handshake<S> {
    /// Facts about session and certificate, as far as it went.
    pub facts: Option<TlsFacts>,
    /// The presented chain.
    pub chain: Option<Chain>,
    /// The encrypted stream, or why a browser would not go on.
    pub result: Result<TlsStream<S>, Fault>,
}

impl<S> Handshake<S> {
    /// Whether it ended before the server showed anything: our offer may not have been to its taste.
    #[must_use]
    pub fn ended_at_hello(&self) -> bool {
        let at_hello = Fault::portal(Stage::Tls, Cause::TlsHandshake);
        let legacy = Fault::portal(Stage::Tls, Cause::TlsLegacyOnly);
        self.facts.is_none() && matches!(&self.result, Err(fault) if *fault == at_hello || *fault == legacy)
    }
}

/// Reads the operator's own authorities from a PEM file.
///
/// # Errors
/// When the file cannot be read, is not PEM or holds no certificate.
pub fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let failed = |why: String| TlsSetupError::Authorities {
        path: path.display().to_string(),
        why,
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| failed(error.to_string()))?;
    if found.is_empty() {
        return Err(failed(
            "no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned(),
        ));
    }
    Ok(found)
}

impl TlsClient {
    /// A client that trusts the compiled-in authorities and `authorities`.
    ///
    /// # Errors
    /// When one of `authorities` is not a certificate.
    pub fn new(authorities: Vec<CertificateDer<'static>>) -> Result<Self, TlsSetupError> {
        let roots = Roots::new(authorities).map_err(|index| {
            TlsSetupError::Setup(format!(
                "extra authority number {} is not a certificate",
                index + 1
            ))
        })?;
        let setup = |error: &dyn std::fmt::Display| TlsSetupError::Setup(error.to_string());
        let provider = Arc::new(provider());
        let store = Arc::new(roots.store().clone());
        let signatures =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&store), Arc::clone(&provider))
                .build()
                .map_err(|error| setup(&error))?;
        let mut template = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup(&error))?
            .with_root_certificates(store)
            .with_no_client_auth();
        // A resumed session shows no certificate.
        template.resumption = Resumption::disabled();
        template.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            template,
            signatures,
            roots,
            memory: Memory::default(),
        })
    }

    /// Shakes hands over `stream` as a client of `host` (a name or a literal address).
    ///
    /// A certificate that does not verify is an error of stage `tls`, its facts and chain in full.
    pub async fn handshake<S>(
        &self,
        stream: S,
        host: &str,
        limit: Duration,
        clock: &SharedClock,
    ) -> Handshake<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = |cause| Fault::portal(Stage::Tls, cause);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(host.trim_end_matches('.').to_owned()) else {
            return Handshake {
                facts: None,
                chain: None,
                result: Err(failed(Cause::TlsHandshake)),
            };
        };
        let recorder = Arc::new(Recorder::new(Arc::clone(&self.signatures)));
        let mut config = self.template.clone();
        config
            .dangerous()
            .set_certificate_verifier(Arc::clone(&recorder) as _);
        let connector = TlsConnector::from(Arc::new(config));
        let outcome = timeout(limit, connector.connect(name.clone(), stream)).await;

        let shown = recorder
            .take()
            .map(|presented| self.describe(&presented, host, &name, clock));
        let (mut facts, chain, weak) = match shown {
            Some((facts, chain, weak)) => (Some(facts), Some(chain), weak),
            None => (None, None, None),
        };
        let result = match outcome {
            Err(_elapsed) => Err(failed(Cause::TlsTimeout)),
            Ok(Err(error)) => Err(handshake_fault(&error, weak)),
            Ok(Ok(stream)) => {
                let facts = facts.get_or_insert_with(no_certificate);
                note_session(facts, stream.get_ref().1);
                match facts.faults.first() {
                    Some(cause) => Err(failed(*cause)),
                    None => Ok(stream),
                }
            }
        };
        Handshake { facts, chain, result }
    }

    /// Asks a server that refused our offer, over a new `stream`, whether it takes what browsers still accept.
    ///
    /// `tls_legacy_only` when it chooses TLS 1.1 or older; the certificate's own fault when there is one; and where a
    /// browser would go on but we cannot, the fault is ours: the site refuses this agent. `None` when it chooses nothing.
    pub async fn ask_old<S>(
        &self,
        stream: S,
        host: &str,
        limit: Duration,
        clock: &SharedClock,
    ) -> Option<Handshake<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.trim_end_matches('.').to_owned()).ok()?;
        let mut random = [0; 32];
        SystemRandom::new().fill(&mut random).ok()?;
        let flight = timeout(limit, hello::ask(stream, &name, random)).await.ok()??;
        let session = TlsFacts {
            version: Some(flight.version_name()),
            cipher: Some(flight.suite_name()),
            ..no_certificate()
        };
        let version = flight.version;
        let (facts, chain) = if flight.chain.is_empty() {
            (session, None)
        } else {
            let presented = Presented {
                chain: flight.chain,
                stapled: false,
            };
            let (facts, chain, _weak) = self.describe(&presented, host, &name, clock);
            let facts = TlsFacts {
                version: session.version,
                cipher: session.cipher,
                ..facts
            };
            (facts, Some(chain))
        };
        let failed = |cause| Fault::portal(Stage::Tls, cause);
        let fault = match facts.faults.first() {
            _ if version < 0x0303 => failed(Cause::TlsLegacyOnly),
            Some(cause) => failed(*cause),
            None => Fault::Own(UnknownWhy::Refused),
        };
        Some(Handshake {
            facts: Some(facts),
            chain,
            result: Err(fault),
        })
    }

    fn describe(
        &self,
        presented: &Presented,
        host: &str,
        name: &ServerName<'_>,
        clock: &SharedClock,
    ) -> (TlsFacts, Chain, Option<Cause>) {
        let chain = Chain::new(presented.chain.iter().map(|der| der.to_vec()));
        let digest = chain.digest();
        let judged = self
            .memory
            .judge(digest, &presented.chain, host, name, clock.now(), &self.roots);
        let weak = judged
            .faults
            .iter()
            .copied()
            .find(|cause| matches!(cause, Cause::TlsWeakKey | Cause::TlsWeakSignature));
        let facts = TlsFacts {
            chain: Some(digest),
            not_after: judged.not_after,
            chain_not_after: judged.chain_not_after,
            faults: judged.faults.to_vec(),
            stapled: presented.stapled,
            ..no_certificate()
        };
        (facts, chain, weak)
    }
}

/// ring, with AES-128 before AES-256 as Chrome and Firefox offer them: servers that follow the client's order then
/// answer us as they answer visitors, and SHA-256 costs a third of SHA-384.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| !matches!(suite.suite().as_str(), Some(name) if name.contains("AES_128")));
    provider
}

const fn no_certificate() -> TlsFacts {
    TlsFacts {
        version: None,
        cipher: None,
        alpn: None,
        chain: None,
        not_after: None,
        chain_not_after: None,
        faults: Vec::new(),
        stapled: false,
    }
}

fn note_session(facts: &mut TlsFacts, session: &rustls::ClientConnection) {
    facts.version = session.protocol_version().map(|version| match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        other => format!("{other:?}"),
    });
    facts.cipher = session
        .negotiated_cipher_suite()
        .and_then(|suite| suite.suite().as_str())
        // IANA names do not carry the version that rustls puts in.
        .map(|name| name.replacen("TLS13_", "TLS_", 1));
    facts.alpn = session
        .alpn_protocol()
        .map(|protocol| String::from_utf8_lossy(protocol).into_owned());
}

/// The fault that a failed handshake stands for; `weak` is a fault of key or signature that explains why the
/// handshake's own signature could not be checked.
fn handshake_fault(error: &io::Error, weak: Option<Cause>) -> Fault {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let cause = match tls {
        Some(
            Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
        ) => Cause::TlsLegacyOnly,
        Some(Error::FailedToGetRandomBytes | Error::FailedToGetCurrentTime) => {
            return Fault::Own(UnknownWhy::Overload);
        }
        _ => weak.unwrap_or(Cause::TlsHandshake),
    };
    Fault::portal(Stage::Tls, cause)
}
