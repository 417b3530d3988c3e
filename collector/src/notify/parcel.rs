//! Which waiting letters go out now, and which of them together: order, rate caps, digests. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ems_contract::time::UnixTime;

use super::paper::PAPER;
use crate::store::Letter;

/// How many deliveries a channel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Deliveries a minute; more letters than that travel together.
    pub per_minute: usize,
    /// Deliveries in the minute before now.
    pub spent: usize,
}

/// Letters that are delivered as one: a single one, or a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// By which channel.
    pub channel: String,
    /// The letters, oldest first; never empty.
    pub letters: Vec<Letter>,
}

/// What goes out at `now`. A letter never overtakes an earlier one of its thread on its route. Where more letters are due
/// than the channel takes, the last delivery is a digest of all that are left.
#[must_use]
pub fn parcels(waiting: &[Letter], allowances: &BTreeMap<String, Allowance>, now: UnixTime) -> Vec<Parcel> {
    let mut held: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut due: BTreeMap<&str, Vec<&Letter>> = BTreeMap::new();
    for letter in waiting {
        let line = (letter.letter.route.as_str(), letter.letter.thread.as_str());
        // One letter of a thread at a time: the next goes when this one is settled.
        if held.insert(line) && letter.not_before <= now {
            due.entry(&letter.letter.channel).or_default().push(letter);
        }
    }
    let mut parcels = Vec::new();
    for (channel, letters) in due {
        let Some(allowance) = allowances.get(channel) else {
            continue;
        };
        let room = allowance.per_minute.saturating_sub(allowance.spent);
        let parcel = |letters: &[&Letter]| Parcel {
            channel: channel.to_owned(),
            letters: letters.iter().copied().cloned().collect(),
        };
        if room == 0 {
            continue;
        }
        // A letter with recipients of its own is nobody else's to read: it waits for room rather than travel with others.
        let (papers, letters): (Vec<&Letter>, Vec<&Letter>) = letters
            .into_iter()
            .partition(|letter| letter.letter.thread.starts_with(PAPER));
        let free = room.saturating_sub(letters.len());
        if letters.len() <= room {
            parcels.extend(letters.chunks(1).chain(papers.chunks(1).take(free)).map(parcel));
        } else {
            let (alone, rest) = letters.split_at(room - 1);
            parcels.extend(alone.chunks(1).map(parcel));
            parcels.push(parcel(rest));
        }
    }
    parcels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewLetter;
    use crate::testing::at;

    fn letter(id: i64, thread: &str, not_before: i64) -> Letter {
        Letter {
            id,
            letter: NewLetter {
                key: format!("k{id}"),
                route: "r".into(),
                channel: "c".into(),
                thread: thread.into(),
                body: String::new(),
                posted_at: at(0),
                not_before: at(0),
            },
            not_before: at(not_before),
            attempts: 0,
        }
    }

    fn ids(waiting: &[Letter], per_minute: usize, spent: usize) -> Vec<Vec<i64>> {
        let allowances = BTreeMap::from([("c".to_owned(), Allowance { per_minute, spent })]);
        let parcels = parcels(waiting, &allowances, at(10));
        let ids = |parcel: &Parcel| parcel.letters.iter().map(|letter| letter.id).collect();
        parcels.iter().map(ids).collect()
    }

    #[test]
    fn a_letter_never_overtakes_an_earlier_one_of_its_thread() {
        let waiting = [letter(1, "a", 60), letter(2, "a", 0), letter(3, "b", 0)];
        assert_eq!(ids(&waiting, 10, 0), [vec![3]]);
    }

    #[test]
    fn more_than_the_channel_takes_travel_together() {
        let waiting: Vec<Letter> = (1..=7).map(|id| letter(id, &format!("t{id}"), 0)).collect();
        assert_eq!(ids(&waiting, 7, 0).len(), 7);
        assert_eq!(ids(&waiting, 4, 1), [vec![1], vec![2], vec![3, 4, 5, 6, 7]]);
        assert_eq!(ids(&waiting, 4, 3), [vec![1, 2, 3, 4, 5, 6, 7]]);
        assert!(ids(&waiting, 4, 4).is_empty());
    }

    #[test]
    fn a_channel_that_is_not_there_any_more_sends_nothing() {
        assert!(parcels(&[letter(1, "a", 0)], &BTreeMap::new(), at(10)).is_empty());
    }

    #[test]
    fn a_letter_with_recipients_of_its_own_is_never_joined() {
        let waiting = [
            letter(1, "paper/p1", 0),
            letter(2, "paper/p2", 0),
            letter(3, "t", 0),
            letter(4, "u", 0),
        ];
        let room = |per_minute| BTreeMap::from([("c".to_owned(), Allowance { per_minute, spent: 0 })]);
        let ids = |per_minute| -> Vec<Vec<i64>> {
            let all = parcels(&waiting, &room(per_minute), at(0));
            all.iter()
                .map(|parcel| parcel.letters.iter().map(|letter| letter.id).collect())
                .collect()
        };
        assert_eq!(ids(10), [vec![3], vec![4], vec![1], vec![2]]);
        assert_eq!(ids(3), [vec![3], vec![4], vec![1]]);
        assert_eq!(ids(1), [vec![3, 4]]);
    }
}
