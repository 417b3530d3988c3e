//! A verifier that lets every certificate pass and writes down what it saw, so that facts survive failure.
//!
//! Only the judgement is put off until after the handshake; the handshake's own signatures are checked as ever,
//! so nobody can show a certificate whose key they do not hold.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// What the server showed.
#[derive(Debug)]
pub(super) struct Presented {
    /// Leaf first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Whether an OCSP answer came with it.
    pub(super) stapled: bool,
}

/// The verifier of one connection.
#[derive(Debug)]
pub(super) struct Recorder {
    signatures: Arc<WebPkiServerVerifier>,
    presented: Mutex<Option<Presented>>,
}

impl Recorder {
    pub(super) const fn new(signatures: Arc<WebPkiServerVerifier>) -> Self {
        Self {
            signatures,
            presented: Mutex::new(None),
        }
    }

    pub(super) fn take(&self) -> Option<Presented> {
        self.presented
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(Presented {
            chain: chain.map(|der| der.clone().into_owned()).collect(),
            stapled: !ocsp_response.is_empty(),
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_verify_schemes()
    }
}
