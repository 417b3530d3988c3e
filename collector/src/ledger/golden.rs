//! One worked example for every rule, with the sums done by hand. All instants are seconds after a round one.

use ems_contract::cause::{Cause, DegradedCause, Stage, UnknownWhy};
use ems_contract::inventory::Maintenance;
use ems_contract::outcome::Outcome;
use ems_contract::plan::Limits;
use ems_contract::record::GapWhy;
use ems_contract::text::Lang;
use ems_contract::time::{UnixTime, Window};

use super::*;

const UP: Outcome = Outcome::Up;
const REFUSED: Outcome = Outcome::Down {
    stage: Stage::Connect,
    cause: Cause::TcpRefused,
};
const NO_ADDRESS: Outcome = Outcome::Down {
    stage: Stage::Dns,
    cause: Cause::DnsNodata,
};
const BLIND: Outcome = Outcome::Unknown {
    why: UnknownWhy::AgentBlind,
};

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(1_800_000_000 + seconds)
}

/// A portal watched by agents `a`, `b`, `c`, each on the network that the story names.
struct Watch {
    networks: Networks,
    v4: Vec<SlotRecord>,
    v6: Vec<SlotRecord>,
    gaps: Vec<AgentGap>,
}

impl Watch {
    fn by(agents: &[(&str, &str)]) -> Self {
        let pair = |(agent, network): &(&str, &str)| (agent.parse().unwrap(), network.parse().unwrap());
        Self {
            networks: agents.iter().map(pair).collect(),
            v4: Vec::new(),
            v6: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// One record for every outcome, from `slot` on.
    fn v4(mut self, agent: &str, slot: i64, interval_s: u32, outcomes: &[Outcome]) -> Self {
        self.v4.extend(records(agent, slot, interval_s, outcomes));
        self
    }

    fn v6(mut self, agent: &str, slot: i64, interval_s: u32, outcomes: &[Outcome]) -> Self {
        self.v6.extend(records(agent, slot, interval_s, outcomes));
        self
    }

    fn gap(mut self, agent: &str, from: i64, to: i64, why: GapWhy) -> Self {
        self.gaps.push(AgentGap {
            agent: agent.parse().unwrap(),
            window: Window::new(at(from), at(to)),
            why,
        });
        self
    }

    fn until(&self, now: i64) -> Evaluation {
        let family = |records| FamilyInput {
            expected: true,
            records,
            gaps: &self.gaps,
        };
        let inputs = Inputs {
            networks: &self.networks,
            v4: family(&self.v4),
            v6: family(&self.v6),
            rules: Rules::of(&Limits::default()),
        };
        evaluate(&Carry::start(at(0)), &inputs, at(now), &[])
    }

    /// The line of a track as text: `0-60 up [a,b]`.
    fn line(&self, track: Track, now: i64) -> Vec<String> {
        let told = self.until(now);
        told.track(track).map(written).collect()
    }
}

fn records(agent: &str, slot: i64, interval_s: u32, outcomes: &[Outcome]) -> Vec<SlotRecord> {
    let one = |(index, outcome): (usize, &Outcome)| SlotRecord {
        agent: agent.parse().unwrap(),
        slot: at(slot + i64::try_from(index).unwrap() * i64::from(interval_s)),
        interval_s,
        outcome: *outcome,
        no_address: *outcome == NO_ADDRESS,
    };
    outcomes.iter().enumerate().map(one).collect()
}

fn written(span: &Span) -> String {
    let agents: Vec<&str> = span.agents.iter().map(|agent| agent.as_str()).collect();
    let cause = span
        .cause
        .map_or(String::new(), |cause| format!("({})", cause.as_str()));
    let (from, to) = (span.from - at(0), span.to - at(0));
    format!(
        "{from}-{to} {}{cause} [{}]",
        span.state.as_str(),
        agents.join(",")
    )
}

const THREE: &[(&str, &str)] = &[("a", "vnpt"), ("b", "viettel"), ("c", "fpt")];

/// a fails from 60, b from 80: from 80 on 2 × 2 = 4 > 3 seeing, on two networks. a is back at 180, so that
/// 2 × 1 = 2 > 3 no longer holds; b's last failure holds until 200.
#[test]
fn rule_1_majority_on_two_networks() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[UP, REFUSED, REFUSED, UP, UP])
        .v4("b", 20, 60, &[UP, REFUSED, REFUSED, UP])
        .v4("c", 40, 60, &[UP, UP, UP, UP]);
    assert_eq!(
        watch.line(Track::V4, 260),
        [
            "0-60 up [a,b,c]",
            "60-80 degraded(minority) [a]",
            "80-180 down(tcp_refused) [a,b]",
            "180-200 degraded(minority) [b]",
            "200-260 up [a,b,c]",
        ]
    );
}

