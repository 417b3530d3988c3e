//! Name resolution as measured: no cache, no hosts file, one question a family, every failure named.
//!
//! A measuring agent must see what the name servers say now, so each lookup is one fresh question. A resolver's
//! own trouble is not the portal's: silence, failure and refusal are confirmed at a second resolver first.

mod answer;
#[cfg(test)]
pub(crate) mod fake;
mod transport;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use ems_contract::family::Family;
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::time::{Instant, timeout_at};

use self::answer::{Answer, MAX_ALIASES};
use super::fault::Fault;

/// The resolvers an agent asks.
#[derive(Debug, Clone)]
pub struct Resolver {
    servers: Vec<SocketAddr>,
}

/// A name's addresses of one family.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    /// Sorted, without doubles; never empty.
    pub list: Vec<IpAddr>,
    /// The aliases that were followed, in order.
    pub aliases: Vec<String>,
}

impl Resolver {
    /// A resolver that asks these servers; the first two are used, in turn.
    #[must_use]
    pub const fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers }
    }

    /// The system's resolvers (`/etc/resolv.conf`); none where the file has none.
    #[must_use]
    pub fn system() -> Self {
        let servers = hickory_resolver::system_conf::read_system_conf().map_or_else(
            |error| {
                tracing::warn!(%error, "no system resolver: only literal addresses can be measured");
                Vec::new()
            },
            |(config, _options)| {
                let servers = config.name_servers().iter();
                servers.map(|server| SocketAddr::new(server.ip, 53)).collect()
            },
        );
        Self { servers }
    }

    /// The servers, in the order in which they are asked.
    #[must_use]
    pub fn servers(&self) -> &[SocketAddr] {
        &self.servers
    }

    /// The addresses of `host` in `family`, found within `limit`.
    ///
    /// `turn` chooses the first resolver, so that a second attempt begins at another one.
    ///
    /// # Errors
    /// The portal's fault with the `dns_*` cause, or ours when there is no resolver to ask.
    pub async fn lookup(
        &self,
        host: &str,
        family: Family,
        limit: Duration,
        turn: usize,
    ) -> Result<Addresses, Fault> {
        let failed = |cause| Fault::portal(Stage::Dns, cause);
        let Some(count) = std::num::NonZeroUsize::new(self.servers.len()) else {
            return Err(Fault::Own(UnknownWhy::AgentBlind));
        };
        // A label over 63 characters cannot exist in DNS.
        let mut name = Name::from_ascii(host).map_err(|_long| failed(Cause::DnsNxdomain))?;
        name.set_fqdn(true);
        let start = Instant::now();
        let first = self.servers[turn % count];
        let second = self.servers[(turn + 1) % count];

        let mut aliases = Vec::new();
        let mut seen = follow(first, &name, family, start + limit * 2 / 5, &mut aliases).await;
        if !seen.as_ref().is_some_and(Answer::settles) {
            aliases.clear();
            let again = follow(second, &name, family, start + limit * 4 / 5, &mut aliases).await;
            // Failure says more than refusal, and refusal more than silence.
            seen = match (seen, again) {
                (_, Some(answer)) if answer.settles() => Some(answer),
                (Some(Answer::ServFail), _) | (_, Some(Answer::ServFail)) => Some(Answer::ServFail),
                (one, other) => one.or(other),
            };
        }
        let cause = match seen {
            Some(Answer::Addresses(list)) => {
                let aliases = aliases.iter().map(text_of).collect();
                return Ok(Addresses { list, aliases });
            }
            Some(Answer::NxDomain) => Cause::DnsNxdomain,
            Some(Answer::NoData | Answer::Alias(_)) => Cause::DnsNodata,
            Some(Answer::Dangling) => Cause::DnsCnameDangling,
            Some(Answer::Loop) => Cause::DnsCnameLoop,
            Some(Answer::Refused) => Cause::DnsRefused,
            Some(Answer::ServFail) => why_failed(&[first, second], &name, family, start + limit).await,
            None => Cause::DnsTimeout,
        };
        Err(failed(cause))
    }
}

fn text_of(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_owned()
}

/// Asks one server, following aliases it did not follow itself; `None` when nobody answers in time.
async fn follow(
    server: SocketAddr,
    name: &Name,
    family: Family,
    deadline: Instant,
    aliases: &mut Vec<Name>,
) -> Option<Answer> {
    let mut asked = name.clone();
    for _ in 0..MAX_ALIASES {
        let question = transport::ask(server, &asked, answer::record_type(family), false);
        // An ICMP refusal (no server on that port) is the same silence as no answer at all.
        let message = timeout_at(deadline, question).await.ok()?.ok()?;
        match answer::read(&message, &asked, family, aliases) {
            Answer::Alias(target) => asked = target,
            settled => return Some(settled),
        }
    }
    Some(Answer::Loop)
}

/// Tells a failure apart once two servers have failed: signatures that do not validate (the answer comes when
/// checking is disabled), a loop of aliases (resolvers answer SERVFAIL to those), or plain failure.
async fn why_failed(servers: &[SocketAddr], name: &Name, family: Family, deadline: Instant) -> Cause {
    for server in servers {
        let question = transport::ask(*server, name, answer::record_type(family), true);
        let Ok(Ok(message)) = timeout_at(deadline, question).await else {
            continue;
        };
        match answer::read(&message, name, family, &mut Vec::new()) {
            Answer::Addresses(_) | Answer::NoData | Answer::NxDomain => return Cause::DnsDnssecBogus,
            Answer::Loop => return Cause::DnsCnameLoop,
            _ => {}
        }
        if aliases_loop(*server, name, deadline).await {
            return Cause::DnsCnameLoop;
        }
    }
    Cause::DnsServfail
}

/// Whether the aliases of `name`, asked one by one, come back to one of themselves.
async fn aliases_loop(server: SocketAddr, name: &Name, deadline: Instant) -> bool {
    let mut seen = vec![name.clone()];
    for _ in 0..MAX_ALIASES {
        let asked = &seen[seen.len() - 1];
        let question = transport::ask(server, asked, RecordType::CNAME, true);
        let Ok(Ok(message)) = timeout_at(deadline, question).await else {
            return false;
        };
        let target = message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *asked => Some(target.0.clone()),
            _ => None,
        });
        match target {
            Some(target) if seen.contains(&target) => return true,
            Some(target) => seen.push(target),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
