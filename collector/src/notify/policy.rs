//! The numbers by which the notifier decides; every one is the operator's own policy, none is a regulation's.

/// How long to wait, how many make a group, how often to say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// News waits this long, in seconds, so that what happens together is told together.
    pub group_wait_s: i64,
    /// The same for portals marked critical.
    pub critical_wait_s: i64,
    /// An agent's fault lasts this long, in seconds, before it is told.
    pub agent_wait_s: i64,
    /// An agent without a batch for this long, in seconds, is silent.
    pub agent_silent_s: i64,
    /// So many portals of one hosting group down together, and at least half of it, are a fault of the hosting.
    pub hosting_min: usize,
    /// So many alarms without a common cause are told in one notice.
    pub batch_min: usize,
    /// A notice that is open is followed up at most this often, in seconds.
    pub update_every_s: i64,
    /// So many outages of one portal within [`Policy::flap_window_s`] are flapping.
    pub flap_count: usize,
    /// See [`Policy::flap_count`], in seconds.
    pub flap_window_s: i64,
    /// A flapping portal is stable after this many seconds without change.
    pub flap_quiet_s: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            group_wait_s: 30,
            critical_wait_s: 5,
            agent_wait_s: 60,
            agent_silent_s: 180,
            hosting_min: 3,
            batch_min: 5,
            update_every_s: 600,
            flap_count: 4,
            flap_window_s: 3_600,
            flap_quiet_s: 900,
        }
    }
}
