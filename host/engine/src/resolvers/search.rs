//! The search list: which names a lookup is asked by, in which order, and what comes of them.
//!
//! The order and the errors are those of glibc, except where `docs/resolvers.md` says otherwise.
//! Nothing here asks a server: the event loop sends the questions.

#![cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`System` uses the search list alone")
)]

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::special;
use crate::lookup::Lookup;
use crate::names::{self, HostName};
use crate::policy::Policy;
use crate::types::ErrorCode;

/// The longest name of DNS, without its trailing dot. Units: bytes.
const MAX_NAME_BYTES: usize = 253;
/// The most domains of a search list.
pub(crate) const MAX_DOMAINS: usize = 64;

/// The settings of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchList {
    /// Domains without trailing dots. The root is empty, and stands for the name as it was given.
    pub(crate) domains: Vec<Box<str>>,
    /// A name with as many dots is asked as it was given first.
    pub(crate) ndots: u8,
    /// Whether a name without a dot is never asked as it was given.
    pub(crate) no_tld_query: bool,
}

impl Default for SearchList {
    fn default() -> SearchList {
        SearchList {
            domains: Vec::new(),
            ndots: 1,
            no_tld_query: false,
        }
    }
}

/// A lookup, and the domains that may complete its name. Equal searches ask the same questions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Search {
    pub(crate) lookup: Lookup,
    /// One bit for each domain, from the lowest.
    domains: u64,
}

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

impl SearchList {
    /// Whether a name is asked as it was given before the search list completes it.
    pub(crate) fn is_as_given_first(&self, lookup: &Lookup) -> bool {
        match lookup {
            Lookup::HostByName(name) => {
                let dots = name.bytes().filter(|&byte| byte == b'.').count();
                self.domains.is_empty() || name.ends_with('.') || dots >= usize::from(self.ndots)
            }
            _ => true,
        }
    }
}

impl From<Lookup> for Search {
    /// A search by no domain.
    fn from(lookup: Lookup) -> Search {
        Search { lookup, domains: 0 }
    }
}

impl Search {
    /// A search by the domains whose names the policy allows (`S-R16`). Without a policy, that is
    /// the root alone.
    pub(crate) fn new(lookup: Lookup, list: &SearchList, policy: Option<&Policy>) -> Search {
        let mut domains = 0;
        if let Lookup::HostByName(name) = &lookup
            && !name.ends_with('.')
        {
            let mut full = String::new();
            for (i, domain) in list.domains.iter().take(MAX_DOMAINS).enumerate() {
                let is_allowed = domain.is_empty() || {
                    full.clear();
                    full.extend([name, ".", domain]);
                    full.len() <= MAX_NAME_BYTES
                        && !special::is_special(&full)
                        && policy.is_some_and(|policy| policy.allows_name(&full))
                };
                domains |= u64::from(is_allowed) << i;
            }
        }
        Search { lookup, domains }
    }

