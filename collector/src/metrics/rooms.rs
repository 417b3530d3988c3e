//! Metrics that other rooms and the agent count themselves, as docs/METRICS.md lists them. A test over the sources holds
//! the list to what is registered.

/// One metric: name, kind, labels, meaning.
pub type Line = (&'static str, &'static str, &'static str, &'static str);

/// Of the collector's rooms.
pub const COLLECTOR: &[Line] = &[
    (
        "ems_ingest_batches_total",
        "counter",
        "result",
        "Batches by what became of them",
    ),
    (
        "ems_ingest_records_total",
        "counter",
        "agent result",
        "Records by what became of them",
    ),
    (
        "ems_ingest_late_records_total",
        "counter",
        "agent",
        "Records that arrived after the settled horizon of their slot",
    ),
    (
        "ems_ingest_future_records_total",
        "counter",
        "agent",
        "Records whose slot lay more than a minute ahead of their arrival",
    ),
    (
        "ems_ingest_bytes_total",
        "counter",
        "agent",
        "Bytes of batches as sent",
    ),
    (
        "ems_ingest_clock_skew_seconds",
        "gauge",
        "agent",
        "The agent's clock minus the collector's at the last batch",
    ),
    (
        "ems_ingest_duration_seconds",
        "histogram",
        "",
        "From the first byte of a batch to its answer, commit included",
    ),
    (
        "ems_inventory_last_reload_success_timestamp_seconds",
        "gauge",
        "",
        "When targets.yaml was last read and found in order",
    ),
    (
        "ems_ledger_round_seconds",
        "histogram",
        "",
        "How long one round over all portals with news took",
    ),
    ("ems_ledger_passes_total", "counter", "", "Portals evaluated"),
    (
        "ems_ledger_late_passes_total",
        "counter",
        "",
        "Portals evaluated from an older checkpoint, because data came late or the program started",
    ),
    (
        "ems_ledger_errors_total",
        "counter",
        "",
        "Evaluations that could not be read or written; they are tried again",
    ),
    (
        "ems_ledger_behind_portals",
        "gauge",
        "",
        "Portals with news that the last round did not get done",
    ),
    (
        "ems_agent_suspect",
        "gauge",
        "agent family",
        "1 while an agent alone fails at more than 30 % of unrelated addresses: its failures count for nothing",
    ),
    (
        "ems_notify_sent_total",
        "counter",
        "channel",
        "Deliveries that a receiver took, a digest as one",
    ),
    (
        "ems_notify_failed_total",
        "counter",
        "channel",
        "Deliveries that a receiver did not take; each is tried again, or by the next channel of its route",
    ),
    (
        "ems_notify_recipients_refused_total",
        "counter",
        "channel",
        "Recipients who refused a notice that others of their channel took: such a notice is not tried again",
    ),
    (
        "ems_notify_trouble_total",
        "counter",
        "",
        "Rounds in which notices could not be decided or delivered because of the store",
    ),
    (
        "ems_report_due_timestamp_seconds",
        "gauge",
        "duty period",
        "The last second in which a report is in time, of reports not noted as sent",
    ),
    (
        "ems_report_outstanding",
        "gauge",
        "duty period",
        "Reports being prepared or past their day that are not noted as sent",
    ),
    (
        "ems_report_late",
        "gauge",
        "duty period",
        "Reports past their day that are not noted as sent",
    ),
    (
        "ems_report_drafts_total",
        "counter",
        "result",
        "Drafts of reports that the job made, by result",
    ),
    (
        "ems_oncall_uncovered_seconds",
        "gauge",
        "",
        "Seconds of the next 7 days in which the rota names nobody who can be called; 0 where nobody is called by name",
    ),
    ("ems_store_bytes", "gauge", "", "Bytes of the database files"),
    ("ems_store_open_results", "gauge", "", "Raw results kept as rows"),
    (
        "ems_store_packed_results",
        "gauge",
        "",
        "Raw results in packed windows",
    ),
    (
        "ems_store_quarantined_lines",
        "gauge",
        "",
        "Lines kept raw because they could not be used",
    ),
    (
        "ems_store_slot_conflicts",
        "gauge",
        "",
        "Results whose slot was taken by an earlier one",
    ),
    (
        "ems_store_upkeep_failures_total",
        "counter",
        "job",
        "Runs of upkeep that failed, by job",
    ),
    (
        "ems_store_quarantined_bytes",
        "gauge",
        "",
        "Bytes of the lines kept raw",
    ),
    (
        "ems_store_quarantine_dropped_lines",
        "gauge",
        "",
        "Lines acknowledged and not kept because too much is kept raw already",
    ),
    (
        "ems_store_evidence_pages",
        "gauge",
        "",
        "Whole pages kept as evidence",
    ),
    (
        "ems_store_evidence_bytes",
        "gauge",
        "",
        "Compressed bytes of the whole pages kept as evidence",
    ),
    (
        "ems_certificate_reload_success",
        "gauge",
        "",
        "Whether the listener's certificate was last read without error; on 0 the one before it is served",
    ),
    (
        "ems_verdicts",
        "gauge",
        "pack verdict",
        "Verdicts of today over all portals, by pack and verdict",
    ),
    (
        "ems_portal_verdicts",
        "gauge",
        "portal verdict",
        "Verdicts of today on a portal over all packs, by verdict",
    ),
    (
        "ems_section_age_working_days",
        "gauge",
        "portal section",
        "Working days after the newest posting of a section; absent where none is known",
    ),
    (
        "ems_section_state",
        "gauge",
        "portal section state",
        "What the newest look at a section came to, other than that it is missing; always 1",
    ),
    (
        "ems_section_freshness",
        "gauge",
        "portal section verdict",
        "The worst of the newest verdicts on how fresh a section is; always 1",
    ),
    (
        "ems_english_state",
        "gauge",
        "portal state",
        "What the English side came to when it was last looked at; always 1",
    ),
    (
        "ems_page_look_timestamp_seconds",
        "gauge",
        "portal agent",
        "When a vantage point took the newest of the looks that the figures of a portal's sections and English side rest on",
    ),
    (
        "ems_judging_rounds_total",
        "counter",
        "result",
        "Rounds of judging, by result",
    ),
    (
        "ems_judging_duration_seconds",
        "gauge",
        "",
        "How long the last judging of all portals took",
    ),
    (
        "ems_judging_last_success_timestamp_seconds",
        "gauge",
        "",
        "When portals were last judged without error",
    ),
];