/// Two of three fail, but both stand in one network: 2 × 2 > 3, yet one witness only.
#[test]
fn rule_1_two_agents_of_one_network_are_one_witness() {
    let watch = Watch::by(&[("a", "vnpt"), ("b", "vnpt"), ("c", "fpt")])
        .v4("a", 0, 60, &[REFUSED; 5])
        .v4("b", 0, 60, &[REFUSED; 5])
        .v4("c", 0, 60, &[UP; 5]);
    assert_eq!(watch.line(Track::V4, 300), ["0-300 degraded(minority) [a,b]"]);
}

/// An agent that the inventory does not know is heard (2 of 2 fail), but is no second network: rule 2 applies,
/// and 3 slots × 60 s = 180 s confirm it.
#[test]
fn rule_1_an_unknown_agent_is_no_second_network() {
    let watch = Watch::by(&[("a", "vnpt")])
        .v4("a", 0, 60, &[REFUSED; 3])
        .v4("x", 0, 60, &[REFUSED; 3]);
    assert_eq!(watch.line(Track::V4, 179), ["0-179 degraded(unconfirmed) [a,x]"]);
    assert_eq!(watch.line(Track::V4, 180), ["0-180 down(tcp_refused) [a,x]"]);
}

/// A single agent. Two failing slots last 120 s < 180 s: never more than unconfirmed. Four last 240 s and count
/// from their beginning, 300.
#[test]
fn rule_2_a_run_counts_from_its_beginning() {
    let outcomes = [
        UP, REFUSED, REFUSED, UP, UP, REFUSED, REFUSED, REFUSED, REFUSED, UP,
    ];
    let watch = Watch::by(THREE).v4("a", 0, 60, &outcomes);
    assert_eq!(
        watch.line(Track::V4, 600),
        [
            "0-60 up [a]",
            "60-180 degraded(unconfirmed) [a]",
            "180-300 up [a]",
            "300-540 down(tcp_refused) [a]",
            "540-600 up [a]",
        ]
    );
    // At 479 the run has lasted 179 s, one second too little.
    assert_eq!(watch.line(Track::V4, 479)[3], "300-479 degraded(unconfirmed) [a]");
    assert_eq!(watch.line(Track::V4, 480)[3], "300-480 down(tcp_refused) [a]");
}

/// With 90 s between slots two slots last 180 s, but three must be overlapped: confirmed by the third's first
/// second, 181.
#[test]
fn rule_2_needs_three_slots_and_180_seconds() {
    let watch = Watch::by(THREE).v4("a", 0, 90, &[REFUSED; 4]);
    assert_eq!(watch.line(Track::V4, 180), ["0-180 degraded(unconfirmed) [a]"]);
    assert_eq!(watch.line(Track::V4, 181), ["0-181 down(tcp_refused) [a]"]);
}

/// A gap of one second, an `unknown` slot or a missing slot breaks a run: here 120 s + 120 s around a hole.
#[test]
fn rule_2_holes_break_a_run() {
    let fails = [REFUSED; 4];
    let gap = Watch::by(THREE)
        .v4("a", 0, 60, &fails)
        .gap("a", 120, 121, GapWhy::AgentOff);
    assert_eq!(
        gap.line(Track::V4, 240),
        [
            "0-120 degraded(unconfirmed) [a]",
            "120-121 unknown []",
            "121-240 degraded(unconfirmed) [a]",
        ]
    );
    let blind = Watch::by(THREE).v4("a", 0, 60, &[REFUSED, REFUSED, BLIND, REFUSED, REFUSED]);
    let missing = Watch::by(THREE)
        .v4("a", 0, 60, &[REFUSED, REFUSED])
        .v4("a", 180, 60, &[REFUSED, REFUSED]);
    for watch in [blind, missing] {
        assert_eq!(
            watch.line(Track::V4, 300),
            [
                "0-120 degraded(unconfirmed) [a]",
                "120-180 unknown []",
                "180-300 degraded(unconfirmed) [a]",
            ]
        );
    }
}

