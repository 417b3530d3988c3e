//! Which channel a letter goes to next, and when it stops waiting for the one it is at. Pure.
//!
//! A channel with another behind it gets four tries. An urgent letter, or one that calls a person, has no time for that: a
//! receiver that hangs costs it more than one that says no. It goes on after the first hang, and after [`HURRY_S`] at
//! a channel that did not take it, whatever keeps the channel: tries, a pace, a delivery in hand.

use ems_contract::time::UnixTime;
use serde::Deserialize;

use crate::severity::Severity;
use crate::store::Letter;

/// A channel with another behind it is given so many tries.
const TRIES: u32 = 4;
/// An urgent letter waits so long, in seconds, for a channel with another behind it. An outage of a critical portal is
/// posted within 34 s (`keeper::latency`) and told within 45 s: two rounds, 2 s each, fit in as well.
pub const HURRY_S: i64 = 7;

/// What a letter's body says of its haste.
#[derive(Deserialize)]
struct Haste {
    severity: Severity,
    #[serde(default)]
    call: Option<serde::de::IgnoredAny>,
}

/// The channel behind a letter's own on its route.
#[must_use]
pub fn next_channel(letter: &Letter) -> Option<&str> {
    let mut route = letter.letter.route.split('>');
    route.find(|name| *name == letter.letter.channel)?;
    route.next()
}

/// Whether a letter is urgent, or calls a person, and has another channel to go by.
#[must_use]
pub fn hurries(letter: &Letter) -> bool {
    let urgent = |haste: Haste| haste.severity == Severity::Urgent || haste.call.is_some();
    next_channel(letter).is_some() && serde_json::from_str(&letter.letter.body).is_ok_and(urgent)
}

/// Whether a letter that its channel did not take, for the `tries`th time, goes on to the next. `begun` is when this program
/// did: what waited for that did not wait for the channel.
#[must_use]
pub fn gives_way(letter: &Letter, tries: u32, hung: bool, begun: UnixTime, now: UnixTime) -> bool {
    let first = letter.letter.route.split('>').next() == Some(&*letter.letter.channel);
    let spent = || hung || !first || now - letter.letter.posted_at.max(begun) >= HURRY_S;
    tries >= TRIES || hurries(letter) && spent()
}

/// Whether a letter that is in nobody's hand has waited too long for its channel.
#[must_use]
pub fn is_kept_waiting(letter: &Letter, begun: UnixTime, now: UnixTime) -> bool {
    // One that was not tried may be tried since it came to this channel.
    let since = if letter.attempts == 0 {
        letter.not_before
    } else {
        letter.letter.posted_at
    };
    now - since.max(begun) >= HURRY_S && hurries(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewLetter;
    use crate::testing::at;

    fn letter(channel: &str, body: &str) -> Letter {
        Letter {
            id: 1,
            letter: NewLetter {
                key: "k".into(),
                route: "a>b>c".into(),
                channel: channel.into(),
                thread: "t".into(),
                body: body.into(),
                posted_at: at(100),
                not_before: at(100),
            },
            not_before: at(100),
            attempts: 0,
        }
    }

    const URGENT: &str = r#"{"severity":"urgent"}"#;
    const CALL: &str = r#"{"severity":"high","call":{"login":"an"}}"#;
    const HIGH: &str = r#"{"severity":"high"}"#;

    #[test]
    fn only_what_is_urgent_or_calls_and_has_another_channel_hurries() {
        let hurried = |channel, body| hurries(&letter(channel, body));
        assert!(hurried("a", URGENT) && hurried("b", CALL));
        assert!(!hurried("a", HIGH) && !hurried("c", URGENT) && !hurried("gone", URGENT));
        assert!(!hurried("a", "not JSON") && !hurried("a", r#"{"to":[],"title":""}"#));
    }

    #[test]
    fn a_hang_or_too_long_a_time_sends_an_urgent_letter_on_and_four_tries_any() {
        let on =
            |channel, body, tries, hung, now| gives_way(&letter(channel, body), tries, hung, at(0), at(now));
        assert!(on("a", URGENT, 1, true, 101) && !on("a", HIGH, 1, true, 200));
        assert!(!on("a", URGENT, 3, false, 106) && on("a", URGENT, 1, false, 107));
        assert!(on("b", URGENT, 1, false, 101), "it has waited at another");
        assert!(on("a", HIGH, 4, false, 101) && !on("a", HIGH, 3, false, 9_000));
    }

    #[test]
    fn a_letter_that_no_delivery_takes_along_waits_no_longer_than_it_may() {
        let waits = |letter: &Letter, begun, now| is_kept_waiting(letter, at(begun), at(now));
        let fresh = letter("a", URGENT);
        assert!(!waits(&fresh, 0, 106) && waits(&fresh, 0, 107));
        assert!(!waits(&fresh, 105, 111), "the program was not there before");
        let here_since = Letter {
            not_before: at(200),
            ..letter("b", URGENT)
        };
        assert!(!waits(&here_since, 0, 206) && waits(&here_since, 0, 207));
        let tried = Letter {
            not_before: at(109),
            attempts: 2,
            ..letter("a", URGENT)
        };
        assert!(waits(&tried, 0, 107) && !waits(&letter("a", HIGH), 0, 9_000));
    }
}
