//! The five verdicts and why.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A verdict.
    Value {
        /// Met.
        Pass = "pass",
        /// Worth attention; no breach is claimed.
        Warn = "warn",
        /// A statutory duty is certainly not met.
        Fail = "fail",
        /// The evidence does not decide.
        Unknown = "unknown",
        /// The duty does not bind here and now.
        NotApplicable = "not-applicable",
    }
}

impl Value {
    /// Order of weight when verdicts are put together: `fail`, `warn`, `unknown`, `pass`, `not-applicable`.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::Pass => 1,
            Self::Unknown => 2,
            Self::Warn => 3,
            Self::Fail => 4,
        }
    }
}

vocabulary! {
    /// Why a verdict is what it is.
    Reason {
        /// The evidence shows it met.
        Met = "met",
        /// Met, with a remark.
        MetWithNote = "met_with_note",
        /// A person with the right to say so says yes.
        AttestedYes = "attested_yes",

        /// The evidence shows it not met.
        NotMet = "not_met",
        /// Later than the last possible day in time.
        Late = "late",
        /// A person with the right to say so says no.
        AttestedNo = "attested_no",
        /// An outage is still open.
        OutageOpen = "outage_open",

        /// The operator's own threshold is missed.
        PolicyMissed = "policy_missed",
        /// What is seen is a heuristic.
        Heuristic = "heuristic",
        /// The section is there and holds nothing.
        Empty = "empty",
        /// Confirmed outages in a finished period.
        OutagesRecorded = "outages_recorded",
        /// A finding that is not closed until seen good twice.
        Recovering = "recovering",
        /// Partly met.
        Partly = "partly",
        /// The name has the form, but is none that the inventory knows.
        LabelUnknown = "label_unknown",
        /// The page shows a date at which it was not there, or there before.
        DateMismatch = "date_mismatch",
        /// Suspicion that no person and no second vantage point has confirmed.
        Suspicion = "suspicion",
        /// The attestation ends within 30 days.
        AttestationExpiring = "attestation_expiring",
        /// Not met, but the row warns at most on this day.
        CeilingWarn = "ceiling_warn",

        /// No probe gives the fact.
        NotMeasured = "not_measured",
        /// Seen once, from one place.
        Unconfirmed = "unconfirmed",
        /// The day on which the clock started cannot be seen.
        StartUnobservable = "start_unobservable",
        /// The day of publication is not known closely enough.
        PublicationUnobservable = "publication_unobservable",
        /// A firewall, a captcha, 403 or 429.
        Blocked = "blocked",
        /// A page that shows itself only to scripts.
        ScriptsOnly = "scripts_only",
        /// The agent could not see.
        AgentBlind = "agent_blind",
        /// The window was watched too little.
        LowCoverage = "low_coverage",
        /// The register holds nothing about it.
        NotRegistered = "not_registered",
        /// Nobody has attested it.
        AttestationMissing = "attestation_missing",
        /// The attestation has ended.
        AttestationExpired = "attestation_expired",
        /// The evidence never decides alone.
        OfficialDecides = "official_decides",
        /// Evidence and attestation disagree.
        Contradicted = "contradicted",
        /// Many items reappeared at once under new addresses.
        Reindexed = "reindexed",
        /// Not due yet.
        NotDueYet = "not_due_yet",

        /// The level is not bound.
        LevelNotBound = "level_not_bound",
        /// The row does not hold on this day.
        RowNotInForce = "row_not_in_force",
        /// The instrument is not in force on this day.
        PackNotInForce = "pack_not_in_force",
        /// The territory is not that of the instrument on this day.
        TerritoryGone = "territory_gone",
        /// The portal is no longer one.
        Retired = "retired",
        /// Nothing to which the duty could apply has happened or is listed.
        NothingToJudge = "nothing_to_judge",
        /// Listed as information.
        InfoOnly = "info_only",
        /// Another row says the same and is judged.
        Restated = "restated",
        /// A definition, a duty of others, or one without evidence.
        NoCheck = "no_check",
        /// Force majeure, attested.
        ForceMajeure = "force_majeure",
    }
}
