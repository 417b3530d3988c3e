//! The authoritative servers of a name: found through the delegation, each asked over each of its addresses.
//!
//! A resolver says "failure" whatever ails the zone. Only its own servers tell refusal, silence, failure and
//! lameness apart, and only asking every address shows that one of them is dead.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ems_contract::cause::Cause;
use ems_contract::destination::Destinations;
use ems_contract::facts::{NameServer, QueryStatus, Share};
use ems_contract::family::Family;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::task::JoinSet;

use super::answer::record_type;
use super::question::ask_authority;
use super::{Resolver, text_of};

/// Servers and addresses asked at most: a zone has two to thirteen servers.
const MAX_SERVERS: usize = 16;
/// How long one server may take for one answer.
const LIMIT: Duration = Duration::from_secs(3);

/// A zone and its servers.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The zone that holds the name.
    zone: Name,
    servers: Vec<(Name, Vec<IpAddr>)>,
    /// Whether some authoritative server, of this zone or one above, answered this machine directly: only then does
    /// silence speak against a server and not against a firewall around us.
    heard: bool,
}

impl Authority {
    /// The zone's name.
    #[must_use]
    pub fn zone(&self) -> String {
        text_of(&self.zone)
    }

    /// Asks every address of every server for the zone's SOA.
    pub async fn survey(&self) -> Vec<NameServer> {
        let mut found = self.ask_all(&self.zone, RecordType::SOA).await;
        for (name, addresses) in &self.servers {
            if addresses.is_empty() {
                found.push(NameServer {
                    name: text_of(name),
                    address: None,
                    answer: QueryStatus::Unknown,
                });
            }
        }
        found.sort_unstable_by(|a, b| (&a.name, a.address).cmp(&(&b.name, b.address)));
        found
    }

    /// Why the addresses of `host` in `family` cannot be had, as its own servers tell; none where one of them answers,
    /// or where no authoritative server can be asked from here.
    pub async fn why(&self, host: &str, family: Family) -> Option<Cause> {
        let mut name = Name::from_ascii(host).ok()?;
        name.set_fqdn(true);
        let answers = self.ask_all(&name, record_type(family)).await;
        let any = |status| answers.iter().any(|server| server.answer == status);
        if any(QueryStatus::Ok) || any(QueryStatus::Nodata) {
            return None;
        }
        // What an answering server says weighs more than silence.
        [
            (QueryStatus::Nxdomain, Cause::DnsNxdomain),
            (QueryStatus::Servfail, Cause::DnsServfail),
            (QueryStatus::Refused, Cause::DnsRefused),
            (QueryStatus::Lame, Cause::DnsLame),
            (QueryStatus::Timeout, Cause::DnsTimeout),
        ]
        .into_iter()
        .find_map(|(status, cause)| any(status).then_some(cause))
        .filter(|cause| *cause != Cause::DnsTimeout || self.heard)
    }

    async fn ask_all(&self, name: &Name, kind: RecordType) -> Vec<NameServer> {
        let mut asked = JoinSet::new();
        for (server, addresses) in &self.servers {
            for address in addresses {
                let (server, name, address) = (text_of(server), name.clone(), *address);
                asked.spawn(async move {
                    let answered = ask_authority(SocketAddr::new(address, 53), &name, kind, LIMIT).await;
                    NameServer {
                        name: server,
                        address: Some(address),
                        answer: answered.status,
                    }
                });
            }
        }
        asked.join_all().await
    }
}

