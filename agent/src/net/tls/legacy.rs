//! TLS 1.2 in the dialects that rustls leaves out (CBC, RSA key exchange), by the system's OpenSSL.
//!
//! Browsers still speak them, so a portal that offers nothing else is reachable; the obsolete suite is a finding.
//! Nothing secret is ever sent over such a connection.

use std::pin::Pin;
use std::time::Duration;

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::clock::SharedClock;
use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslVerifyMode, SslVersion};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_openssl::SslStream;

use super::{Encrypted, Handshake, Presented, TlsClient, no_certificate};
use crate::net::fault::Fault;

impl TlsClient {
    pub(super) async fn by_openssl<S>(
        &self,
        stream: S,
        host: &str,
        limit: Duration,
        clock: &SharedClock,
    ) -> Handshake<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = |fault| Handshake {
            facts: None,
            chain: None,
            staple: Vec::new(),
            result: Err(fault),
        };
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim_end_matches('.');
        let Ok(name) = ServerName::try_from(host.to_owned()) else {
            return failed(Fault::portal(Stage::Tls, Cause::TlsHandshake));
        };
        let Ok(mut session) = session(host, &name).and_then(|ssl| SslStream::new(ssl, stream)) else {
            return failed(Fault::Own(UnknownWhy::Overload));
        };
        match timeout(limit, Pin::new(&mut session).connect()).await {
            Err(_elapsed) => return failed(Fault::portal(Stage::Tls, Cause::TlsTimeout)),
            Ok(Err(error)) => {
                // OpenSSL 3's reason numbers: unsupported protocol, and the alert protocol_version.
                let codes = error.ssl_error().map_or(&[][..], ErrorStack::errors);
                let old = codes.iter().any(|code| matches!(code.reason_code(), 258 | 1070));
                let cause = if old {
                    Cause::TlsLegacyOnly
                } else {
                    Cause::TlsHandshake
                };
                return failed(Fault::portal(Stage::Tls, cause));
            }
            Ok(Ok(())) => {}
        }
        let ssl = session.ssl();
        let shown: Vec<CertificateDer<'static>> = ssl
            .peer_cert_chain()
            .into_iter()
            .flatten()
            .filter_map(|certificate| certificate.to_der().ok())
            .map(CertificateDer::from)
            .collect();
        let presented = Presented {
            chain: shown,
            staple: Vec::new(),
        };
        let (mut facts, chain, _weak) = self.describe(&presented, host, &name, clock);
        facts.version = Some(ssl.version_str().to_owned());
        facts.cipher = ssl
            .current_cipher()
            .and_then(|cipher| cipher.standard_name())
            .map(str::to_owned);
        let result = match facts.faults.first() {
            Some(cause) => Err(Fault::portal(Stage::Tls, *cause)),
            None => Ok(Encrypted::Legacy(Box::new(session))),
        };
        let facts = if chain.certificates().is_empty() {
            no_certificate()
        } else {
            facts
        };
        Handshake {
            facts: Some(facts),
            chain: Some(chain),
            staple: Vec::new(),
            result,
        }
    }
}

fn session(host: &str, name: &ServerName<'_>) -> Result<Ssl, ErrorStack> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    context.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    // What browsers still take; short keys are for the judge of the chain to name.
    context.set_cipher_list("ECDHE+AES:DHE+AES:kRSA+AES:@SECLEVEL=0")?;
    // The chain is judged as any other one, by the same rules.
    context.set_verify(SslVerifyMode::NONE);
    let mut ssl = Ssl::new(&context.build())?;
    if matches!(name, ServerName::DnsName(_)) {
        ssl.set_hostname(host)?;
    }
    Ok(ssl)
}
