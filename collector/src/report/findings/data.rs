//! Findings as data: every figure that a text prints of them, by its place, and the digest over all of them.

use std::collections::BTreeMap;

use ems_contract::digest::Sha256;
use ems_contract::id::PortalId;
use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::sums::{ByCheck, by_check};
use super::{Findings, PortalFindings, Registers};
use crate::incident::Answers;
use crate::regulation::Id;

#[derive(Serialize)]
struct Data<'a> {
    portals: &'a [PortalFindings],
    by_check: BTreeMap<&'a Id, ByCheck>,
    registers: RegisterFigures<'a>,
}

/// What the registers come to, without what people wrote in them.
#[derive(Serialize)]
struct RegisterFigures<'a> {
    /// Entries, one a board.
    boards: usize,
    trainings: usize,
    participants: u64,
    restores: usize,
    restores_succeeded: usize,
    suspensions: usize,
    attested: u64,
    ending: Vec<Ending<'a>>,
    incidents: Vec<Detected<'a>>,
    backups: &'a BTreeMap<PortalId, UnixTime>,
    #[serde(skip_serializing_if = "Answers::is_empty")]
    answers: Answers,
}

#[derive(Serialize)]
struct Ending<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<&'a PortalId>,
    obligation: &'a str,
    last_day: Date,
}

#[derive(Serialize)]
struct Detected<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<&'a PortalId>,
    from: UnixTime,
    recovered: Option<UnixTime>,
}

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Data {
            portals: &self.portals,
            by_check: by_check(self),
            registers: RegisterFigures::of(&self.registers),
        }
        .serialize(serializer)
    }
}

impl<'a> RegisterFigures<'a> {
    fn of(found: &'a Registers) -> Self {
        let participants = found.trainings.iter().map(|(_, course)| course.participants);
        Self {
            boards: found.boards.len(),
            trainings: found.trainings.len(),
            participants: participants.map(u64::from).sum(),
            restores: found.restores.len(),
            restores_succeeded: found.restores.iter().filter(|(_, test)| test.succeeded).count(),
            suspensions: found.suspensions.len(),
            attested: found.attested,
            ending: found
                .ending
                .iter()
                .map(|(portal, obligation, last_day)| Ending {
                    portal: portal.as_ref(),
                    obligation,
                    last_day: *last_day,
                })
                .collect(),
            incidents: found
                .incidents
                .iter()
                .map(|(portal, incident)| Detected {
                    portal: portal.as_ref(),
                    from: incident.detected,
                    recovered: incident.response_ended,
                })
                .collect(),
            backups: &found.backups,
            answers: found.answers,
        }
    }
}

impl Findings {
    /// The digest over every conclusion and over all that stood in the registers, words included.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let words = &self.registers;
        let words = (
            &words.boards,
            &words.trainings,
            &words.restores,
            &words.incidents,
            &words.suspensions,
        );
        // Serialising plain values with text keys cannot fail.
        let figures = serde_json::to_vec(self).unwrap_or_default();
        let words = serde_json::to_vec(&words).unwrap_or_default();
        Sha256::of_list(&[&figures, &words])
    }
}
