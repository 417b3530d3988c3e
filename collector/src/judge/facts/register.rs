//! Time accounts and registers.

use ems_contract::digest::Sha256;
use ems_contract::id::AgentId;
use ems_contract::time::{UnixTime, Window};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::item::When;

/// The statutory time account of a window: maintenance is not exempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// The window.
    pub window: Window,
    /// Seconds up.
    pub up_s: i64,
    /// Seconds degraded.
    pub degraded_s: i64,
    /// Seconds down.
    pub down_s: i64,
    /// Confirmed outages, by beginning.
    pub outages: Vec<OutageSeen>,
}

/// How long the home page took to its first byte over a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseTimes {
    /// The window.
    pub window: Window,
    /// Answers counted.
    pub samples: u32,
    /// Their 95th percentile in milliseconds.
    pub p95_ms: u32,
}

/// One confirmed outage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutageSeen {
    /// First second.
    pub from: UnixTime,
    /// First second after; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UnixTime>,
    /// Binding name of the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who saw it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentId>,
}

/// An old name of the portal, as it answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldDomainSeen {
    /// The old host.
    pub host: String,
    /// Day of the switch to the new name.
    pub switched_on: Date,
    /// When it was looked at.
    pub at: UnixTime,
    /// From which network.
    pub network: ems_contract::id::NetworkId,
    /// It answered with the portal's content or redirected to the new name.
    pub serves_portal: bool,
    /// It answered with other content.
    #[serde(default)]
    pub foreign: bool,
}

/// A received report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEntry {
    /// The duty, such as `ag-q`.
    pub report: String,
    /// The period's label, such as `Q4`; the request's number for ad-hoc reports.
    pub period: String,
    /// The report's year.
    pub year: i16,
    /// When it was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<When>,
    /// An official confirms that it was not received.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed_missing: bool,
    /// The day set by the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<Date>,
}

/// Where a report was said to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedReport {
    /// The duty of the report, such as `ag-qc`.
    pub report: String,
    /// The period's label, such as `Q4`.
    pub period: String,
    /// The report's year.
    pub year: i16,
    /// The address.
    pub url: String,
    /// When it was stated.
    pub stated_at: UnixTime,
    /// Digests of the edition's files that are the whole report.
    pub files: Vec<Sha256>,
}

/// A planned suspension of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// The day on which it begins.
    pub begins: Date,
    /// When it was announced to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<When>,
    /// The announcement says when service returns; absent when nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells_recovery: Option<bool>,
    /// Attested as force majeure.
    #[serde(default)]
    pub force_majeure: bool,
    /// An official confirms that there was no announcement.
    #[serde(default)]
    pub confirmed_unannounced: bool,
}

/// A security incident in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentRecord {
    /// Its number.
    pub id: String,
    /// Detected.
    pub detected: UnixTime,
    /// Confirmed by the quorum, for the alert's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<UnixTime>,
    /// Alert sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerted: Option<UnixTime>,
    /// Alert acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<UnixTime>,
    /// Notice given to those named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noticed: Option<When>,
    /// Response ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_ended: Option<UnixTime>,
    /// Closing report sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_report: Option<When>,
    /// Reports that an official confirms were not made (`notice`, `closing-report`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed_missing: Vec<String>,
    /// Fields of the record that are filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whether the record is closed.
    #[serde(default)]
    pub closed: bool,
}

/// Signs of life of the backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// Last heartbeat of a finished backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<UnixTime>,
    /// Last day on which a restore was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_tested: Option<Date>,
}
