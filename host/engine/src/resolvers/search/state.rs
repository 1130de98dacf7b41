//! The walk through the names of a search.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::{Search, SearchList, given_name};
use crate::lookup::Lookup;
use crate::types::ErrorCode;

/// How the question for one name of a search has ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// A server says that the name, or its record, does not exist: the error, and how long it may
    /// be cached.
    Missing(ErrorCode, Duration),
    /// Servers have answered with SERVFAIL.
    ServFail,
    /// No server has answered, or they refuse.
    Failed(ErrorCode),
}

/// What a search does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It asks for [`SearchState::name`].
    Ask,
    /// It has found nothing: the error, and how long that may be cached.
    End(ErrorCode, Duration),
}

/// Where a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SearchState {
    at: Position,
    /// The next domain to try.
    next_domain: usize,
    /// Whether the name was asked as it was given.
    asked_as_given: bool,
    /// The error of the name as it was given, if that was the first name.
    first_error: Option<ErrorCode>,
    is_known: bool,
    failure: Option<ErrorCode>,
    /// How long the misses so far may be cached.
    ttl: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    AsGiven,
    Domain(usize),
}

impl SearchState {
    /// Begins a search. WSAEACCES if no name may be asked: the policy forbids all that the list
    /// makes, and the settings forbid the name as it was given.
    pub(crate) fn new(search: &Search, list: &SearchList) -> Result<SearchState, ErrorCode> {
        let mut state = SearchState {
            at: Position::AsGiven,
            next_domain: 0,
            asked_as_given: false,
            first_error: None,
            is_known: false,
            failure: None,
            ttl: Duration::MAX,
        };
        if list.is_as_given_first(&search.lookup) {
            state.asked_as_given = true;
            return Ok(state);
        }
        match state.go_on(search, list) {
            Next::Ask => Ok(state),
            Next::End(..) => Err(ErrorCode::AccessDenied),
        }
    }

    /// The name that the search is at.
    pub(crate) fn name<'a>(&self, search: &'a Search, list: &SearchList) -> Cow<'a, str> {
        match (&search.lookup, self.at) {
            (Lookup::HostByAddress(address) | Lookup::NameOf(IpAddr::V4(address)), _) => {
                Cow::Owned(reverse(*address))
            }
            (Lookup::NameOf(IpAddr::V6(address)), _) => Cow::Owned(reverse_ipv6(*address)),
            (lookup, Position::AsGiven) => Cow::Borrowed(given_name(lookup)),
            (lookup, Position::Domain(i)) => {
                Cow::Owned(format!("{}.{}", given_name(lookup), list.domains[i]))
            }
        }
    }

    /// The name that the search is at, as a lookup that no domain completes has it. The name as it
    /// was given keeps its trailing dot.
    pub(crate) fn name_as_lookup(&self, search: &Search, list: &SearchList) -> Box<str> {
        match self.at {
            Position::AsGiven => search.lookup.host_name().unwrap_or_default().into(),
            Position::Domain(_) => self.name(search, list).into(),
        }
    }

    /// Whether the search is at the name as it was given, before any other.
    pub(crate) fn is_first_as_given(&self) -> bool {
        self.at == Position::AsGiven && self.next_domain == 0
    }

    /// How long an answer for the current name may be cached at most: it depends on the misses
    /// before it.
    pub(crate) fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Records that the current name has no answer, and moves to the next name.
    pub(crate) fn next(&mut self, miss: Miss, search: &Search, list: &SearchList) -> Next {
        let (error, ttl) = match miss {
            Miss::Missing(error, ttl) => (error, ttl),
            Miss::ServFail => (ErrorCode::TryAgain, Duration::ZERO),
            Miss::Failed(error) => (error, Duration::ZERO),
        };
        self.ttl = self.ttl.min(ttl);
        if self.is_first_as_given() {
            self.first_error = Some(error);
        }
        match miss {
            Miss::Missing(error, _) => self.is_known |= error == ErrorCode::NoData,
            // Another domain may have the name, so the list goes on.
            Miss::ServFail => self.record_failure(error),
            Miss::Failed(_) => {
                self.record_failure(error);
                // The other domains would take the servers' time as well. The name as it was given
                // counts as no domain.
                if self.at != Position::AsGiven {
                    self.next_domain = list.domains.len();
                }
            }
        }
        self.go_on(search, list)
    }

    /// A temporary failure takes precedence, because a server may answer later.
    fn record_failure(&mut self, error: ErrorCode) {
        if self.failure != Some(ErrorCode::TryAgain) {
            self.failure = Some(error);
        }
    }

    fn go_on(&mut self, search: &Search, list: &SearchList) -> Next {
        let Some(name) = search.lookup.host_name() else {
            return self.end();
        };
        let has_list = !list.domains.is_empty() && !name.ends_with('.');
        while has_list && self.next_domain < list.domains.len() {
            let domain = self.next_domain;
            self.next_domain += 1;
            if list.domains[domain].is_empty() {
                if !self.asked_as_given {
                    return self.ask_as_given();
                }
            } else if search.allows(domain) {
                self.at = Position::Domain(domain);
                return Next::Ask;
            }
        }
        let is_bare = !name.contains('.');
        if self.asked_as_given || has_list && is_bare && list.no_tld_query {
            return self.end();
        }
        self.ask_as_given()
    }

    fn ask_as_given(&mut self) -> Next {
        self.asked_as_given = true;
        self.at = Position::AsGiven;
        Next::Ask
    }

    /// The error of a search that has asked for every name. A name that is known somewhere is not
    /// unknown, and neither is one whose servers fail (`S-R15`).
    fn end(&self) -> Next {
        let error = match (self.first_error, self.is_known, self.failure) {
            (Some(error), ..) => error,
            (None, true, _) => ErrorCode::NoData,
            (None, false, failure) => failure.unwrap_or(ErrorCode::HostNotFound),
        };
        Next::End(error, self.ttl)
    }
}

/// The name under `ip6.arpa` that has an address' PTR records: its digits, the last one first.
fn reverse_ipv6(address: Ipv6Addr) -> String {
    let digits = address.octets().into_iter().rev();
    let digits = digits.flat_map(|octet| [octet & 0xf, octet >> 4]);
    let mut name = String::with_capacity(72);
    for digit in digits {
        name.extend(char::from_digit(digit.into(), 16));
        name.push('.');
    }
    name.push_str("ip6.arpa");
    name
}

/// The name under `in-addr.arpa` that has an address' PTR records.
fn reverse(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}
