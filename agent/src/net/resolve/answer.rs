//! What one DNS answer means for one family: a pure reading of the message.

use std::net::IpAddr;

use ems_contract::family::Family;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

/// The longest chain of aliases that is followed (BIND and Unbound stop at 11 to 16).
pub(super) const MAX_ALIASES: usize = 12;

/// The meaning of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Addresses of the family, sorted, without doubles.
    Addresses(Vec<IpAddr>),
    /// The name (or the end of its aliases) exists without addresses of the family.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// An alias leads to a name that does not exist.
    Dangling,
    /// The aliases come back to themselves, or never end.
    Loop,
    /// The aliases lead to this name, about which the answer says nothing.
    Alias(Name),
    /// The server could not find out.
    ServFail,
    /// The server will not say.
    Refused,
}

impl Answer {
    /// Whether the answer settles the matter, so that no second resolver need be asked.
    pub(super) const fn settles(&self) -> bool {
        !matches!(self, Self::ServFail | Self::Refused)
    }
}

/// The record type that holds addresses of the family.
pub(super) const fn record_type(family: Family) -> RecordType {
    match family {
        Family::V4 => RecordType::A,
        Family::V6 => RecordType::AAAA,
    }
}

/// Reads the answer to the question for `family` addresses of `name`. `aliases` holds the names already
/// followed, the first one being the name that was asked first, and grows by those in this answer.
pub(super) fn read(message: &Message, name: &Name, family: Family, aliases: &mut Vec<Name>) -> Answer {
    let code = message.metadata.response_code;
    if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return if code == ResponseCode::Refused {
            Answer::Refused
        } else {
            Answer::ServFail
        };
    }
    let mut end = name.clone();
    loop {
        let alias = message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == end => Some(&target.0),
            _ => None,
        });
        let Some(target) = alias else { break };
        if *target == *name || aliases.contains(target) || aliases.len() >= MAX_ALIASES {
            return Answer::Loop;
        }
        aliases.push(target.clone());
        end = target.clone();
    }
    let mut addresses: Vec<IpAddr> = message
        .answers
        .iter()
        .filter(|record| record.name == end)
        .filter_map(|record| match (&record.data, family) {
            (RData::A(a), Family::V4) => Some(IpAddr::V4(a.0)),
            (RData::AAAA(a), Family::V6) => Some(IpAddr::V6(a.0)),
            _ => None,
        })
        .collect();
    if !addresses.is_empty() {
        addresses.sort_unstable();
        addresses.dedup();
        return Answer::Addresses(addresses);
    }
    match (code, aliases.is_empty()) {
        (ResponseCode::NXDomain, true) => Answer::NxDomain,
        (ResponseCode::NXDomain, false) => Answer::Dangling,
        (_, true) => Answer::NoData,
        // A resolver that followed the alias proves the absence with the SOA of the target's zone (RFC 2308).
        (_, false) => {
            let proven = message
                .authorities
                .iter()
                .any(|record| record.record_type() == RecordType::SOA);
            if proven || end == *name {
                Answer::NoData
            } else {
                Answer::Alias(end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::OpCode;
    use hickory_proto::rr::Record;
    use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA};
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn alias(from: &str, to: &str) -> Record {
        Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))))
    }

    fn message(code: ResponseCode, answers: Vec<Record>, soa: bool) -> Message {
        let mut message = Message::response(1, OpCode::Query);
        message.metadata.response_code = code;
        message.answers = answers;
        if soa {
            message.authorities.push(Record::from_rdata(
                name("vn."),
                60,
                RData::SOA(SOA::new(name("a."), name("b."), 1, 2, 3, 4, 5)),
            ));
        }
        message
    }

    fn answer(code: ResponseCode, answers: Vec<Record>, soa: bool) -> Answer {
        read(
            &message(code, answers, soa),
            &name("a.vn."),
            Family::V4,
            &mut Vec::new(),
        )
    }

    #[test]
    fn each_shape_of_answer_has_its_meaning() {
        use ResponseCode as R;
        let a = |owner: &str, last| Record::from_rdata(name(owner), 60, RData::A(A::new(10, 0, 0, last)));
        let v6 = Record::from_rdata(name("a.vn."), 60, RData::AAAA(AAAA::new(1, 0, 0, 0, 0, 0, 0, 1)));
        let addresses = |list: &[u8]| Answer::Addresses(list.iter().map(|n| [10, 0, 0, *n].into()).collect());
        for (what, got, want) in [
            (
                "sorted, without doubles",
                answer(
                    R::NoError,
                    vec![a("a.vn.", 2), a("A.vn.", 1), a("a.vn.", 2)],
                    false,
                ),
                addresses(&[1, 2]),
            ),
            (
                "through an alias",
                answer(R::NoError, vec![alias("a.vn.", "b.vn."), a("b.vn.", 9)], false),
                addresses(&[9]),
            ),
            (
                "another name's address is not ours",
                answer(R::NoError, vec![a("c.vn.", 9)], false),
                Answer::NoData,
            ),
            ("only IPv6", answer(R::NoError, vec![v6], false), Answer::NoData),
            ("nothing", answer(R::NoError, vec![], true), Answer::NoData),
            ("no name", answer(R::NXDomain, vec![], true), Answer::NxDomain),
            (
                "dangling alias",
                answer(R::NXDomain, vec![alias("a.vn.", "b.vn.")], true),
                Answer::Dangling,
            ),
            (
                "alias proven empty",
                answer(R::NoError, vec![alias("a.vn.", "b.vn.")], true),
                Answer::NoData,
            ),
            (
                "alias not followed",
                answer(R::NoError, vec![alias("a.vn.", "b.vn.")], false),
                Answer::Alias(name("b.vn.")),
            ),
            (
                "loop of two",
                answer(
                    R::NoError,
                    vec![alias("a.vn.", "b.vn."), alias("b.vn.", "a.vn.")],
                    false,
                ),
                Answer::Loop,
            ),
            (
                "loop on itself",
                answer(R::NoError, vec![alias("a.vn.", "a.vn.")], false),
                Answer::Loop,
            ),
            ("refused", answer(R::Refused, vec![], false), Answer::Refused),
            ("failure", answer(R::ServFail, vec![], false), Answer::ServFail),
            (
                "not implemented",
                answer(R::NotImp, vec![], false),
                Answer::ServFail,
            ),
        ] {
            assert_eq!(got, want, "{what}");
        }
    }

    #[test]
    fn a_very_long_chain_counts_as_a_loop() {
        let mut aliases = Vec::new();
        let answers = (0..40)
            .map(|n| alias(&format!("n{n}.vn."), &format!("n{}.vn.", n + 1)))
            .collect();
        let long = message(ResponseCode::NoError, answers, false);
        assert_eq!(
            read(&long, &name("n0.vn."), Family::V4, &mut aliases),
            Answer::Loop
        );
    }

    fn addresses_of(bytes: &[u8]) -> usize {
        let Ok(message) = Message::from_vec(bytes) else {
            return 0;
        };
        let mut aliases = Vec::new();
        let mut found = 0;
        for family in Family::ALL {
            if let Answer::Addresses(list) = read(&message, &name("a.vn."), family, &mut aliases) {
                found += list.len();
            }
        }
        assert!(aliases.len() <= MAX_ALIASES);
        found
    }

    proptest! {
        #[test]
        fn garbage_in_an_answer_never_panics_nor_multiplies(
            noise in any::<Vec<u8>>(),
            flips in prop::collection::vec((any::<usize>(), any::<u8>()), 0..12),
            cut in any::<usize>(),
        ) {
            addresses_of(&noise);
            // An answer as it should be, with bytes turned over and its end cut off.
            let records = [alias("a.vn.", "b.vn."), alias("b.vn.", "c.gov.vn.")].into_iter();
            let four = Record::from_rdata(name("c.gov.vn."), 60, RData::A(A::new(10, 0, 0, 1)));
            let mut bytes = message(ResponseCode::NoError, records.chain([four]).collect(), true).to_vec().unwrap();
            for (at, byte) in flips {
                let at = at % bytes.len();
                bytes[at] ^= byte;
            }
            bytes.truncate(cut % (bytes.len() + 1));
            prop_assert!(addresses_of(&bytes) <= bytes.len());
        }

        #[test]
        fn random_aliases_never_run_for_ever(links in prop::collection::vec((0u8..6, 0u8..6), 0..24)) {
            let answers = links
                .iter()
                .map(|(from, to)| alias(&format!("n{from}.vn."), &format!("n{to}.vn.")))
                .collect();
            let mut aliases = Vec::new();
            let long = message(ResponseCode::NoError, answers, false);
            let _meaning = read(&long, &name("n0.vn."), Family::V4, &mut aliases);
            prop_assert!(aliases.len() <= MAX_ALIASES);
        }
    }
}
