//! The closed vocabularies of the rule data (`regulations/README.md`).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a pack stands today.
    PackStatus {
        /// Applied.
        InForce = "in-force",
        /// Territory or text is gone; kept for the archive and for reuse.
        Historical = "historical",
        /// Not signed: number and dates are blank.
        Draft = "draft",
    }
}

vocabulary! {
    /// The legal rank of an instrument.
    Rank {
        /// Normative document of the province (`văn bản quy phạm pháp luật`).
        Qppl = "qppl",
        /// Individual decision (`quyết định cá biệt`).
        Individual = "ca-biet",
        /// Government decree.
        Decree = "nghi-dinh",
        /// Ministerial circular.
        Circular = "thong-tu",
    }
}

vocabulary! {
    /// Whether a reference to another text follows its successors.
    ReferenceMode {
        /// The text as it stood, with a banner once it is repealed.
        Static = "static",
        /// The text and whatever replaces it.
        Dynamic = "dynamic",
    }
}

vocabulary! {
    /// How a row came into the pack.
    Origin {
        /// Row of the contract table.
        Table = "table",
        /// From the text, not in the table.
        Added = "added",
        /// Clause brought in by an umbrella row.
        Child = "child",
    }
}

vocabulary! {
    /// What a row is judged for.
    Subject {
        /// Each portal.
        Portal = "portal",
        /// The body that owns a portal or holds a role.
        Body = "body",
    }
}

vocabulary! {
    /// Who can decide.
    Mode {
        /// A probe alone.
        Auto = "auto",
        /// A probe gives evidence or a bound; a person may decide.
        Semi = "semi",
        /// A register or an attestation only.
        Manual = "manual",
    }
}

vocabulary! {
    /// The nature of a duty or of a number.
    Kind {
        /// In the regulation: may give `fail`.
        Statutory = "statutory",
        /// The operator's: warns at most.
        Policy = "policy",
        /// Encouraged (`khuyến khích`).
        Encouraged = "encouraged",
    }
}

vocabulary! {
    /// Why a row has no check.
    NoCheck {
        /// Judged by the rows it aggregates.
        Umbrella = "umbrella",
        /// Nothing to measure.
        Definition = "definition",
        /// Binds others.
        ThirdParty = "third-party",
        /// A rule for the program.
        Engine = "engine",
        /// A duty that leaves no evidence we can use.
        NoMeasure = "no-measure",
    }
}

vocabulary! {
    /// How much a finding weighs.
    Severity {
        /// Service lost, hijack, data leak.
        Critical = "critical",
        /// A statutory "phải".
        Major = "major",
        /// "bảo đảm", "hỗ trợ", heuristics.
        Minor = "minor",
        /// Encouraged.
        Info = "info",
    }
}

vocabulary! {
    /// The worst verdict that a row or a check may give. Ordered: `info < unknown < warn < fail`.
    Ceiling {
        /// Listed, never warns.
        Info = "info",
        /// Evidence alone decides nothing.
        Unknown = "unknown",
        /// Warns at most.
        Warn = "warn",
        /// May fail.
        Fail = "fail",
    }
}

vocabulary! {
    /// What a deadline asks.
    Rule {
        /// At the latest n units after the start.
        Within = "within",
        /// On the day of the start.
        SameDay = "same-day",
        /// At once, with no number.
        Immediate = "immediate",
        /// At least n units before the start.
        BeforeEvent = "before-event",
        /// For at least n units.
        AtLeast = "at-least",
        /// For at most n units.
        AtMost = "at-most",
    }
}

vocabulary! {
    /// The event from which a clock runs.
    Start {
        /// `ban hành`.
        Issue = "issue",
        /// `phê duyệt`.
        Approval = "approval",
        /// `nghiệm thu`.
        Acceptance = "acceptance",
        /// Either of the two.
        ApprovalOrAcceptance = "approval_or_acceptance",
        /// `quyết định công bố`.
        PublicationDecision = "publication_decision",
        /// `nhận được văn bản`.
        Receipt = "receipt",
        /// `ký ban hành, phê duyệt, thông qua hoặc nghiệm thu`.
        Signing = "signing",
        /// `tạo ra thông tin`.
        Creation = "creation",
        /// `kết thúc sự kiện`.
        EventEnd = "event_end",
        /// `tiếp nhận câu hỏi`.
        QuestionReceipt = "question_receipt",
        /// `phát hiện sự cố`.
        Detection = "detection",
        /// `kết thúc ứng cứu`.
        ResponseEnd = "response_end",
        /// `vượt khả năng xử lý`.
        BeyondCapacity = "beyond_capacity",
        /// `thời điểm tạm ngừng`.
        PlannedStop = "planned_stop",
        /// `ngày chuyển tên miền`.
        Switch = "switch",
        /// `ngày đăng`.
        Posting = "posting",
        /// `ngày thay đổi`.
        Change = "change",
        /// A change of the Vietnamese version.
        ViChange = "vi_change",
        /// The report of the period.
        PeriodReport = "period_report",
        /// A day written in the row.
        FixedDate = "fixed_date",
    }
}

