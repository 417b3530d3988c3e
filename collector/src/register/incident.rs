//! The record of a security incident: the fields of TT 20/2017/TT-BTTTT Đ9.3.a and of the Tuyên Quang draft Đ9.2.

use ems_contract::digest::Sha256;
use ems_contract::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::judge::facts::{IncidentRecord, When};

/// An incident as people describe it. What is not known yet is empty and filled in by a correction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentForm {
    /// Its number.
    pub id: String,
    /// Name and address of who reports it.
    pub reporter: String,
    /// Name, domain or address of the system.
    pub system: String,
    /// Who runs the system: name, address.
    pub operator: String,
    /// The body that owns the system: name, address.
    pub owner: String,
    /// What happened.
    pub description: String,
    /// When it was detected.
    pub detected: UnixTime,
    /// When it was told to be one, for the alert's own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<UnixTime>,
    /// When those on duty were alerted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerted: Option<UnixTime>,
    /// When one of them answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<UnixTime>,
    /// Why it happened.
    pub cause: String,
    /// What it reached.
    pub scope: String,
    /// How grave it is.
    pub level: String,
    /// What was done.
    pub actions: String,
    /// When it was handed to somebody higher up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<UnixTime>,
    /// What came of it.
    pub result: String,
    /// What is proposed.
    pub proposals: String,
    /// When those named in TT 20/2017 Đ9.2.a were given notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noticed: Option<When>,
    /// When the response ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_ended: Option<UnixTime>,
    /// When the closing report was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing_report: Option<When>,
    /// `notice`, `closing-report`: an official confirms that it was not made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confirmed_missing: Vec<String>,
    /// Whether the record is complete for its keeper.
    pub closed: bool,
    /// The outage of the ledger that belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<i64>,
    /// Papers as a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<Sha256>,
}

impl IncidentForm {
    /// Names of the fields that are filled in. The packs name two of them differently, so both names are given.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        let texts: [(&[&'static str], &str); 11] = [
            (&["reporter"], &self.reporter),
            (&["host_or_ip", "system"], &self.system),
            (&["operator"], &self.operator),
            (&["owner"], &self.owner),
            (&["description"], &self.description),
            (&["cause"], &self.cause),
            (&["scope"], &self.scope),
            (&["level"], &self.level),
            (&["actions"], &self.actions),
            (&["result"], &self.result),
            (&["proposals"], &self.proposals),
        ];
        let written = texts.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let mut names: Vec<&'static str> = written.flat_map(|(names, _)| names.iter().copied()).collect();
        names.extend(["detected", "detected_at"]);
        names.extend(self.escalated_at.map(|_| "escalated_at"));
        names
    }

    /// As the judge reads it.
    #[must_use]
    pub fn record(&self) -> IncidentRecord {
        IncidentRecord {
            id: self.id.clone(),
            detected: self.detected,
            confirmed: self.confirmed,
            alerted: self.alerted,
            acknowledged: self.acknowledged,
            noticed: self.noticed,
            response_ended: self.response_ended,
            closing_report: self.closing_report,
            confirmed_missing: self.confirmed_missing.clone(),
            fields: self.fields().into_iter().map(str::to_owned).collect(),
            closed: self.closed,
        }
    }
}
