//! The listener's certificate.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ems_contract::diagnostic::{Message, io_words};
use ems_contract::text::{Lang, get};
use prometheus::IntGauge;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::stamp::Stamp;

/// How often the files are looked at.
const POLL: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or holds nothing of the kind.
    #[error("{path}: {}\n  hint: {}", .detail.render(Lang::En), get(Lang::En, .hint))]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        detail: Message,
        /// What to do, as a key of the catalogue.
        hint: &'static str,
    },
    /// Certificate and key do not fit, or the key is of an unknown kind.
    #[error(
        "the certificate and key cannot be used together: {}\n  hint: {}",
        .0, get(Lang::En, "service.tls.hint.pair")
    )]
    Pair(#[from] rustls::Error),
}

/// A TLS 1.2 and 1.3 server with the certificate chain and the key of these PEM files.
///
/// # Errors
/// [`TlsError`], naming the file and what it lacks.
pub fn server(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |path: &Path, hint| {
        let path = path.display().to_string();
        move |error: rustls::pki_types::pem::Error| TlsError::File {
            path,
            detail: match error {
                rustls::pki_types::pem::Error::Io(error) => io_words(&error),
                rustls::pki_types::pem::Error::NoItemsFound => Message::new("service.tls.nothing"),
                other => Message::new("service.tls.pem").with("detail", other),
            },
            hint,
        }
    };
    let chain_hint = "service.tls.hint.chain";
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable(certificate, chain_hint))?;
    if chain.is_empty() {
        return Err(TlsError::File {
            path: certificate.display().to_string(),
            detail: Message::new("service.tls.no_certificate"),
            hint: chain_hint,
        });
    }
    let key_hint = "service.tls.hint.key";
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key, key_hint))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A certificate that is read again when its files change: renewals every few weeks need no restart.
pub struct LiveCertificate {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
    fresh: IntGauge,
}

impl LiveCertificate {
    /// Reads the files. `fresh` shows whether the last reading was taken (1) or refused (0).
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(certificate: &Path, key: &Path, fresh: IntGauge) -> Result<Arc<Self>, TlsError> {
        let current = RwLock::new(server(certificate, key)?);
        fresh.set(1);
        Ok(Arc::new(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current,
            fresh,
        }))
    }

    /// What new connections are answered with.
    pub fn current(&self) -> Arc<ServerConfig> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Follows the files until `stop`; a notification of `hangup` (SIGHUP) reads them at once.
    ///
    /// Certificate and key are two files: they are read when neither changed for one look, so that they are not
    /// taken between the writing of the one and of the other.
    pub async fn run(self: Arc<Self>, hangup: Arc<Notify>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let files = [self.certificate.clone(), self.key.clone()];
        let mut read = Stamp::of(&files);
        let mut seen = read.clone();
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                () = hangup.notified() => true,
                _ = ticks.tick() => false,
            };
            let now = Stamp::of(&files);
            let rests = now == seen;
            seen = now;
            if asked || (rests && seen != read) {
                read = seen.clone();
                self.reload();
            }
        }
    }

    fn reload(&self) {
        let path = self.certificate.display();
        match server(&self.certificate, &self.key) {
            Ok(config) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
                self.fresh.set(1);
                tracing::info!(%path, "the listener's certificate was read again");
            }
            Err(error) => {
                self.fresh.set(0);
                tracing::error!(%path, "the listener's certificate was refused, the one before stays: {error}");
            }
        }
    }
}
