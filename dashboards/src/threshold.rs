//! The numbers that colours and alerts share. All are the operator's policy; none is a regulation's.

/// Availability below this is red: 14.4 minutes a day.
pub const AVAILABILITY_BAD: f64 = 0.99;
/// Availability below this is yellow: 1.4 minutes a day.
pub const AVAILABILITY_GOOD: f64 = 0.999;
/// The objective that the error budget is counted from.
pub const OBJECTIVE: f64 = 0.995;
/// Coverage below this: not enough data to rank a portal, as in the reports.
pub const COVERAGE: f64 = 0.95;
/// Days before the end of a certificate at which somebody is told, most urgent last.
pub const CERTIFICATE_DAYS: [u32; 4] = [30, 14, 7, 1];
/// Days before the end of a domain's registration at which somebody is told, most urgent last; the notifier has the same.
pub const DOMAIN_DAYS: [u32; 4] = [30, 14, 7, 1];
/// An agent without a batch for so long, in seconds, is silent.
pub const AGENT_SILENT_S: u32 = 180;
/// An agent's clock further off than this, in seconds, is suspect.
pub const CLOCK_SKEW_S: u32 = 5;
/// An agent that cannot say for this share of its portals is blind.
pub const BLIND_SHARE: f64 = 0.6;
/// A first byte later than this, in seconds, is slow.
pub const SLOW_FIRST_BYTE_S: f64 = 5.0;
/// A notice that waits longer than this, in seconds, is stuck.
pub const NOTICE_AGE_S: u32 = 600;
/// A backup that has not told of itself for so many seconds is missing: a day, and two hours of grace.
pub const BACKUP_AGE_S: u32 = 26 * 3_600;
/// Free space below this share of the disk is told.
pub const DISK_FREE: f64 = 0.10;
/// So many portals of one hosting group down together are a fault of the hosting …
pub const HOSTING_MIN: u32 = 3;
/// … when they are at least this share of the group.
pub const HOSTING_SHARE: f64 = 0.5;
/// A report not noted as sent is told so long, in seconds, before the end of its last day: two days.
pub const REPORT_DUE_S: u32 = 172_800;

/// Colours of availability: (from, colour), the first without a bound.
#[must_use]
pub fn availability() -> [(Option<f64>, &'static str); 3] {
    [
        (None, "red"),
        (Some(AVAILABILITY_BAD), "yellow"),
        (Some(AVAILABILITY_GOOD), "green"),
    ]
}
