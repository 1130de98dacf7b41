//! Which addresses answers have, however a resolver answers.

mod support;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    AF_INET, AddressQuery, Answer, ErrorCode, HostEntry, LookupEngine, Outcome, Query, Session,
};

use support::ways::{WAYS, Way, Ways};

const PUBLIC: Ipv4Addr = Ipv4Addr::new(93, 184, 216, 34);
const PRIVATE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

fn ask(way: Way, policy: Policy, addresses: &[Ipv4Addr], query: Query) -> (Outcome, Session) {
    let builder = LookupEngine::builder().resolver(Ways::new(way, addresses));
    let mut session = builder.policy(policy).build().session();
    session.startup().unwrap();
    session.request(query, 0).unwrap();
    // The bound only ends a test that would hang.
    assert!(session.wait(Some(Duration::from_secs(60))));
    (session.take(1).remove(0).outcome, session)
}

fn named(name: &str) -> Query {
    Query::HostByName(name.as_bytes().into())
}

fn numbered(address: Ipv4Addr) -> Query {
    Query::HostByAddress(AddressQuery {
        address: address.octets().into(),
        family: AF_INET,
    })
}

/// The addresses of the answer, or the error.
fn got(policy: &Policy, addresses: &[Ipv4Addr], query: Query) -> Result<Vec<Ipv4Addr>, ErrorCode> {
    let all = WAYS.map(|way| ask(way, policy.clone(), addresses, query.clone()).0);
    for other in &all[1..] {
        assert_eq!(*other, all[0], "the way makes no difference");
    }
    all[0].clone().map(|answer| match &*answer {
        Answer::Host(host) => host.addresses().collect(),
        other => panic!("{other:?} is no host"),
    })
}

fn allowing(patterns: &[&str]) -> Policy {
    patterns.iter().fold(Policy::deny_all(), |policy, pattern| {
        policy.allow(pattern.parse().unwrap())
    })
}

// S-R16: an allowed name that resolves to an address of the embedder's network.
#[test]
fn a_name_with_only_forbidden_addresses_is_denied() {
    for policy in [
        allowing(&["evil.test"]),
        allowing(&["*.test"]),
        Policy::allow_all(),
    ] {
        for forbidden in [
            PRIVATE,
            Ipv4Addr::LOCALHOST,
            Ipv4Addr::new(169, 254, 169, 254),
        ] {
            let query = || named("evil.test");
            assert_eq!(
                got(&policy, &[forbidden], query()),
                Err(ErrorCode::AccessDenied)
            );
            let permissive = policy.clone().allow_private();
            assert_eq!(got(&permissive, &[forbidden], query()), Ok(vec![forbidden]));
        }
    }
}

// S-R16
#[test]
fn an_answer_loses_forbidden_addresses_and_keeps_the_others() {
    let other = Ipv4Addr::new(8, 8, 8, 8);
    let addresses = [Ipv4Addr::LOCALHOST, PUBLIC, PRIVATE, other];
    for way in WAYS {
        let policy = allowing(&["mixed.test"]);
        let (outcome, session) = ask(way, policy, &addresses, named("mixed.test"));
        let left = HostEntry::new("official.test", [PUBLIC, other]).with_aliases(["alias.test"]);
        assert_eq!(outcome, Ok(Arc::new(left.into())), "{way:?}");
        assert_eq!((session.stats().answered, session.stats().denied), (1, 0));
    }
}

#[test]
fn an_answer_without_allowed_addresses_counts_as_denied() {
    for way in WAYS {
        let (_, session) = ask(way, allowing(&["a.test"]), &[PRIVATE], named("a.test"));
        assert_eq!(session.stats().denied, 1, "{way:?}");
        assert_eq!(session.stats().failed().count(), 0, "{way:?}");
    }
}

// S-R16
#[test]
fn policy_rules_allow_and_deny_addresses_in_answers() {
    let policy = allowing(&["a.test"]);
    let some = policy.clone().allow_answers("10.0.0.0/24".parse().unwrap());
    assert_eq!(got(&some, &[PRIVATE], named("a.test")), Ok(vec![PRIVATE]));
    let only = some.deny_answers("*".parse().unwrap());
    assert_eq!(
        got(&only, &[PUBLIC, PRIVATE], named("a.test")),
        Ok(vec![PRIVATE])
    );
    let fewer = policy
        .allow_private()
        .deny_answers("10.0.0.0/24".parse().unwrap());
    assert_eq!(
        got(&fewer, &[PRIVATE], named("a.test")),
        Err(ErrorCode::AccessDenied)
    );
    // A pattern of addresses allows them in answers too.
    let both = allowing(&["a.test", "10.0.0.7"]);
    assert_eq!(got(&both, &[PRIVATE], named("a.test")), Ok(vec![PRIVATE]));
}

// RFC 6761
#[test]
fn only_localhost_names_are_answered_with_loopback() {
    let loopback = [Ipv4Addr::LOCALHOST];
    let denied = Err(ErrorCode::AccessDenied);
    for name in ["localhost", "LocalHost.", "app.localhost"] {
        assert_eq!(
            got(&Policy::allow_all(), &loopback, named(name)),
            Ok(loopback.into()),
            "{name}"
        );
        assert_eq!(
            got(&Policy::allow_all(), &[PRIVATE], named(name)),
            denied,
            "{name}"
        );
    }
    for name in ["localhost.test", "notlocalhost", "localhost.localdomain"] {
        assert_eq!(
            got(&Policy::allow_all(), &loopback, named(name)),
            denied,
            "{name}"
        );
    }
}

// S-R13, S-R16: the guest knows the address, and the policy allowed the question.
#[test]
fn an_answer_may_have_the_address_that_the_guest_asked_for() {
    let policy = Policy::allow_all();
    assert_eq!(got(&policy, &[], named("10.0.0.7")), Ok(vec![PRIVATE]));
    let answered = [PRIVATE, Ipv4Addr::LOCALHOST];
    assert_eq!(
        got(&policy, &answered, numbered(PRIVATE)),
        Ok(vec![PRIVATE])
    );
    assert_eq!(
        got(&policy, &answered, numbered(PUBLIC)),
        Err(ErrorCode::AccessDenied)
    );
}
