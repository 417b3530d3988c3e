//! Letters and alarms: once, in order, settled, forgotten.

use crate::store::{AlarmRecord, NewLetter, Settled, Store};
use crate::testing::{at, store};

fn letter(key: &str, route: &str) -> NewLetter {
    NewLetter {
        key: key.into(),
        route: route.into(),
        channel: "mail".into(),
        thread: "t".into(),
        body: "{}".into(),
        posted_at: at(0),
        not_before: at(0),
    }
}

fn alarm(key: &str, open: bool) -> AlarmRecord {
    AlarmRecord {
        key: key.into(),
        open,
        at: at(0),
        data: "{}".into(),
    }
}

#[test]
fn a_letter_is_kept_once_a_route_however_often_it_is_posted() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let letters = vec![letter("k", "a"), letter("k", "b")];
    assert_eq!(store.post(vec![alarm("x", true)], letters.clone()).unwrap(), 2);
    assert_eq!(store.post(vec![alarm("x", false)], letters).unwrap(), 0);
    assert_eq!(store.waiting_letters(10).unwrap().len(), 2);
    assert!(store.alarms(at(1)).unwrap().is_empty());
    assert!(!store.alarms(at(0)).unwrap()[0].open);
}

#[test]
fn letters_wait_until_they_are_settled_and_are_forgotten_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let letters = ["a", "b", "c"].map(|key| letter(key, "r")).to_vec();
    store.post(vec![], letters).unwrap();
    let ids: Vec<i64> = store.waiting_letters(10).unwrap().iter().map(|l| l.id).collect();
    let again = Settled::Again {
        channel: "sms".into(),
        not_before: at(60),
        attempts: 1,
        error: "busy".into(),
    };
    let given_up = Settled::GivenUp { error: "no".into() };
    let settled = vec![(ids[0], Settled::Sent), (ids[1], again), (ids[2], given_up)];
    store.settle_letters(settled, at(5)).unwrap();
    let left = store.waiting_letters(10).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (
            left[0].letter.channel.as_str(),
            left[0].not_before,
            left[0].attempts
        ),
        ("sms", at(60), 1)
    );
    let lines = store.outbox_statistics().unwrap();
    assert_eq!(
        (lines[0].channel.as_str(), lines[0].waiting, lines[0].given_up),
        ("mail", 0, 1)
    );
    assert_eq!((lines[1].waiting, lines[1].oldest), (1, Some(at(0))));
    assert_eq!(store.forget_letters(at(6)).unwrap(), 2);
    assert_eq!(store.waiting_letters(10).unwrap().len(), 1);
}

#[test]
fn each_channel_has_its_own_first_letters_and_none_overtakes_an_earlier_one_of_its_thread() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let at_channel = |key: &str, channel: &str, thread: &str| NewLetter {
        channel: channel.into(),
        thread: thread.into(),
        ..letter(key, "mail>sms")
    };
    let mut letters: Vec<NewLetter> = (0..3)
        .map(|n| at_channel(&format!("m{n}"), "mail", &format!("t{n}")))
        .collect();
    letters.push(at_channel("first", "mail", "t"));
    letters.push(at_channel("second", "sms", "t"));
    letters.push(at_channel("alone", "sms", "u"));
    store.post(vec![], letters).unwrap();
    let keys = |limit| -> Vec<String> {
        let letters = store.waiting_letters(limit).unwrap().into_iter();
        letters.map(|letter| letter.letter.key).collect()
    };
    assert_eq!(keys(3), ["m0", "m1", "m2", "alone"]);
    assert_eq!(keys(4), ["m0", "m1", "m2", "first", "second", "alone"]);
}
