//! The register: append-only, and choosy about what it takes.

use std::collections::BTreeMap;

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use jiff::civil::Date;

use super::record::Attestation;
use crate::regulation::Regulations;

/// All attestations, by target, in the order in which they were taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Register {
    taken: BTreeMap<PortalId, Vec<Attestation>>,
}

/// Why an attestation is not taken: every reason at once.
pub type Refusal = Vec<Message>;

impl Register {
    /// Takes an attestation of `target`, with the bytes of the signed file where there is one.
    ///
    /// # Errors
    /// An obligation or check that does not exist, a day of signing in the future, an end before the signing, a
    /// blank name, a hash that is not that of the file.
    pub fn take(
        &mut self,
        rules: &Regulations,
        target: PortalId,
        attestation: Attestation,
        file: Option<&[u8]>,
        today: Date,
    ) -> Result<(), Refusal> {
        let refusals = refusals(rules, &attestation, file, today);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.taken.entry(target).or_default().push(attestation);
        Ok(())
    }

    /// The attestations of a target.
    #[must_use]
    pub fn of(&self, target: &PortalId) -> &[Attestation] {
        self.taken.get(target).map_or(&[], Vec::as_slice)
    }

    /// Attestations that end within `days`, to remind their authors.
    pub fn ending(&self, today: Date, days: i64) -> impl Iterator<Item = (&PortalId, &Attestation)> {
        let limit = crate::calendar::civil::plus_days(today, days);
        self.taken
            .iter()
            .flat_map(|(target, all)| all.iter().map(move |attestation| (target, attestation)))
            .filter(move |(_, attestation)| (today..=limit).contains(&attestation.last_day(None)))
    }
}

fn refusals(rules: &Regulations, attestation: &Attestation, file: Option<&[u8]>, today: Date) -> Refusal {
    let mut all = Vec::new();
    match rules.obligation(&attestation.obligation) {
        None => all.push(Message::new("judge.attest.no_obligation").with("id", &attestation.obligation)),
        Some((_, row)) => {
            let check = attestation.check.as_deref();
            if let Some(check) = check.filter(|check| !row.checks.iter().any(|id| &**id == *check)) {
                let message = Message::new("judge.attest.no_check").with("check", check);
                all.push(message.with("id", &attestation.obligation));
            }
        }
    }
    if attestation.signed_on > today {
        let message = Message::new("judge.attest.future").with("day", attestation.signed_on);
        all.push(message.with("today", today));
    }
    if let Some(end) = attestation.valid_until.filter(|end| *end < attestation.signed_on) {
        let message = Message::new("judge.attest.backwards").with("end", end);
        all.push(message.with("day", attestation.signed_on));
    }
    for (value, key) in [
        (&attestation.by_name, "judge.attest.no_name"),
        (&attestation.by_role, "judge.attest.no_role"),
    ] {
        if value.trim().is_empty() {
            all.push(Message::new(key));
        }
    }
    match (attestation.file_sha256, file) {
        (Some(said), Some(bytes)) if said != Sha256::of(bytes) => {
            all.push(
                Message::new("judge.attest.hash")
                    .with("said", said)
                    .with("is", Sha256::of(bytes)),
            );
        }
        (None, Some(_)) => all.push(Message::new("judge.attest.no_hash")),
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attest::Statement;
    use std::sync::LazyLock;

    static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());

    fn signed(obligation: &str) -> Attestation {
        Attestation {
            obligation: obligation.to_owned(),
            check: None,
            statement: Statement::Yes,
            by_name: "Nguyễn Văn A".to_owned(),
            by_role: "Chánh Văn phòng".to_owned(),
            signed_on: "2026-11-01".parse().unwrap(),
            valid_until: None,
            file_sha256: Some(Sha256::of(b"signed")),
            note: None,
        }
    }

    fn take(register: &mut Register, attestation: Attestation, file: Option<&[u8]>) -> Vec<&'static str> {
        let today = "2026-11-22".parse().unwrap();
        let result = register.take(&RULES, "ag".parse().unwrap(), attestation, file, today);
        result
            .err()
            .unwrap_or_default()
            .iter()
            .map(Message::key)
            .collect()
    }

    #[test]
    fn what_is_wrong_is_told_at_once_and_not_taken() {
        let mut register = Register::default();
        let wrong = Attestation {
            signed_on: "2026-12-01".parse().unwrap(),
            valid_until: Some("2026-11-30".parse().unwrap()),
            by_name: " ".to_owned(),
            ..signed("AG-999")
        };
        assert_eq!(
            take(&mut register, wrong, Some(b"other")),
            [
                "judge.attest.no_obligation",
                "judge.attest.future",
                "judge.attest.backwards",
                "judge.attest.no_name",
                "judge.attest.hash"
            ]
        );
        assert!(register.of(&"ag".parse().unwrap()).is_empty());
    }

    #[test]
    fn what_is_right_is_appended_and_remembered_before_it_ends() {
        let mut register = Register::default();
        assert_eq!(
            take(&mut register, signed("AG-12"), Some(b"signed")),
            [] as [&str; 0]
        );
        let again = Attestation {
            statement: Statement::No,
            ..signed("AG-12")
        };
        assert_eq!(take(&mut register, again, Some(b"signed")), [] as [&str; 0]);
        assert_eq!(
            register.of(&"ag".parse().unwrap()).len(),
            2,
            "a correction does not overwrite"
        );
        assert_eq!(register.ending("2027-10-20".parse().unwrap(), 30).count(), 2);
        assert_eq!(register.ending("2026-11-22".parse().unwrap(), 30).count(), 0);
    }

    #[test]
    fn a_check_that_the_row_does_not_have_is_refused() {
        let mut register = Register::default();
        let wrong = Attestation {
            check: Some("dnssec".to_owned()),
            ..signed("AG-12")
        };
        assert_eq!(
            take(&mut register, wrong, Some(b"signed")),
            ["judge.attest.no_check"]
        );
    }
}
