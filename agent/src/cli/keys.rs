//! The keys of `agent.yaml`; every one has a flag of the same name with hyphens.

/// Every key, in the order of the sample file.
pub(super) const KEYS: [&str; 19] = [
    "agent",
    "collectors",
    "token",
    "token_file",
    "data_dir",
    "admin_listen",
    "admin_allow_remote",
    "allow_plain_http",
    "ca_file",
    "portal_ca_file",
    "resolvers",
    "renderer",
    "spool_max_mib",
    "spool_max_age_days",
    "spool_keep_mib",
    "evidence_max_mib",
    "shutdown_deadline_s",
    "fallback_webhook",
    "fallback_after_minutes",
];