    fn allows(&self, domain: usize) -> bool {
        self.domains >> domain & 1 != 0
    }
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
            (Lookup::HostByAddress(address), _) => Cow::Owned(reverse(*address)),
            (lookup, Position::AsGiven) => Cow::Borrowed(given_name(lookup)),
            (lookup, Position::Domain(i)) => {
                Cow::Owned(format!("{}.{}", given_name(lookup), list.domains[i]))
            }
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
        let Lookup::HostByName(name) = &search.lookup else {
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
            } else if domain < MAX_DOMAINS && search.allows(domain) {
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

/// The name of a lookup, without its trailing dot.
pub(crate) fn given_name(lookup: &Lookup) -> &str {
    match lookup {
        Lookup::HostByName(name) => name.strip_suffix('.').unwrap_or(name),
        _ => "",
    }
}

/// A domain of a search list in canonical form, the root as the empty string. `None` if it is no
/// domain.
pub(crate) fn domain(text: &str) -> Option<Box<str>> {
    if text == "." {
        return Some("".into());
    }
    match names::canonical_host(text.as_bytes().into(), MAX_NAME_BYTES + 1)? {
        HostName::Name(name) => Some(names::without_dot(name)),
        _ => None,
    }
}

/// The name under `in-addr.arpa` that has an address' PTR records.
fn reverse(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);
    const UNKNOWN: Miss = Miss::Missing(ErrorCode::HostNotFound, SECOND);
    const KNOWN: Miss = Miss::Missing(ErrorCode::NoData, SECOND);
    const SILENT: Miss = Miss::Failed(ErrorCode::TryAgain);
    const REFUSED: Miss = Miss::Failed(ErrorCode::NoRecovery);

    fn list(domains: &[&str], ndots: u8) -> SearchList {
        SearchList {
            domains: domains.iter().map(|text| domain(text).unwrap()).collect(),
            ndots,
            no_tld_query: false,
        }
    }

    fn lookup(name: &str) -> Lookup {
        Lookup::HostByName(name.into())
    }

    /// The names that are asked while `miss` says how each ends, and the error at the end.
    fn run(
        search: &Search,
        list: &SearchList,
        miss: impl Fn(&str) -> Miss,
    ) -> (Vec<String>, ErrorCode) {
        let mut asked = Vec::new();
        let mut state = match SearchState::new(search, list) {
            Ok(state) => state,
            Err(error) => return (asked, error),
        };
        loop {
            let name = state.name(search, list).into_owned();
            let miss = miss(&name);
            asked.push(name);
            if let Next::End(error, _) = state.next(miss, search, list) {
                return (asked, error);
            }
        }
    }

    fn search(name: &str, list: &SearchList) -> Search {
        Search::new(lookup(name), list, Some(&Policy::allow_all()))
    }

    fn asked(name: &str, list: &SearchList) -> Vec<String> {
        run(&search(name, list), list, |_| UNKNOWN).0
    }

    fn error(name: &str, list: &SearchList, misses: &[(&str, Miss)]) -> ErrorCode {
        let miss = |name: &str| {
            let found = misses.iter().find(|(other, _)| *other == name);
            found.map_or(UNKNOWN, |(_, miss)| *miss)
        };
        run(&search(name, list), list, miss).1
    }

    #[test]
    fn name_with_ndots_dots_is_asked_as_given_first() {
        let domains = ["x.test", "y.test"];
        let one = list(&domains, 1);
        assert_eq!(asked("a.b", &one), ["a.b", "a.b.x.test", "a.b.y.test"]);
        assert_eq!(asked("a", &one), ["a.x.test", "a.y.test", "a"]);
        let two = list(&domains, 2);
        assert_eq!(asked("a.b", &two), ["a.b.x.test", "a.b.y.test", "a.b"]);
        let none = list(&domains, 0);
        assert_eq!(asked("a", &none), ["a", "a.x.test", "a.y.test"]);
        assert_eq!(asked("a", &list(&[], 1)), ["a"]);
    }

    #[test]
    fn name_with_a_trailing_dot_is_not_searched() {
        for ndots in [0, 1, 5] {
            assert_eq!(asked("a.", &list(&["x.test"], ndots)), ["a"]);
        }
    }

    #[test]
    fn root_in_the_list_is_the_name_as_given_once() {
        assert_eq!(asked("a", &list(&["."], 1)), ["a"]);
        let list = list(&["x.test", ".", "y.test"], 1);
        assert_eq!(asked("a", &list), ["a.x.test", "a", "a.y.test"]);
        assert_eq!(asked("a.b", &list), ["a.b", "a.b.x.test", "a.b.y.test"]);
    }

    #[test]
    fn no_tld_query_keeps_bare_names_from_the_root() {
        let mut list = list(&["x.test"], 1);
        list.no_tld_query = true;
        assert_eq!(asked("a", &list), ["a.x.test"]);
        assert_eq!(asked("a.", &list), ["a"]);
        list.ndots = 2;
        assert_eq!(asked("a.b", &list), ["a.b.x.test", "a.b"]);
        list.ndots = 0;
        assert_eq!(asked("a", &list), ["a", "a.x.test"]);
        list.domains.clear();
        list.ndots = 1;
        assert_eq!(asked("a", &list), ["a"], "nothing else can be asked");
    }

    #[test]
    fn name_that_is_too_long_or_special_is_not_asked() {
        let long = format!("{}a", "abc.".repeat(62));
        assert_eq!(asked(&long, &list(&["x.test"], 1)), [long]);
        let special = list(&["onion", "corp.invalid", "localhost", "x.test"], 1);
        assert_eq!(asked("a", &special), ["a.x.test", "a"]);
    }

    #[test]
    fn address_is_asked_under_in_addr_arpa() {
        let list = list(&["x.test"], 1);
        let lookup = Lookup::HostByAddress(Ipv4Addr::new(192, 0, 2, 10));
        let search = Search::new(lookup, &list, Some(&Policy::allow_all()));
        let (asked, error) = run(&search, &list, |_| KNOWN);
        assert_eq!(asked, ["10.2.0.192.in-addr.arpa"]);
        assert_eq!(error, ErrorCode::NoData);
    }

    // S-R16
    #[test]
    fn name_that_the_policy_denies_is_not_asked() {
        let allow = |patterns: &[&str]| {
            patterns.iter().fold(Policy::deny_all(), |policy, pattern| {
                policy.allow(pattern.parse().unwrap())
            })
        };
        let list = list(&["corp.internal", "x.test"], 2);
        let asked = |name: &str, policy: Option<&Policy>| {
            let search = Search::new(lookup(name), &list, policy);
            run(&search, &list, |_| UNKNOWN).0
        };
        let name = "good.example";
        assert_eq!(asked(name, Some(&allow(&[name]))), [name]);
        assert_eq!(asked(name, None), [name]);
        let some = allow(&[name, "*.x.test"]);
        assert_eq!(asked(name, Some(&some)), ["good.example.x.test", name]);
        let all = ["good.example.corp.internal", "good.example.x.test", name];
        assert_eq!(asked(name, Some(&Policy::allow_all())), all);
    }

    // S-R16
    #[test]
    fn search_without_an_allowed_name_is_access_denied() {
        let mut list = list(&["x.test"], 1);
        list.no_tld_query = true;
        let search = Search::new(lookup("a"), &list, Some(&Policy::deny_all()));
        let end = run(&search, &list, |_| UNKNOWN);
        assert_eq!(end, (vec![], ErrorCode::AccessDenied));
    }

    // S-R15
    #[test]
    fn servfail_under_a_domain_goes_on_and_is_try_again() {
        let list = list(&["x.test", "y.test"], 5);
        let down = [("a.b.x.test", Miss::ServFail)];
        assert_eq!(error("a.b", &list, &down), ErrorCode::TryAgain);
        let search = search("a.b", &list);
        let names = run(&search, &list, |_| Miss::ServFail).0;
        assert_eq!(names, ["a.b.x.test", "a.b.y.test", "a.b"]);
        let known = [("a.b.x.test", Miss::ServFail), ("a.b.y.test", KNOWN)];
        assert_eq!(error("a.b", &list, &known), ErrorCode::NoData);
    }

    // S-R15: a silent server does not make the name unknown.
    #[test]
    fn silence_under_a_domain_ends_the_list_and_the_name_as_given_is_asked() {
        let list = list(&["x.test", "y.test"], 1);
        let search = search("a", &list);
        for (failure, error) in [
            (SILENT, ErrorCode::TryAgain),
            (REFUSED, ErrorCode::NoRecovery),
        ] {
            let miss = |name: &str| if name == "a.x.test" { failure } else { UNKNOWN };
            let end = run(&search, &list, miss);
            assert_eq!(end, (vec!["a.x.test".into(), "a".into()], error));
        }
    }

    #[test]
    fn error_of_the_name_as_given_counts_if_it_comes_first() {
        let list = list(&["x.test"], 1);
        let down = ("a.b.x.test", Miss::ServFail);
        assert_eq!(error("a.b", &list, &[down]), ErrorCode::HostNotFound);
        assert_eq!(error("a.b", &list, &[("a.b", SILENT)]), ErrorCode::TryAgain);
        let refused = [("a.b", REFUSED), ("a.b.x.test", KNOWN)];
        assert_eq!(error("a.b", &list, &refused), ErrorCode::NoRecovery);
        assert_eq!(error("a.b", &list, &[("a.b", KNOWN)]), ErrorCode::NoData);
        assert_eq!(error("a", &list, &[("a", REFUSED)]), ErrorCode::NoRecovery);
    }

    #[test]
    fn answer_expires_with_the_misses_before_it() {
        let list = list(&["x.test", "y.test"], 1);
        let search = search("a", &list);
        let mut state = SearchState::new(&search, &list).unwrap();
        assert_eq!(state.ttl(), Duration::MAX);
        assert!(!state.is_first_as_given());
        let miss = Miss::Missing(ErrorCode::HostNotFound, 9 * SECOND);
        assert_eq!(state.next(miss, &search, &list), Next::Ask);
        assert_eq!(state.ttl(), 9 * SECOND);
        assert_eq!(state.next(Miss::ServFail, &search, &list), Next::Ask);
        assert_eq!(state.ttl(), Duration::ZERO, "a failure is not cached");
        let end = state.next(UNKNOWN, &search, &list);
        assert_eq!(end, Next::End(ErrorCode::TryAgain, Duration::ZERO));
    }

    fn misses() -> impl Strategy<Value = Miss> {
        prop_oneof![
            Just(UNKNOWN),
            Just(KNOWN),
            Just(Miss::ServFail),
            Just(SILENT),
            Just(REFUSED),
        ]
    }

    proptest! {
        #[test]
        fn search_ends_and_asks_for_no_name_twice(
            name in "[a-c](\\.[a-c]){0,3}\\.?",
            domains in prop::collection::btree_set("[a-c]\\.test|\\.", 0..6),
            ndots in 0..4u8,
            no_tld_query: bool,
            misses in prop::collection::vec(misses(), 8),
        ) {
            let domains: Vec<&str> = domains.iter().map(String::as_str).collect();
            let list = SearchList { no_tld_query, ..list(&domains, ndots) };
            let search = search(&name, &list);
            let mut state = SearchState::new(&search, &list).unwrap();
            let mut asked = vec![state.name(&search, &list)];
            for miss in &misses {
                match state.next(*miss, &search, &list) {
                    Next::Ask => asked.push(state.name(&search, &list)),
                    Next::End(error, ttl) => {
                        let all = &misses[..asked.len()];
                        prop_assert!(error != ErrorCode::AccessDenied);
                        prop_assert_eq!(ttl.is_zero(), !all.iter().all(|m| [UNKNOWN, KNOWN].contains(m)));
                        break;
                    }
                }
            }
            prop_assert!(asked.len() <= list.domains.len() + 1);
            let count = asked.len();
            asked.sort();
            asked.dedup();
            prop_assert_eq!(asked.len(), count);
        }
    }
}
