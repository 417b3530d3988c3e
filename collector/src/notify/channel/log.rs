//! Notices as lines: on standard output, or in the log, which systemd hands to syslog.

use std::io::Write;

use super::Dispatch;
use crate::notify::outgoing::Failure;
use crate::notify::settings::LogTarget;

pub(super) struct Log(LogTarget);

impl Log {
    pub(super) const fn new(target: LogTarget) -> Self {
        Self(target)
    }

    pub(super) fn send(&self, dispatch: &Dispatch) -> Result<(), Failure> {
        let text = dispatch.message.text().replace('\n', " · ");
        match self.0 {
            LogTarget::Syslog => {
                tracing::warn!(target: "ems_collector::notice", key = dispatch.key, "{text}");
                Ok(())
            }
            LogTarget::Stdout => writeln!(std::io::stdout().lock(), "{text}").map_err(Failure::technical),
        }
    }
}
