//! Reads the outcome of a question out of a name server's message.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use c_ares::{DnsCls, DnsFlags, DnsRcode, DnsRecord, DnsRr, DnsSection, Error};

use crate::lookup::Lookup;
use crate::types::{ErrorCode, HostEntry, Outcome};

/// The outcome of a question or a search, and how long it may be cached: not at all if `ttl` is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QueryResult {
    pub(super) outcome: Outcome,
    pub(super) ttl: Duration,
}

impl QueryResult {
    pub(super) fn failed(error: ErrorCode) -> QueryResult {
        QueryResult {
            outcome: Err(error),
            ttl: Duration::ZERO,
        }
    }

    /// The error, if the outcome is neither an answer nor a miss.
    pub(super) fn failure(&self) -> Option<ErrorCode> {
        match self.outcome {
            Err(error) if !self.is_miss() => Some(error),
            _ => None,
        }
    }

    /// Whether the search goes on to the next name.
    pub(super) fn is_miss(&self) -> bool {
        matches!(
            self.outcome,
            Err(ErrorCode::NoData | ErrorCode::HostNotFound)
        )
    }
}

/// Reads the result of the question for `name`.
pub(super) fn read(lookup: &Lookup, name: &str, answer: Result<&DnsRecord, Error>) -> QueryResult {
    match answer {
        Ok(message) => read_message(lookup, name, message),
        Err(error) => QueryResult::failed(code(error)),
    }
}

/// The error code of a question that c-ares fails.
fn code(error: Error) -> ErrorCode {
    match error {
        Error::ENOTFOUND => ErrorCode::HostNotFound,
        Error::ENODATA => ErrorCode::NoData,
        // The name, as the search list completed it, cannot exist.
        Error::EBADNAME | Error::EBADQUERY => ErrorCode::HostNotFound,
        // The server is silent, unreachable or busy, or this machine is short of memory.
        Error::ESERVFAIL
        | Error::ETIMEOUT
        | Error::ECONNREFUSED
        | Error::EOF
        | Error::ENOMEM
        | Error::ECANCELLED
        | Error::EDESTRUCTION => ErrorCode::TryAgain,
        _ => ErrorCode::NoRecovery,
    }
}

fn read_message(lookup: &Lookup, name: &str, message: &DnsRecord) -> QueryResult {
    if !message.flags().contains(DnsFlags::QR) {
        // A message that is a question is no answer.
        return QueryResult::failed(ErrorCode::NoRecovery);
    }
    match message.rcode() {
        DnsRcode::NoError => {}
        DnsRcode::NXDomain => {
            let chain = Chain::follow(name, message);
            let ttl = chain.map_or(Duration::MAX, |chain| chain.ttl);
            return missing(ErrorCode::HostNotFound, message, ttl);
        }
        DnsRcode::ServFail => return QueryResult::failed(ErrorCode::TryAgain),
        _ => return QueryResult::failed(ErrorCode::NoRecovery),
    }
    let Some(chain) = Chain::follow(name, message) else {
        return QueryResult::failed(ErrorCode::NoRecovery);
    };
    let mut ttl = chain.ttl;
    let records = of_internet(message, DnsSection::Answer);
    let records = records.filter(|record| record.name().eq_ignore_ascii_case(chain.last));
    let mut limit_ttl = |record: &DnsRr| ttl = ttl.min(time_to_live(record.ttl()));
    let entry = match lookup {
        Lookup::HostByAddress(address) => {
            let names = records.filter_map(|record| {
                let name = record.as_ptr_rr()?.dname();
                limit_ttl(record);
                Some(shown(name))
            });
            by_address(*address, names)
        }
        _ => {
            let addresses: Vec<Ipv4Addr> = records
                .filter_map(|record| {
                    let address = record.as_a()?.addr();
                    limit_ttl(record);
                    Some(address)
                })
                .collect();
            let aliases = chain.aliases.into_iter().map(shown);
            (!addresses.is_empty())
                .then(|| HostEntry::new(shown(chain.last), addresses).with_aliases(aliases))
        }
    };
    match entry {
        Some(entry) => QueryResult {
            outcome: Ok(Arc::new(entry.into())),
            ttl,
        },
        None => missing(ErrorCode::NoData, message, ttl),
    }
}

fn by_address(address: Ipv4Addr, mut names: impl Iterator<Item = String>) -> Option<HostEntry> {
    let first = names.next()?;
    Some(HostEntry::new(first, [address]).with_aliases(names))
}

/// The CNAME chain from the requested name to the name that has the records.
struct Chain<'a> {
    last: &'a str,
    /// The names before `last`, in order.
    aliases: Vec<&'a str>,
    ttl: Duration,
}

impl<'a> Chain<'a> {
    /// Follows the chain. `None` if it is a loop.
    fn follow(name: &'a str, message: &'a DnsRecord) -> Option<Chain<'a>> {
        let mut targets = HashMap::new();
        for record in of_internet(message, DnsSection::Answer) {
            if let Some(cname) = record.as_cname() {
                // Of two CNAMEs for one name, which is malformed, the first counts.
                targets
                    .entry(record.name().to_ascii_lowercase())
                    .or_insert((cname.cname(), record.ttl()));
            }
        }
        let mut chain = Chain {
            last: name,
            aliases: Vec::new(),
            ttl: Duration::MAX,
        };
        while let Some((target, record_ttl)) = targets.get(&chain.last.to_ascii_lowercase()) {
            if chain.aliases.len() == targets.len() {
                return None;
            }
            chain.aliases.push(chain.last);
            chain.last = target;
            chain.ttl = chain.ttl.min(time_to_live(*record_ttl));
        }
        Some(chain)
    }
}

/// The result for a name or record that does not exist. It may be cached as long as the zone says
/// (RFC 2308), and at most for `ttl`, that of the CNAMEs on the way.
fn missing(error: ErrorCode, message: &DnsRecord, ttl: Duration) -> QueryResult {
    let zone = of_internet(message, DnsSection::Authority)
        .find_map(|record| Some((record.ttl(), record.as_soa()?.minimum())));
    QueryResult {
        outcome: Err(error),
        ttl: zone.map_or(Duration::ZERO, |(zone_ttl, minimum)| {
            let zone = time_to_live(zone_ttl).min(time_to_live(minimum));
            zone.min(ttl)
        }),
    }
}

/// The records of the class IN.
fn of_internet(message: &DnsRecord, section: DnsSection) -> impl Iterator<Item = &DnsRr> {
    message
        .rrs(section)
        .filter(|record| record.dns_class() == DnsCls::IN)
}

/// A TTL as a duration. One with the highest bit set is 0 (RFC 2181).
fn time_to_live(seconds: u32) -> Duration {
    let seconds = if seconds > i32::MAX.unsigned_abs() {
        0
    } else {
        seconds
    };
    Duration::from_secs(seconds.into())
}

/// A name as text. c-ares escapes bytes that no host name has: a NUL is `\000`, a dot within a
/// label is `\.`.
fn shown(name: &str) -> String {
    if name.is_empty() { "." } else { name }.to_owned()
}

#[cfg(test)]
mod tests;
