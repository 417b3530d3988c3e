//! What a probe remarks on besides the outcome. Findings never touch the availability ledger.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, named_enum};

named_enum! {
    /// How a check ended, measured and not yet judged under any regulation.
    FindingVerdict {
        /// Something to put right.
        Warn = "warn",
        /// The check is not passed.
        Fail = "fail",
        /// This vantage point cannot say.
        Unknown = "unknown",
    }
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the check (catalogue of checks, kebab-case).
    pub check: String,
    /// How it ended.
    pub verdict: FindingVerdict,
    /// The cause, where the vocabulary has a name for it.
    pub cause: Option<Cause>,
    /// What was seen, in English, for machines' logs and technicians.
    pub detail: String,
}
