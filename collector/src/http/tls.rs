//! The listener's certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or holds nothing of the kind.
    #[error("{path}: {detail}\n  hint: {hint}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        detail: String,
        /// What to do.
        hint: &'static str,
    },
    /// Certificate and key do not fit, or the key is of an unknown kind.
    #[error(
        "the certificate and key cannot be used together: {0}\n  hint: the key must be the one of the first certificate in the file"
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
            detail: error.to_string(),
            hint,
        }
    };
    let chain_hint = "the file must hold the certificate and then its intermediates, in PEM";
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable(certificate, chain_hint))?;
    if chain.is_empty() {
        return Err(TlsError::File {
            path: certificate.display().to_string(),
            detail: "there is no certificate in it".into(),
            hint: chain_hint,
        });
    }
    let key_hint = "the file must hold a private key in PEM and be readable by the service's user alone";
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key, key_hint))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