/// Two agents of one network. b succeeds until 150: only from there on is a's failure uncontradicted. The run
/// [150, 330) lasts 180 s and overlaps a's slots 120, 180, 240 and 300.
#[test]
fn rule_2_any_success_breaks_a_run() {
    let watch = Watch::by(&[("a", "vnpt"), ("b", "vnpt")])
        .v4("a", 0, 60, &[REFUSED; 6])
        .v4("b", 30, 60, &[UP, UP]);
    assert_eq!(
        watch.line(Track::V4, 329),
        [
            "0-30 degraded(unconfirmed) [a]",
            "30-150 degraded(minority) [a]",
            "150-329 degraded(unconfirmed) [a]",
        ]
    );
    assert_eq!(watch.line(Track::V4, 330)[2], "150-330 down(tcp_refused) [a]");
}

/// Runs of two agents overlap: a's of 200 s qualifies, b's of 160 s does not. An instant is down when it lies in
/// a's; b's rest, [200, 220), is not.
#[test]
fn rule_2_overlapping_runs_of_one_network() {
    let watch = Watch::by(&[("a", "vnpt"), ("b", "vnpt")])
        .v4("a", 0, 50, &[REFUSED, REFUSED, REFUSED, REFUSED, BLIND])
        .v4("b", 60, 40, &[REFUSED, REFUSED, REFUSED, REFUSED, BLIND]);
    assert_eq!(
        watch.line(Track::V4, 260),
        [
            "0-200 down(tcp_refused) [a,b]",
            "200-220 degraded(unconfirmed) [b]",
            "220-260 unknown []",
        ]
    );
}

/// A tie is no majority: 2 × 1 = 2 > 2 does not hold.
#[test]
fn rule_3_ties_and_defects_degrade() {
    let slow = Outcome::Degraded {
        cause: DegradedCause::SlowFirstByte,
    };
    let flaky = Outcome::Degraded {
        cause: DegradedCause::Flaky,
    };
    let watch =
        Watch::by(THREE)
            .v4("a", 0, 60, &[REFUSED, slow, slow, UP])
            .v4("b", 0, 60, &[UP, UP, flaky, UP]);
    assert_eq!(
        watch.line(Track::V4, 240),
        [
            "0-60 degraded(minority) [a]",
            "60-120 degraded(slow_first_byte) [a]",
            // One each: flaky comes first in the vocabulary. Both records are defects.
            "120-180 degraded(flaky) [a,b]",
            "180-240 up [a,b]",
        ]
    );
}

/// A blind agent leaves the denominator; when nobody is left, nobody knows.
#[test]
fn rule_4_nobody_sees() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[BLIND, BLIND, UP])
        .v4("b", 0, 60, &[UP, BLIND]);
    assert_eq!(
        watch.line(Track::V4, 240),
        [
            "0-60 up [b]",
            "60-120 unknown []",
            "120-180 up [a]",
            "180-240 unknown []"
        ]
    );
}

/// vnpt alone fails from 60 to 720 = 660 s, the others do not: a path, not an outage.
#[test]
fn rule_4_one_network_alone_is_a_path() {
    let mut outcomes = vec![UP];
    outcomes.extend([REFUSED; 11]);
    outcomes.push(UP);
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &outcomes)
        .v4("b", 0, 60, &[UP; 13]);
    let told = watch.until(780);
    assert!(told.outages.is_empty());
    let [path] = &told.paths[..] else {
        panic!("{:?}", told.paths)
    };
    assert_eq!(
        (path.from, path.to, path.network.as_str()),
        (at(60), at(720), "vnpt")
    );
    assert_eq!(path.cause.map(|cause| cause.as_str()), Some("tcp_refused"));
}

/// No AAAA: IPv6 has no time, the portal is what IPv4 says.
#[test]
fn rule_5_no_aaaa_is_absent() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[UP; 4])
        .v6("a", 0, 60, &[NO_ADDRESS; 4]);
    assert_eq!(watch.line(Track::V6, 240), ["0-240 absent [a]"]);
    assert_eq!(watch.line(Track::Overall, 240), ["0-240 up [a]"]);
}

/// The portal had IPv6 until 60. From then on its AAAA is gone: that is an outage for 30 days
/// (60 + 2,592,000 = 2,592,060), and an absence afterwards.
#[test]
fn rule_5_a_lost_aaaa_is_an_outage_for_thirty_days() {
    let month = 30 * 86_400;
    let watch = Watch::by(THREE)
        .v6("a", 0, 60, &[UP, NO_ADDRESS, NO_ADDRESS, NO_ADDRESS, NO_ADDRESS])
        .v6("a", 300, 2_592_000, &[NO_ADDRESS]);
    assert_eq!(
        watch.line(Track::V6, month + 100),
        [
            "0-60 up [a]".to_owned(),
            format!("60-{} down(dns_nodata) [a]", month + 60),
            format!("{}-{} absent [a]", month + 60, month + 100),
        ]
    );
}

