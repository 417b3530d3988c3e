//! One attestation.

use ems_contract::digest::Sha256;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::civil::plus_days;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is said.
    Statement {
        /// Met.
        Yes = "yes",
        /// Not met.
        No = "no",
        /// Partly met.
        Partial = "partial",
    }
}

/// What a person has said about one obligation of one target. Never changed: a correction is a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The obligation.
    pub obligation: String,
    /// The check, where the obligation has several and only one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// What is said.
    pub statement: Statement,
    /// Who says it.
    pub by_name: String,
    /// In which capacity.
    pub by_role: String,
    /// The day it was signed.
    pub signed_on: Date,
    /// The last day it holds; 12 months after signing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The signed file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How an attestation stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does not hold yet.
    Future,
    /// It holds.
    Valid,
    /// It holds for less than 30 days more.
    Expiring,
    /// It has ended.
    Expired,
}

/// Months an attestation holds when it names no end.
const DEFAULT_MONTHS: i32 = 12;
/// Days before its end in which an attestation warns.
const WARN_DAYS: i64 = 30;

impl Attestation {
    /// The last day it holds, at most `max_months` after signing where the check sets such an age.
    #[must_use]
    pub fn last_day(&self, max_months: Option<i32>) -> Date {
        let after = |months: i32| self.signed_on.saturating_add(months.months());
        let own = self.valid_until.unwrap_or_else(|| after(DEFAULT_MONTHS));
        max_months.map_or(own, |months| own.min(after(months)))
    }

    /// How it stands on `day`.
    #[must_use]
    pub fn standing(&self, day: Date, max_months: Option<i32>) -> Standing {
        let last = self.last_day(max_months);
        if day < self.signed_on {
            Standing::Future
        } else if day > last {
            Standing::Expired
        } else if plus_days(day, WARN_DAYS) > last {
            Standing::Expiring
        } else {
            Standing::Valid
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(on: &str) -> Attestation {
        Attestation {
            obligation: "AG-12".to_owned(),
            check: None,
            statement: Statement::Yes,
            by_name: "Nguyễn Văn A".to_owned(),
            by_role: "Chánh Văn phòng".to_owned(),
            signed_on: on.parse().unwrap(),
            valid_until: None,
            file_sha256: None,
            note: None,
        }
    }

    #[test]
    fn it_holds_twelve_months_and_warns_in_the_last_thirty_days() {
        let attestation = signed("2026-01-15");
        for (day, standing) in [
            ("2026-01-14", Standing::Future),
            ("2026-01-15", Standing::Valid),
            ("2026-12-16", Standing::Valid),
            ("2026-12-17", Standing::Expiring),
            ("2027-01-15", Standing::Expiring),
            ("2027-01-16", Standing::Expired),
        ] {
            assert_eq!(
                attestation.standing(day.parse().unwrap(), None),
                standing,
                "{day}"
            );
        }
        // A check may set a shorter life.
        assert_eq!(
            attestation.standing("2026-03-01".parse().unwrap(), Some(1)),
            Standing::Expired
        );
    }
}