/// How many servers (by name) answer over at least one address, and how many over IPv6.
#[must_use]
pub fn shares(servers: &[NameServer]) -> (Share, Share) {
    let mut names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    names.dedup();
    // "No such record" with authority is an answer too: sloppy servers know no SOA.
    let serves = |server: &NameServer| matches!(server.answer, QueryStatus::Ok | QueryStatus::Nodata);
    let of =
        |name: &str, test: &dyn Fn(&NameServer) -> bool| servers.iter().any(|s| s.name == name && test(s));
    let is_six = |server: &NameServer| server.address.is_some_and(|a| a.is_ipv6());
    let answering = names.iter().filter(|name| of(name, &serves)).count();
    let ok = match answering {
        0 if servers.iter().all(|server| server.answer == QueryStatus::Unknown) => Share::Unknown,
        0 => Share::None,
        count if count == names.len() => Share::All,
        _ => Share::Some,
    };
    let having = names.iter().filter(|name| of(name, &is_six)).count();
    let over_six = names
        .iter()
        .filter(|name| of(name, &|server| is_six(server) && serves(server)))
        .count();
    let unknown = servers
        .iter()
        .any(|server| is_six(server) && server.answer == QueryStatus::Unknown);
    let six = match (having, over_six) {
        (0, _) => Share::None,
        (_, 0) if unknown => Share::Unknown,
        (_, 0) => Share::Unreachable,
        (_, count) if count == names.len() => Share::All,
        _ => Share::Some,
    };
    (ok, six)
}

impl Resolver {
    /// Finds the authoritative servers of `host`: from the nearest ancestor that the resolver can still answer for,
    /// down the delegation. None where even the top cannot be asked.
    ///
    /// Addresses that `said` does not permit are left out: whoever writes a zone must not steer an agent at the
    /// machines around it.
    pub async fn authority(&self, host: &str, said: &Destinations<'_>, limit: Duration) -> Option<Authority> {
        let mut name = Name::from_ascii(host).ok()?;
        name.set_fqdn(true);
        let (mut zone, names) = self.nearest_zone(name.clone(), limit).await?;
        let mut known = self.addresses(names, None, said, limit).await;
        let mut heard = false;
        // What the zone says of itself and what the zone above says of it may differ: visitors are sent by the latter.
        if !zone.is_root()
            && let Some((above, names)) = self.nearest_zone(zone.base_name(), limit).await
        {
            let parents = self.addresses(names, None, said, limit).await;
            let said_above = referral(&parents, &zone, &above).await;
            heard |= said_above.is_some();
            if let Some((cut, message)) = said_above.flatten()
                && cut == zone
            {
                let delegated = name_servers(&message.authorities, &cut);
                let missing = delegated
                    .into_iter()
                    .filter(|server| known.iter().all(|(name, _)| name != server));
                let more = self
                    .addresses(missing.collect(), Some(&message), said, limit)
                    .await;
                known.extend(more);
            }
        }
        // The resolver may have stopped above a cut that is broken: follow referrals of the zone's own servers.
        for _ in 0..4 {
            if zone == name {
                break;
            }
            let told = referral(&known, &name, &zone).await;
            heard |= told.is_some();
            let Some((cut, message)) = told.flatten() else {
                break;
            };
            let names = name_servers(&message.authorities, &cut);
            known = self.addresses(names, Some(&message), said, limit).await;
            zone = cut;
        }
        Some(Authority {
            zone,
            servers: known,
            heard,
        })
    }

    /// The nearest zone at or above `name` whose servers the resolver can name, and those.
    async fn nearest_zone(&self, name: Name, limit: Duration) -> Option<(Name, Vec<Name>)> {
        let mut zone = name;
        loop {
            let answered = self.question(&zone, RecordType::NS, limit).await;
            let names = answered
                .message
                .map(|message| name_servers(&message.answers, &zone));
            match names {
                Some(names) if !names.is_empty() => return Some((zone, names)),
                _ if zone.is_root() => return None,
                _ => zone = zone.base_name(),
            }
        }
    }

