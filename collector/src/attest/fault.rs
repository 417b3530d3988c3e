//! What is wrong with an attestation before it is taken.

use ems_contract::diagnostic::Message;
use ems_contract::digest::Sha256;
use jiff::civil::Date;

use super::record::Attestation;
use crate::regulation::Regulations;

/// Every reason at once not to take an attestation on `today`, with the bytes of the signed file where there is one: an
/// obligation or check that does not exist, a day of signing in the future, an end before the signing, a blank name, a
/// hash that is not that of the file. Empty when it can be taken.
#[must_use]
pub fn faults(
    rules: &Regulations,
    attestation: &Attestation,
    file: Option<&[u8]>,
    today: Date,
) -> Vec<Message> {
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

    fn keys(attestation: &Attestation, file: Option<&[u8]>) -> Vec<&'static str> {
        let today = "2026-11-22".parse().unwrap();
        faults(&RULES, attestation, file, today)
            .iter()
            .map(Message::key)
            .collect()
    }

    #[test]
    fn what_is_wrong_is_told_at_once() {
        let wrong = Attestation {
            signed_on: "2026-12-01".parse().unwrap(),
            valid_until: Some("2026-11-30".parse().unwrap()),
            by_name: " ".to_owned(),
            ..signed("AG-999")
        };
        assert_eq!(
            keys(&wrong, Some(b"other")),
            [
                "judge.attest.no_obligation",
                "judge.attest.future",
                "judge.attest.backwards",
                "judge.attest.no_name",
                "judge.attest.hash"
            ]
        );
    }

    #[test]
    fn what_is_right_has_no_fault() {
        assert_eq!(keys(&signed("AG-12"), Some(b"signed")), [] as [&str; 0]);
        assert_eq!(keys(&signed("AG-12"), None), [] as [&str; 0]);
    }

    #[test]
    fn a_check_that_the_row_does_not_have_is_refused() {
        let wrong = Attestation {
            check: Some("dnssec".to_owned()),
            ..signed("AG-12")
        };
        assert_eq!(keys(&wrong, Some(b"signed")), ["judge.attest.no_check"]);
    }
}