/// Of an agent's own `/metrics`, besides the `probe_*` names.
pub const AGENT: &[Line] = &[
    (
        "ems_agent_build_info",
        "gauge",
        "version",
        "The version of the running agent; always 1",
    ),
    (
        "ems_agent_slots_total",
        "counter",
        "probe family state cause",
        "Slots by what they came to",
    ),
    (
        "ems_agent_gaps_total",
        "counter",
        "why",
        "Stretches of slots recorded as gaps, by reason",
    ),
    (
        "ems_agent_slot_lateness_seconds",
        "histogram",
        "",
        "How long after its instant a slot's job began",
    ),
    (
        "ems_agent_probe_panics_total",
        "counter",
        "",
        "Probes that panicked: a fault of the agent, never of a portal",
    ),
    ("ems_agent_probes_in_flight", "gauge", "", "Probes in flight"),
    (
        "ems_agent_slots_waiting",
        "gauge",
        "",
        "Slots that are due and wait for room",
    ),
    (
        "ems_agent_series",
        "gauge",
        "",
        "Series in the schedule: portal, probe, family",
    ),
    (
        "ems_agent_spool_records",
        "gauge",
        "",
        "Records that the collector lacks",
    ),
    (
        "ems_agent_spool_bytes",
        "gauge",
        "",
        "Compressed bytes on disk that the collector lacks",
    ),
    (
        "ems_agent_spool_kept_bytes",
        "gauge",
        "",
        "Compressed bytes on disk that the collector has, kept to be sent again",
    ),
    (
        "ems_agent_spool_oldest_age_seconds",
        "gauge",
        "",
        "Age of the oldest slot that the collector lacks; 0 when none does",
    ),
    (
        "ems_agent_spool_failing",
        "gauge",
        "",
        "Whether the last write to the spool failed; measuring goes on in memory",
    ),
    (
        "ems_agent_spool_overflowed_records_total",
        "counter",
        "",
        "Records given up because the spool was full; a gap says so",
    ),
    (
        "ems_agent_spool_lost_records_total",
        "counter",
        "",
        "Records lost because the disk refused and memory was full; a gap says so",
    ),
    (
        "ems_agent_spool_refused_records",
        "gauge",
        "",
        "Records that the collector refused for good, kept aside in the spool",
    ),
    (
        "ems_agent_ship_errors_total",
        "counter",
        "class",
        "Tries to send that did not end in an acknowledgement",
    ),
    (
        "ems_agent_ship_batches_total",
        "counter",
        "",
        "Batches acknowledged by the collector",
    ),
    (
        "ems_agent_ship_records_total",
        "counter",
        "",
        "Records acknowledged by the collector",
    ),
    (
        "ems_agent_ship_quarantined_records_total",
        "counter",
        "",
        "Records that the collector keeps raw because it does not understand them",
    ),
    (
        "ems_agent_ship_stopped",
        "gauge",
        "",
        "Whether sending has stopped for good, such as by a wrong token",
    ),
    (
        "ems_agent_evidence_waiting_pages",
        "gauge",
        "",
        "Whole pages that the collector lacks",
    ),
    (
        "ems_agent_evidence_waiting_bytes",
        "gauge",
        "",
        "Compressed bytes of whole pages that the collector lacks",
    ),
    (
        "ems_agent_evidence_sent_total",
        "counter",
        "",
        "Whole pages that the collector took or had",
    ),
    (
        "ems_agent_evidence_failures_total",
        "counter",
        "",
        "Tries to send a whole page that are made again",
    ),
    (
        "ems_agent_evidence_unkept_total",
        "counter",
        "why",
        "Whole pages not kept as evidence, by reason; their facts are",
    ),
    (
        "ems_agent_plan_failed_pulls_total",
        "counter",
        "",
        "Tries to pull the plan without an answer",
    ),
    (
        "ems_agent_plan_refused",
        "gauge",
        "",
        "Whether the last plan was refused; the one before it stays in force",
    ),
    (
        "ems_agent_blind",
        "gauge",
        "family",
        "Whether the last check of the agent's own references failed",
    ),
];

/// The rows of a table in docs/METRICS.md.
pub(super) fn rows(lines: &[Line]) -> String {
    let row = |(name, kind, labels, help): &Line| {
        let labels: Vec<String> = labels
            .split_whitespace()
            .map(|label| format!("`{label}`"))
            .collect();
        let labels = if labels.is_empty() {
            "–".to_owned()
        } else {
            labels.join(" ")
        };
        format!("| `{name}` | {kind} | {labels} | {help} |\n")
    };
    lines.iter().map(row).collect()
}
