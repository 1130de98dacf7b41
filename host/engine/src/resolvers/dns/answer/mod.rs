//! Decides what a name server's message says of a question.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::message::{Records, Response, rcode};
use crate::lookup::Lookup;
use crate::types::{AddressList, Answer, ErrorCode, HostEntry, Outcome};

/// The outcome of a question, and how long it may be cached: not at all if `ttl` is 0.
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

/// Decides the result of the question for `name`, which the answer shows as it is here.
pub(super) fn read(lookup: &Lookup, name: &str, mut response: Response) -> QueryResult {
    if response.is_failure() {
        return QueryResult::failed(match response.rcode {
            rcode::SERV_FAIL => ErrorCode::TryAgain,
            _ => ErrorCode::NoRecovery,
        });
    }
    let Some(records) = response.records.take() else {
        return QueryResult::failed(ErrorCode::NoRecovery);
    };
    if response.rcode == rcode::NX_DOMAIN {
        missing(ErrorCode::HostNotFound, &records)
    } else if response.is_referral(&records) {
        QueryResult::failed(ErrorCode::TryAgain)
    } else if records.is_loop {
        QueryResult::failed(ErrorCode::NoRecovery)
    } else {
        found(lookup, name, records)
    }
}

fn found(lookup: &Lookup, name: &str, records: Records) -> QueryResult {
    if !records.has_wanted() {
        return missing(ErrorCode::NoData, &records);
    }
    let ttl = Duration::from_secs(records.ttl.into());
    let answer = match lookup {
        Lookup::NameOf(_) => Answer::Name(records.names.into_iter().next().unwrap_or_default()),
        Lookup::Addresses { .. } => {
            let canonical = records.canonical.unwrap_or_else(|| name.to_owned());
            let addresses = records.ipv6.into_iter().map(IpAddr::from);
            AddressList::new(Some(canonical), addresses).into()
        }
        Lookup::HostByAddress(address) => {
            let mut names = records.names.into_iter();
            let first = names.next().unwrap_or_default();
            HostEntry::new(first, [*address]).with_aliases(names).into()
        }
        _ => match records.canonical {
            Some(last) => {
                let aliases = [name.to_owned()].into_iter().chain(records.aliases);
                let entry = HostEntry::new(last, records.addresses);
                entry.with_aliases(aliases).into()
            }
            None => HostEntry::new(name, records.addresses).into(),
        },
    };
    QueryResult {
        outcome: Ok(Arc::new(answer)),
        ttl,
    }
}

/// The result for a name or record that does not exist. It may be cached as long as the zone says
/// (RFC 2308), and at most as long as the CNAMEs on the way.
fn missing(error: ErrorCode, records: &Records) -> QueryResult {
    let ttl = records.negative_ttl.map_or(0, |ttl| ttl.min(records.ttl));
    QueryResult {
        outcome: Err(error),
        ttl: Duration::from_secs(ttl.into()),
    }
}

#[cfg(test)]
mod tests;