    /// The addresses of name servers: from the glue of a referral, else by asking.
    async fn addresses(
        &self,
        names: Vec<Name>,
        glue: Option<&Message>,
        said: &Destinations<'_>,
        limit: Duration,
    ) -> Vec<(Name, Vec<IpAddr>)> {
        let mut found = Vec::new();
        for name in names.into_iter().take(MAX_SERVERS) {
            let mut addresses = glue
                .map(|message| addresses_of(message, &name))
                .unwrap_or_default();
            if addresses.is_empty() {
                let (four, six) = tokio::join!(
                    self.question(&name, RecordType::A, limit),
                    self.question(&name, RecordType::AAAA, limit)
                );
                for answered in [four, six] {
                    addresses.extend(
                        answered
                            .message
                            .iter()
                            .flat_map(|message| addresses_of(message, &name)),
                    );
                }
            }
            addresses.retain(|address| said.permit(*address));
            addresses.sort_unstable();
            addresses.dedup();
            addresses.truncate(MAX_SERVERS);
            found.push((name, addresses));
        }
        found
    }
}

/// The names of the NS records of `zone`.
fn name_servers(records: &[hickory_proto::rr::Record], zone: &Name) -> Vec<Name> {
    let mut names: Vec<Name> = records
        .iter()
        .filter(|record| record.name == *zone)
        .filter_map(|record| match &record.data {
            RData::NS(name) => Some(name.0.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn addresses_of(message: &Message, name: &Name) -> Vec<IpAddr> {
    let records = message.answers.iter().chain(&message.additionals);
    records
        .filter(|record| record.name == *name)
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(address.0.into()),
            RData::AAAA(address) => Some(address.0.into()),
            _ => None,
        })
        .collect()
}

/// Where the servers of `zone` refer a question for `name`: the cut below, and the message that says so; inner none
/// where they refer nowhere, outer none where not one answers.
async fn referral(
    servers: &[(Name, Vec<IpAddr>)],
    name: &Name,
    zone: &Name,
) -> Option<Option<(Name, Message)>> {
    let addresses = servers.iter().flat_map(|(_, addresses)| addresses);
    for address in addresses.take(4) {
        let answered = ask_authority(SocketAddr::new(*address, 53), name, RecordType::A, LIMIT).await;
        let Some(message) = answered.message else { continue };
        let cut = message
            .authorities
            .iter()
            .find(|record| {
                record.record_type() == RecordType::NS
                    && record.name != *zone
                    && zone.zone_of(&record.name)
                    && record.name.zone_of(name)
            })
            .map(|record| record.name.clone());
        return Some(
            cut.filter(|_| answered.status == QueryStatus::Lame)
                .map(|cut| (cut, message)),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str, address: &str, answer: QueryStatus) -> NameServer {
        NameServer {
            name: name.to_owned(),
            address: address.parse().ok(),
            answer,
        }
    }

    #[test]
    fn servers_are_counted_by_name() {
        use QueryStatus::{Lame, Ok, Timeout, Unknown};
        for (what, servers, want) in [
            (
                "both over both",
                vec![
                    server("a", "10.0.0.1", Ok),
                    server("a", "2001:db8::1", Ok),
                    server("b", "10.0.0.2", Ok),
                    server("b", "2001:db8::2", Ok),
                ],
                (Share::All, Share::All),
            ),
            (
                "one dead, one without IPv6",
                vec![server("a", "10.0.0.1", Ok), server("b", "10.0.0.2", Timeout)],
                (Share::Some, Share::None),
            ),
            (
                "IPv6 silent",
                vec![server("a", "10.0.0.1", Ok), server("a", "2001:db8::1", Timeout)],
                (Share::All, Share::Unreachable),
            ),
            (
                "no IPv6 here",
                vec![server("a", "10.0.0.1", Ok), server("a", "2001:db8::1", Unknown)],
                (Share::All, Share::Unknown),
            ),
            (
                "lame",
                vec![server("a", "10.0.0.1", Lame)],
                (Share::None, Share::None),
            ),
        ] {
            assert_eq!(shares(&servers), want, "{what}");
        }
    }
}