/// Whether there is an AAAA is for the majority to say: one resolver in trouble does not make an outage of a
/// family that does not exist (2 × 2 = 4 > 3), but a tie does not make it vanish (2 × 1 = 2 > 2 fails).
#[test]
fn rule_5_absence_by_majority() {
    let watch = Watch::by(THREE)
        .v6("a", 0, 60, &[NO_ADDRESS, NO_ADDRESS])
        .v6("b", 0, 60, &[REFUSED, REFUSED])
        .v6("c", 0, 60, &[NO_ADDRESS, BLIND]);
    assert_eq!(
        watch.line(Track::V6, 120),
        ["0-60 absent [a,c]", "60-120 down(dns_nodata) [a,b]"]
    );
}

/// IPv4 without an address is a failure like any other: nobody without IPv6 gets in.
#[test]
fn rule_5_no_a_record_is_down() {
    let watch = Watch::by(THREE).v4("a", 0, 60, &[NO_ADDRESS; 3]);
    assert_eq!(watch.line(Track::V4, 180), ["0-180 down(dns_nodata) [a]"]);
}

/// v6 fails from 60 on while v4 works: the portal is degraded. v4 fails too from 120 to 300: down. Then v6 is not
/// observed (last record 240 holds to 300): what v4 says counts.
#[test]
fn rule_5_mixed_families_degrade() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[UP, UP, REFUSED, REFUSED, REFUSED, UP])
        .v6("a", 0, 60, &[UP, REFUSED, REFUSED, REFUSED, REFUSED]);
    assert_eq!(watch.line(Track::V4, 360)[1], "120-300 down(tcp_refused) [a]");
    assert_eq!(watch.line(Track::V6, 360)[1], "60-300 down(tcp_refused) [a]");
    assert_eq!(
        watch.line(Track::Overall, 360),
        [
            "0-60 up [a]",
            "60-120 degraded(mixed_families) [a]",
            "120-300 down(tcp_refused) [a]",
            "300-360 up [a]",
        ]
    );
    // The outage of v6 lasts 240 s, 60 s of them while the portal as a whole was not down.
    let told = watch.until(360);
    let v6 = told
        .outages
        .iter()
        .find(|outage| outage.track == Track::V6)
        .unwrap();
    assert_eq!((v6.down_s, v6.alone_s, v6.seen_working_at), (240, 60, None));
}

/// An outage that nobody saw ended goes on through time that nobody saw; its seconds do not.
#[test]
fn an_outage_lasts_until_somebody_succeeds() {
    let outcomes = [
        REFUSED, REFUSED, REFUSED, BLIND, REFUSED, REFUSED, REFUSED, BLIND, UP,
    ];
    let watch = Watch::by(THREE).v4("a", 0, 60, &outcomes);
    let told = watch.until(540);
    let [outage, _overall] = &told.outages[..] else {
        panic!("{:?}", told.outages)
    };
    // 180 s + 180 s of 540 s; the last second down is 419.
    assert_eq!((outage.from, outage.to, outage.down_s), (at(0), at(420), 360));
    assert_eq!(outage.seen_working_at, Some(at(480)));
}

/// 10 s between slots leave no room for a second attempt: one failing slot is flaky, two in a row are failures
/// from the first on. a fails at 20 alone, and at 60 and 70 with b.
#[test]
fn critical_portals_need_two_failing_slots_in_a_row() {
    let watch = Watch::by(THREE)
        .v4(
            "a",
            0,
            10,
            &[UP, UP, REFUSED, UP, UP, UP, REFUSED, REFUSED, UP, UP],
        )
        .v4(
            "b",
            0,
            10,
            &[UP, UP, UP, UP, UP, UP, REFUSED, REFUSED, REFUSED, UP],
        );
    assert_eq!(
        watch.line(Track::V4, 100),
        [
            "0-20 up [a,b]",
            "20-30 degraded(flaky) [a]",
            "30-60 up [a,b]",
            "60-80 down(tcp_refused) [a,b]",
            "80-90 degraded(minority) [b]",
            "90-100 up [a,b]",
        ]
    );
    // While the second slot is not there, the first is flaky.
    assert_eq!(watch.line(Track::V4, 70)[3], "60-70 degraded(flaky) [a,b]");
    // A hole between two failing slots: not in a row.
    let apart = Watch::by(THREE)
        .v4("a", 0, 10, &[REFUSED])
        .v4("a", 20, 10, &[REFUSED]);
    assert_eq!(
        apart.line(Track::V4, 30),
        [
            "0-10 degraded(flaky) [a]",
            "10-20 unknown []",
            "20-30 degraded(flaky) [a]"
        ]
    );
}

