//! What a name server's message means.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use c_ares::{DnsCls, DnsFlags, DnsRcode, DnsRecord, DnsRr, DnsSection, Error};

use crate::lookup::Lookup;
use crate::types::{ErrorCode, HostEntry, Outcome};

/// An outcome, and for how long it may be kept: for no time, if that is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) outcome: Outcome,
    pub(super) life: Duration,
}

impl Found {
    pub(super) fn failed(error: ErrorCode) -> Found {
        Found {
            outcome: Err(error),
            life: Duration::ZERO,
        }
    }

    /// What one name of a search and those after it come to: the first that is no miss, else that one
    /// of the names is known, if one is (`S-R15`).
    pub(super) fn then(self, next: Found) -> Found {
        match (&self.outcome, &next.outcome) {
            (Err(ErrorCode::NoData), Err(ErrorCode::HostNotFound)) => Found {
                life: self.life.min(next.life),
                ..self
            },
            (_, Err(ErrorCode::NoData | ErrorCode::HostNotFound)) => Found {
                life: self.life.min(next.life),
                ..next
            },
            // An answer stands on the misses before it: it may be kept as long as they.
            (_, Ok(_)) => Found {
                life: self.life.min(next.life),
                ..next
            },
            _ => next,
        }
    }

    /// Why it is neither an answer nor a miss, if it is none.
    pub(super) fn failure(&self) -> Option<ErrorCode> {
        match self.outcome {
            Err(error) if !self.is_miss() => Some(error),
            _ => None,
        }
    }

    /// Whether another name of the search may have it.
    pub(super) fn is_miss(&self) -> bool {
        matches!(
            self.outcome,
            Err(ErrorCode::NoData | ErrorCode::HostNotFound)
        )
    }
}

/// What came of the question for `name`.
pub(super) fn read(lookup: &Lookup, name: &str, answer: Result<&DnsRecord, Error>) -> Found {
    match answer {
        Ok(message) => read_message(lookup, name, message),
        Err(error) => Found::failed(code(error)),
    }
}

/// What it means that there is no message to be read.
fn code(error: Error) -> ErrorCode {
    match error {
        Error::ENOTFOUND => ErrorCode::HostNotFound,
        Error::ENODATA => ErrorCode::NoData,
        // Together with the search list it is a name that cannot be.
        Error::EBADNAME | Error::EBADQUERY => ErrorCode::HostNotFound,
        // Silent, gone, busy; or this machine is short of something.
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

fn read_message(lookup: &Lookup, name: &str, message: &DnsRecord) -> Found {
    if !message.flags().contains(DnsFlags::QR) {
        // A question, which means nothing.
        return Found::failed(ErrorCode::NoRecovery);
    }
    match message.rcode() {
        DnsRcode::NoError => {}
        DnsRcode::NXDomain => {
            let chain = Chain::follow(name, message);
            let life = chain.map_or(Duration::MAX, |chain| chain.life);
            return missing(ErrorCode::HostNotFound, message, life);
        }
        DnsRcode::ServFail => return Found::failed(ErrorCode::TryAgain),
        _ => return Found::failed(ErrorCode::NoRecovery),
    }
    let Some(chain) = Chain::follow(name, message) else {
        return Found::failed(ErrorCode::NoRecovery);
    };
    let mut life = chain.life;
    let records = of_internet(message, DnsSection::Answer);
    let records = records.filter(|record| record.name().eq_ignore_ascii_case(chain.last));
    let mut live = |record: &DnsRr| life = life.min(time_to_live(record.ttl()));
    let entry = match lookup {
        Lookup::HostByAddress(address) => {
            let names = records.filter_map(|record| {
                let name = record.as_ptr_rr()?.dname();
                live(record);
                Some(shown(name))
            });
            by_address(*address, names)
        }
        _ => {
            let addresses: Vec<Ipv4Addr> = records
                .filter_map(|record| {
                    let address = record.as_a()?.addr();
                    live(record);
                    Some(address)
                })
                .collect();
            let aliases = chain.aliases.into_iter().map(shown);
            (!addresses.is_empty())
                .then(|| HostEntry::new(shown(chain.last), addresses).with_aliases(aliases))
        }
    };
    match entry {
        Some(entry) => Found {
            outcome: Ok(Arc::new(entry.into())),
            life,
        },
        None => missing(ErrorCode::NoData, message, life),
    }
}

fn by_address(address: Ipv4Addr, mut names: impl Iterator<Item = String>) -> Option<HostEntry> {
    let first = names.next()?;
    Some(HostEntry::new(first, [address]).with_aliases(names))
}

/// The names from the one that was asked for to the one that has the records.
struct Chain<'a> {
    last: &'a str,
    /// Those before it, in their order.
    aliases: Vec<&'a str>,
    life: Duration,
}

impl<'a> Chain<'a> {
    /// None for one that comes back to itself.
    fn follow(name: &'a str, message: &'a DnsRecord) -> Option<Chain<'a>> {
        let mut targets = HashMap::new();
        for record in of_internet(message, DnsSection::Answer) {
            if let Some(cname) = record.as_cname() {
                // Of two for one name, which is malformed, the first.
                targets
                    .entry(record.name().to_ascii_lowercase())
                    .or_insert((cname.cname(), record.ttl()));
            }
        }
        let mut chain = Chain {
            last: name,
            aliases: Vec::new(),
            life: Duration::MAX,
        };
        while let Some((target, ttl)) = targets.get(&chain.last.to_ascii_lowercase()) {
            if chain.aliases.len() == targets.len() {
                return None;
            }
            chain.aliases.push(chain.last);
            chain.last = target;
            chain.life = chain.life.min(time_to_live(*ttl));
        }
        Some(chain)
    }
}

/// The name itself is not there, or not what was asked of it: for as long as the zone says (RFC 2308), and as the names on
/// the way to it live.
fn missing(error: ErrorCode, message: &DnsRecord, life: Duration) -> Found {
    let zone = of_internet(message, DnsSection::Authority)
        .find_map(|record| Some((record.ttl(), record.as_soa()?.minimum())));
    Found {
        outcome: Err(error),
        life: zone.map_or(Duration::ZERO, |(ttl, minimum)| {
            let zone = time_to_live(ttl).min(time_to_live(minimum));
            zone.min(life)
        }),
    }
}

/// Records of the class that was asked for.
fn of_internet(message: &DnsRecord, section: DnsSection) -> impl Iterator<Item = &DnsRr> {
    message
        .rrs(section)
        .filter(|record| record.dns_class() == DnsCls::IN)
}

/// RFC 2181: with the highest bit set it is 0.
fn time_to_live(seconds: u32) -> Duration {
    let seconds = if seconds > i32::MAX.unsigned_abs() {
        0
    } else {
        seconds
    };
    Duration::from_secs(seconds.into())
}

/// A name for people and guests. c-ares has written out what is no letter of a name: `\000` is a NUL, `\.` a
/// dot within a label.
fn shown(name: &str) -> String {
    if name.is_empty() { "." } else { name }.to_owned()
}

#[cfg(test)]
mod tests;
