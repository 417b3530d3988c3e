//! Time that the wall clock jumped over: a gap only once it is known that the clock is right now. A clock that went
//! wrong and comes back leaves no gap behind: the time it skipped is measured after all, and a gap would silence it.

use ems_contract::time::{UnixTime, Window};

/// Jumps that wait for proof.
#[derive(Debug, Default)]
pub(super) struct Jumps(Vec<Window>);

impl Jumps {
    /// The clock jumped over this stretch.
    pub(super) fn over(&mut self, window: Window) {
        self.0.push(window);
    }

    /// The clock went back to `now`: what lies from there on is yet to come.
    pub(super) fn back_to(&mut self, now: UnixTime) {
        self.0.retain_mut(|jump| {
            jump.to = jump.to.min(now);
            !jump.is_empty()
        });
    }

    /// The clock is right: the jumps are final.
    pub(super) fn release(&mut self) -> Vec<Window> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_clock_comes_back_to_is_no_gap() {
        let window = |from, to| Window::new(UnixTime::from_secs(from), UnixTime::from_secs(to));
        let mut jumps = Jumps::default();
        jumps.over(window(100, 200));
        jumps.over(window(300, 900));
        jumps.back_to(UnixTime::from_secs(400));
        jumps.over(window(500, 510));
        assert_eq!(
            jumps.release(),
            [window(100, 200), window(300, 400), window(500, 510)]
        );
        jumps.over(window(300, 900));
        jumps.back_to(UnixTime::from_secs(250));
        assert!(jumps.release().is_empty());
    }
}
