//! When certificates began to be valid, read once per chain: a chain never changes under its digest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::store::{Store, StoreError};

/// More chains than a nation's portals present; then the memory starts again.
const MOST: usize = 20_000;

/// The beginnings of the leaves that were asked for.
#[derive(Debug, Default)]
pub struct Leaves {
    known: Mutex<HashMap<Sha256, Option<UnixTime>>>,
}

impl Leaves {
    /// First second of validity of a chain's leaf; none where the chain is not kept or its leaf cannot be parsed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begins(&self, store: &dyn Store, chain: &Sha256) -> Result<Option<UnixTime>, StoreError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(begins) = known.get(chain) {
            return Ok(*begins);
        }
        let Some(kept) = store.chain(chain)? else {
            // The chain may come with a later batch.
            return Ok(None);
        };
        let leaf = kept.certificates().first();
        let begins = leaf.and_then(|der| {
            let (_, leaf) = X509Certificate::from_der(der).ok()?;
            Some(UnixTime::from_secs(leaf.validity().not_before.timestamp()))
        });
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(*chain, begins);
        Ok(begins)
    }
}