/// A suspect agent's failures are not heard, its successes are.
#[test]
fn a_suspect_agent_fails_unheard() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[UP, REFUSED, REFUSED, UP])
        .v4("b", 0, 60, &[UP; 4])
        .gap("a", 0, 180, GapWhy::Suspect);
    assert_eq!(watch.line(Track::V4, 240), ["0-240 up [a,b]"]);
}

/// A plan changes the cadence from 60 s to 20 s at 90: the record of 60 holds until 90 only.
#[test]
fn a_record_holds_until_the_next_slot_of_its_agent() {
    let watch = Watch::by(THREE)
        .v4("a", 0, 60, &[UP, REFUSED])
        .v4("a", 90, 20, &[UP])
        .v4("b", 0, 60, &[UP, UP]);
    assert_eq!(
        watch.line(Track::V4, 120),
        ["0-60 up [a,b]", "60-90 degraded(minority) [a]", "90-120 up [a,b]"]
    );
}

/// 1,000 s: up 0-400, down 400-640 (240 s), up 640-880, unknown 880-1,000 (120 s).
/// Maintenance 500-700, announced at 550: 550-700 = 150 s are left out, 90 s of them down and 60 s up.
#[test]
fn rules_6_to_8_accounts() {
    let span = |from: i64, to: i64, state| Span {
        from: at(from),
        to: at(to),
        state,
        cause: None,
        agents: Vec::new(),
    };
    let spans = [
        span(-100, 400, State::Up),
        span(400, 640, State::Down),
        span(640, 880, State::Up),
        span(880, 1_100, State::Unknown),
    ];
    let maintenance = [Maintenance {
        from: at(500),
        to: at(700),
        author: "Trung tâm".into(),
        reason: "Nâng cấp".into(),
        announced_at: at(550),
        excluded_at: None,
    }];
    let window = Window::new(at(0), at(1_000));
    let account = account(&spans, window, &maintenance, at(860));
    let statutory = Seconds {
        up: 640,
        down: 240,
        unknown: 120,
        ..Seconds::default()
    };
    let adjusted = Seconds {
        up: 580,
        down: 150,
        unknown: 120,
        excluded: 150,
        ..Seconds::default()
    };
    let provisional = Seconds {
        up: 20,
        unknown: 120,
        ..Seconds::default()
    };
    assert_eq!(account.statutory, statutory);
    assert_eq!(account.adjusted, adjusted);
    assert_eq!(account.provisional, provisional);
    // 640 / 880 = 72.727… %; 580 / 730 = 79.452… %; 880 / 1,000 = 88 %.
    assert_eq!(statutory.availability().percent(Lang::Vi), "72,72%");
    assert_eq!(adjusted.availability().percent(Lang::Vi), "79,45%");
    assert_eq!(statutory.coverage().percent(Lang::Vi), "88,00%");
    assert_eq!(statutory.availability().percent(Lang::En), "72.72%");
    let outages = summarise_outages(Track::V4, &spans, window);
    let expected = OutageSummary {
        count: 1,
        down_s: 240,
        longest_s: 240,
        mean_s: Some(240),
        open: false,
    };
    assert_eq!(outages, expected);
}

/// A quarter of 92 days is 7,948,800 s. 3,975 s down are 0.0500…08 %: 99.9499…% is floored to 99,94%, one
/// second less reads 99,95%.
#[test]
fn rule_7_is_floored_and_says_when_it_knows_nothing() {
    let quarter = |down| Seconds {
        up: 7_948_800 - down,
        down,
        ..Seconds::default()
    };
    assert_eq!(quarter(3_975).availability().percent(Lang::Vi), "99,94%");
    assert_eq!(quarter(3_974).availability().percent(Lang::Vi), "99,95%");
    assert_eq!(quarter(1).availability().percent(Lang::Vi), "99,99%");
    assert_eq!(quarter(0).availability().percent(Lang::Vi), "100,00%");
    let nothing = Seconds {
        unknown: 5,
        ..Seconds::default()
    };
    assert_eq!(nothing.availability().percent(Lang::Vi), "chưa đủ dữ liệu");
    assert_eq!(nothing.coverage().percent(Lang::Vi), "0,00%");
    assert_eq!(Seconds::default().coverage().percent(Lang::En), "not enough data");
}
