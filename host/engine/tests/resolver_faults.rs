//! Resolvers that panic or answer wrongly.

mod support;

use std::panic::panic_any;
use std::sync::Arc;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{Answer, ErrorCode, HostEntry, LookupEngine, Outcome, Query};
use winsock_async_engine::{Lookup, Resolution, Resolver};

use support::*;

struct Odd;

/// A panic's payload that panics in its drop.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("when it is dropped, on purpose");
    }
}

impl Resolver for Odd {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::ProtocolByNumber(1) => panic!("in known, on purpose"),
            Lookup::ProtocolByNumber(2) => Resolution::Ready(Ok(host_answer(1))),
            _ => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) if &**name == "panic.test" => panic!("on purpose"),
            Lookup::HostByName(name) if &**name == "bomb.test" => panic_any(Bomb),
            Lookup::HostByName(name) if &**name == "empty.test" => Ok(host_answer(0)),
            _ => Ok(host_answer(1)),
        }
    }
}

fn host_answer(addresses: usize) -> Arc<Answer> {
    let addresses = std::iter::repeat_n([192, 0, 2, 1].into(), addresses);
    Arc::new(HostEntry::new("odd.test", addresses).into())
}

// Panics and answers of the wrong kind.
#[test]
fn faults_of_a_resolver_become_errors() {
    let engine = LookupEngine::builder()
        .resolver(Odd)
        .policy(Policy::allow_all().allow_private())
        .limits(workers(1))
        .build();
    let mut session = started(&engine);
    let mut outcome = |query| {
        session.request(query, 0).unwrap();
        one(&mut session).outcome
    };
    for name in ["panic.test", "bomb.test", "bomb.test"] {
        assert_eq!(outcome(host(name)), Err(ErrorCode::NoRecovery));
    }
    assert_eq!(
        outcome(Query::ProtocolByNumber(1)),
        Err(ErrorCode::NoRecovery)
    );
    // S-R15: a host without an address is a name without data.
    assert_eq!(outcome(host("empty.test")), Err(ErrorCode::NoData));
    // An answer of another kind.
    assert_eq!(
        outcome(Query::ProtocolByNumber(2)),
        Err(ErrorCode::NoRecovery)
    );
    assert_eq!(
        outcome(Query::ProtocolByNumber(3)),
        Err(ErrorCode::NoRecovery)
    );
    assert_eq!(outcome(host("good.test")), Ok(host_answer(1)));
}
