//! Which of several resolvers is asked, and what becomes of what it says.

mod asking;

use super::*;
use crate::types::{Answer, HostEntry};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Says `try_resolve`, and `outcome` when it is asked to wait; counts the latter.
struct Fake {
    known: Resolution,
    outcome: Outcome,
    resolved: Arc<AtomicUsize>,
}

impl Fake {
    fn new(known: Resolution, outcome: Outcome) -> (Fake, Arc<AtomicUsize>) {
        let resolved = Arc::new(AtomicUsize::new(0));
        let counter = resolved.clone();
        (
            Fake {
                known,
                outcome,
                resolved,
            },
            counter,
        )
    }
}

impl Resolver for Fake {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        self.known.clone()
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        self.resolved.fetch_add(1, Relaxed);
        self.outcome.clone()
    }
}

fn host(name: &str) -> Outcome {
    Ok(Arc::new(Answer::Host(HostEntry::new(
        name,
        [Ipv4Addr::LOCALHOST],
    ))))
}

fn now(outcome: Outcome) -> Fake {
    Fake::new(Resolution::Ready(outcome), Err(ErrorCode::NoRecovery)).0
}

fn later(outcome: Outcome) -> Fake {
    Fake::new(Resolution::Blocking, outcome).0
}

fn nothing() -> Fake {
    Fake::new(Resolution::NotFound, Err(ErrorCode::NoRecovery)).0
}

fn asked() -> Lookup {
    Lookup::HostByName("a.test".into())
}

fn resolve(fakes: Vec<Fake>) -> Outcome {
    fakes
        .into_iter()
        .fold(Chain::new(), Chain::then)
        .resolve_blocking(&asked())
}

fn known(fakes: Vec<Fake>) -> Resolution {
    fakes
        .into_iter()
        .fold(Chain::new(), Chain::then)
        .try_resolve(&asked())
}

#[test]
fn the_first_that_knows_or_must_wait_decides() {
    assert_eq!(known(vec![]), Resolution::NotFound);
    assert_eq!(known(vec![nothing(), nothing()]), Resolution::NotFound);
    let one = || now(host("one"));
    assert_eq!(
        known(vec![nothing(), one(), now(host("two"))]),
        Resolution::Ready(host("one"))
    );
    assert_eq!(
        known(vec![nothing(), later(host("two")), one()]),
        Resolution::Blocking
    );
    let denied = Err(ErrorCode::AccessDenied);
    assert_eq!(
        known(vec![now(denied.clone()), one()]),
        Resolution::Ready(denied)
    );
}

#[test]
fn a_miss_goes_on_and_any_other_error_ends() {
    // S-R15
    let miss = || later(Err(ErrorCode::HostNotFound));
    let no_data = || later(Err(ErrorCode::NoData));
    assert_eq!(
        resolve(vec![miss(), no_data(), later(host("x"))]),
        host("x")
    );
    assert_eq!(
        resolve(vec![miss(), now(host("x")), later(host("y"))]),
        host("x")
    );
    for error in [
        ErrorCode::TryAgain,
        ErrorCode::NoRecovery,
        ErrorCode::AccessDenied,
    ] {
        assert_eq!(
            resolve(vec![later(Err(error)), later(host("x"))]),
            Err(error)
        );
    }
}

#[test]
fn when_none_has_it_the_one_that_knows_the_name_is_believed() {
    // S-R15
    let miss = || later(Err(ErrorCode::HostNotFound));
    let no_data = || later(Err(ErrorCode::NoData));
    assert_eq!(resolve(vec![]), Err(ErrorCode::HostNotFound));
    assert_eq!(resolve(vec![miss(), miss()]), Err(ErrorCode::HostNotFound));
    assert_eq!(resolve(vec![miss(), no_data()]), Err(ErrorCode::NoData));
    assert_eq!(resolve(vec![no_data(), miss()]), Err(ErrorCode::NoData));
    let known_miss = now(Err(ErrorCode::HostNotFound));
    assert_eq!(
        resolve(vec![no_data(), known_miss, later(host("x"))]),
        Err(ErrorCode::NoData)
    );
}

#[test]
fn only_those_that_must_wait_are_made_to() {
    let (first, first_count) = Fake::new(Resolution::NotFound, host("first"));
    let (second, second_count) = Fake::new(Resolution::Blocking, Err(ErrorCode::HostNotFound));
    let (third, third_count) = Fake::new(Resolution::Ready(host("third")), host("other"));
    assert_eq!(resolve(vec![first, second, third]), host("third"));
    let counts = [first_count, second_count, third_count];
    assert_eq!(counts.map(|count| count.load(Relaxed)), [0, 1, 0]);
}
