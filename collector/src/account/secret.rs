//! Random secrets: session keys, API tokens, first passwords.

use ems_contract::digest::Sha256;
use ring::rand::{SecureRandom, SystemRandom};

/// The system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

/// 256 random bits as 64 hexadecimal digits.
///
/// # Errors
/// [`NoRandomness`].
pub fn fresh_secret() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_unspecified| NoRandomness)?;
    Ok(Sha256::from_bytes(bytes).to_string())
}

/// 128 random bits for a password's salt.
pub(super) fn salt() -> Result<[u8; 16], NoRandomness> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_unspecified| NoRandomness)?;
    Ok(bytes)
}
