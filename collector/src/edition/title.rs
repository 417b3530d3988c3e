//! What a report is called for readers.

use ems_contract::text::{Lang, get};

use super::key::EditionKey;
use crate::regulation::{Regulations, ReportKind};
use crate::report::contents::period_words;

/// `Báo cáo tổng hợp Quý IV/2026`, `Báo cáo Quý IV/2026 – Sở Y tế`; `unit` is the name of the key's unit.
#[must_use]
pub fn title(rules: &Regulations, key: &EditionKey, unit: Option<&str>, lang: Lang) -> String {
    let duty = rules.report(&key.duty);
    let report = duty.and_then(|duty| rules.report_of_period(duty, &key.period));
    let period = report.map_or_else(
        || key.period.clone(),
        |report| period_words(&report.window.label, &report.window.year.to_string(), lang),
    );
    let consolidated = duty.is_some_and(|duty| duty.kind == ReportKind::Consolidated);
    let name = get(
        lang,
        if consolidated {
            "reports.consolidated"
        } else {
            "reports.one"
        },
    );
    match unit {
        Some(unit) => format!("{name} {period} – {unit}"),
        None => format!("{name} {period}"),
    }
}
