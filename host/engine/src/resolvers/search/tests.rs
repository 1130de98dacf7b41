//! Tests of a whole search: its names, its order and its errors.

use std::net::Ipv4Addr;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::types::{AddressFamily, ErrorCode};

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

#[test]
fn ipv6_address_is_asked_under_ip6_arpa_by_its_digits() {
    let list = list(&["x.test"], 1);
    let lookup = Lookup::NameOf("2001:db8::567:89ab".parse().unwrap());
    let search = Search::new(lookup, &list, Some(&Policy::allow_all()));
    let (asked, _) = run(&search, &list, |_| UNKNOWN);
    // The example of RFC 3596, section 2.5, with another prefix.
    let name = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    assert_eq!(asked, [name]);
}

#[test]
fn addresses_are_searched_like_a_host() {
    let list = list(&["x.test", "y.test"], 1);
    for family in [None, Some(AddressFamily::Ipv4), Some(AddressFamily::Ipv6)] {
        for (name, names) in [
            ("a", &["a.x.test", "a.y.test", "a"][..]),
            ("a.b", &["a.b", "a.b.x.test", "a.b.y.test"]),
            ("a.", &["a"]),
        ] {
            let lookup = Lookup::Addresses {
                name: name.into(),
                family,
            };
            let search = Search::new(lookup, &list, Some(&Policy::allow_all()));
            assert_eq!(run(&search, &list, |_| UNKNOWN).0, names);
        }
    }
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
