//! How much there is to do. Pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use jiff::civil::Date;

use super::tasks::Task;
use crate::judge::Value;
use crate::store::OpenCheck;

/// Tasks in numbers, as [`super::tasks`] makes them: a check of a portal once, whatever number of clauses asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Checks by which a clause is broken.
    pub fails: usize,
    /// Checks that are only warned of.
    pub warns: usize,
    /// Since when the oldest of both lasts.
    pub oldest: Option<Date>,
}

impl Load {
    /// Of tasks.
    #[must_use]
    pub fn of<'t>(tasks: impl IntoIterator<Item = &'t Task>) -> Self {
        let one = |task: &Task| Self::one(task.fails, task.since);
        tasks.into_iter().map(one).fold(Self::default(), Self::and)
    }

    fn one(fails: bool, since: Date) -> Self {
        Self {
            fails: usize::from(fails),
            warns: usize::from(!fails),
            oldest: Some(since),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            fails: self.fails + other.fails,
            warns: self.warns + other.warns,
            oldest: self.oldest.into_iter().chain(other.oldest).min(),
        }
    }

    /// Tasks in all.
    #[must_use]
    pub const fn count(self) -> usize {
        self.fails + self.warns
    }

    /// The order of urgency: the worst first, of equals the oldest.
    #[must_use]
    pub fn rank(self) -> impl Ord {
        (Reverse(self.fails), Reverse(self.warns), self.oldest)
    }
}

/// What there is to do on each portal, from what clauses say of their checks.
#[must_use]
pub fn loads(open: &[OpenCheck]) -> BTreeMap<PortalId, Load> {
    let mut tasks: BTreeMap<(&PortalId, &str), (bool, Date)> = BTreeMap::new();
    for check in open {
        let (fails, since) = tasks
            .entry((&check.portal, &check.check))
            .or_insert((false, check.since));
        *fails |= check.value == Value::Fail;
        *since = (*since).min(check.since);
    }
    let mut all: BTreeMap<&PortalId, Load> = BTreeMap::new();
    for ((portal, _), (fails, since)) in tasks {
        let load = all.entry(portal).or_default();
        *load = load.and(Load::one(fails, since));
    }
    all.into_iter()
        .map(|(portal, load)| (portal.clone(), load))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::portal;

    fn day(number: i8) -> Date {
        Date::constant(2026, 11, number)
    }

    #[test]
    fn a_check_counts_once_by_its_worst_and_oldest_clause() {
        let open = |id: &str, check: &str, value: Value, since: i8| OpenCheck {
            portal: portal(id),
            check: check.to_owned(),
            value,
            since: day(since),
        };
        let all = [
            open("p1", "https", Value::Warn, 3),
            open("p1", "https", Value::Fail, 9),
            open("p1", "rss", Value::Warn, 5),
            open("p2", "https", Value::Warn, 7),
        ];
        let loads = loads(&all);
        let of = |id: &str| {
            let load = loads[&portal(id)];
            (load.fails, load.warns, load.oldest)
        };
        assert_eq!(of("p1"), (1, 1, Some(day(3))));
        assert_eq!(of("p2"), (0, 1, Some(day(7))));
        let both = loads[&portal("p1")].and(loads[&portal("p2")]);
        assert_eq!((both.count(), both.oldest), (3, Some(day(3))));
        assert_eq!(both.and(Load::default()), both);
    }

    #[test]
    fn the_worst_comes_first_and_of_equals_the_oldest() {
        let load = |fails, warns, since| Load {
            fails,
            warns,
            oldest: Some(day(since)),
        };
        let mut all = [load(0, 9, 1), load(1, 0, 5), load(2, 0, 9), load(1, 0, 2)];
        all.sort_by_key(|load| load.rank());
        assert_eq!(all, [load(2, 0, 9), load(1, 0, 2), load(1, 0, 5), load(0, 9, 1)]);
    }
}