vocabulary! {
    /// How long something is to be kept.
    RetentionClass {
        /// For ever.
        Permanent = "permanent",
        /// At most so many years.
        MaxYears = "max-years",
        /// As the law on archives says.
        ArchiveLaw = "archive-law",
        /// To be taken down.
        Takedown = "takedown",
    }
}

vocabulary! {
    /// A profile of accessibility thresholds.
    Profile {
        /// TT 32/2017 Đ18.
        Tt32 = "tt32-d18",
        /// WCAG 2.0, level A.
        Wcag20A = "wcag20-a",
    }
}

vocabulary! {
    /// How often something is owed.
    PeriodKind {
        /// Monthly.
        Month = "month",
        /// Quarterly.
        Quarter = "quarter",
        /// Half-yearly.
        HalfYear = "half-year",
        /// Yearly.
        Year = "year",
        /// On demand (`đột xuất`).
        AdHoc = "ad-hoc",
        /// "định kỳ" without a period.
        Unspecified = "unspecified",
        /// With an event.
        Event = "event",
    }
}

vocabulary! {
    /// Who measures a check.
    Probe {
        /// The reachability probe of the agent.
        Reach = "reach",
        /// The DNS probe.
        Dns = "dns",
        /// The TLS probe.
        Tls = "tls",
        /// The page probe.
        Page = "page",
        /// The link probe.
        Links = "links",
        /// The collector itself: ledger, incidents, notifications.
        Collector = "collector",
        /// A person.
        Attestation = "attestation",
    }
}

vocabulary! {
    /// Family of a check.
    Group {
        /// Reachability.
        Reachability = "reachability",
        /// DNS.
        Dns = "dns",
        /// Domain name.
        Domain = "domain",
        /// IPv6.
        Ipv6 = "ipv6",
        /// TLS.
        Tls = "tls",
        /// Security.
        Security = "security",
        /// Operations.
        Operations = "operations",
        /// Presentation.
        Presentation = "presentation",
        /// Language.
        Language = "language",
        /// Accessibility.
        Accessibility = "accessibility",
        /// Privacy.
        Privacy = "privacy",
        /// Functions.
        Function = "function",
        /// Links.
        Links = "links",
        /// Online services.
        Dvc = "dvc",
        /// Content.
        Content = "content",
        /// Sections.
        Section = "section",
        /// Freshness.
        Freshness = "freshness",
        /// Governance.
        Governance = "governance",
        /// Incidents.
        Incident = "incident",
        /// Retention.
        Retention = "retention",
        /// Reports.
        Report = "report",
    }
}

vocabulary! {
    /// Kinds of evidence.
    Evidence {
        /// DNS records.
        Dns = "E1",
        /// TLS or TCP record.
        Tls = "E2",
        /// HTTP exchange.
        Http = "E3",
        /// Page extract.
        Extract = "E4",
        /// Rows of an item list.
        Items = "E5",
        /// Computation of a deadline.
        Computation = "E6",
        /// Attestation.
        Attestation = "E7",
        /// Archived copy.
        Copy = "E8",
        /// Vantage data.
        Vantage = "E9",
        /// Inventory and pack version.
        Versions = "E10",
    }
}

vocabulary! {
    /// What a section is made of.
    SectionKind {
        /// A page.
        Page = "page",
        /// A list of dated items.
        List = "list",
        /// Documents.
        Documents = "documents",
        /// A form.
        Form = "form",
        /// A link.
        Link = "link",
    }
}

vocabulary! {
    /// The sort of a report duty.
    ReportKind {
        /// Recurring.
        Periodic = "periodic",
        /// Put together from others (`tổng hợp`).
        Consolidated = "consolidated",
        /// Summing up (`tổng kết`).
        Summary = "summary",
        /// Published rather than sent.
        Publication = "publication",
        /// On demand.
        AdHoc = "ad-hoc",
        /// With an event.
        Event = "event",
    }
}

/// The roles that packs may name.
pub const ROLES: &[&str] = &[
    "content-lead",
    "technical-lead",
    "operator",
    "editorial-board",
    "editorial-board-component",
    "science-department",
    "supplier",
    "report-recipient",
    "chairman",
    "operator-leadership",
    "unit-leadership",
    "owner",
    "response-unit",
    "network-member",
    "national-coordinator",
    "ministry",
    "superior",
    "province",
];
