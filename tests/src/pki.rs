//! A certificate authority of the tests' own.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ems_contract::clock::{Clock as _, SystemClock};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};

/// An authority that issues certificates for names and addresses.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The authority's certificate in PEM, for `--ca`.
    pub certificate: PathBuf,
    folder: PathBuf,
}

/// Certificate and key files of one server.
#[derive(Debug, Clone)]
pub struct ServerFiles {
    /// PEM chain.
    pub certificate: PathBuf,
    /// PEM key.
    pub key: PathBuf,
}

impl Authority {
    /// A new authority whose files live in `folder`.
    ///
    /// # Errors
    /// When keys cannot be made or files not written.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        let path = folder.join("ca.pem");
        fs::write(&path, certificate.pem())?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate: path,
            folder: folder.to_path_buf(),
        })
    }

    /// The same, which ends in so many days.
    ///
    /// # Errors
    /// When keys cannot be made or files not written.
    pub fn issue_for_days(&self, file: &str, names: &[&str], days: i64) -> anyhow::Result<ServerFiles> {
        let now = SystemClock::new().now().secs();
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now.unsigned_abs());
        let seconds = |days: i64| std::time::Duration::from_secs(days.unsigned_abs() * 86_400);
        self.signed(file, names, &[], Some((now - seconds(80), now + seconds(days))))
    }

    /// A certificate for these names and addresses, good today.
    ///
    /// # Errors
    /// When keys cannot be made or files not written.
    pub fn issue(&self, file: &str, names: &[&str], addresses: &[IpAddr]) -> anyhow::Result<ServerFiles> {
        self.signed(file, names, addresses, None)
    }

    fn signed(
        &self,
        file: &str,
        names: &[&str],
        addresses: &[IpAddr],
        valid: Option<(std::time::SystemTime, std::time::SystemTime)>,
    ) -> anyhow::Result<ServerFiles> {
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        if let Some((from, to)) = valid {
            params.not_before = from.into();
            params.not_after = to.into();
        }
        params
            .subject_alt_names
            .extend(addresses.iter().copied().map(SanType::IpAddress));
        let certificate = params.signed_by(&key, &self.issuer)?;
        let files = ServerFiles {
            certificate: self.folder.join(format!("{file}.pem")),
            key: self.folder.join(format!("{file}.key")),
        };
        fs::write(&files.certificate, certificate.pem())?;
        fs::write(&files.key, key.serialize_pem())?;
        Ok(files)
    }
}
