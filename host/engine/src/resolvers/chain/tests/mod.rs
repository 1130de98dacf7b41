//! Which resolvers a chain asks, and what it makes of their outcomes.

mod async_resolvers;

use super::*;
use crate::types::{Answer, HostEntry};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Gives `resolution` at once and `outcome` on a worker. `resolved` counts the latter.
struct Fake {
    resolution: Resolution,
    outcome: Outcome,
    resolved: Arc<AtomicUsize>,
}

impl Fake {
    fn new(resolution: Resolution, outcome: Outcome) -> (Fake, Arc<AtomicUsize>) {
        let resolved = Arc::new(AtomicUsize::new(0));
        let counter = resolved.clone();
        (
            Fake {
                resolution,
                outcome,
                resolved,
            },
            counter,
        )
    }
}

impl Resolver for Fake {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        self.resolution.clone()
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

fn immediate(outcome: Outcome) -> Fake {
    Fake::new(Resolution::Ready(outcome), Err(ErrorCode::NoRecovery)).0
}

fn blocking(outcome: Outcome) -> Fake {
    Fake::new(Resolution::Blocking, outcome).0
}

fn not_found() -> Fake {
    Fake::new(Resolution::NotFound, Err(ErrorCode::NoRecovery)).0
}

fn lookup() -> Lookup {
    Lookup::HostByName("a.test".into())
}

fn resolve(fakes: Vec<Fake>) -> Outcome {
    fakes
        .into_iter()
        .fold(Chain::new(), Chain::then)
        .resolve_blocking(&lookup())
}

fn try_resolve_all(fakes: Vec<Fake>) -> Resolution {
    fakes
        .into_iter()
        .fold(Chain::new(), Chain::then)
        .try_resolve(&lookup())
}

#[test]
fn first_resolution_other_than_not_found_counts() {
    assert_eq!(try_resolve_all(vec![]), Resolution::NotFound);
    assert_eq!(
        try_resolve_all(vec![not_found(), not_found()]),
        Resolution::NotFound
    );
    let one = || immediate(host("one"));
    assert_eq!(
        try_resolve_all(vec![not_found(), one(), immediate(host("two"))]),
        Resolution::Ready(host("one"))
    );
    assert_eq!(
        try_resolve_all(vec![not_found(), blocking(host("two")), one()]),
        Resolution::Blocking
    );
    let denied = Err(ErrorCode::AccessDenied);
    assert_eq!(
        try_resolve_all(vec![immediate(denied.clone()), one()]),
        Resolution::Ready(denied)
    );
}

#[test]
fn miss_goes_on_and_any_other_error_ends_the_search() {
    // S-R15
    let miss = || blocking(Err(ErrorCode::HostNotFound));
    let no_data = || blocking(Err(ErrorCode::NoData));
    assert_eq!(
        resolve(vec![miss(), no_data(), blocking(host("x"))]),
        host("x")
    );
    assert_eq!(
        resolve(vec![miss(), immediate(host("x")), blocking(host("y"))]),
        host("x")
    );
    for error in [
        ErrorCode::TryAgain,
        ErrorCode::NoRecovery,
        ErrorCode::AccessDenied,
    ] {
        assert_eq!(
            resolve(vec![blocking(Err(error)), blocking(host("x"))]),
            Err(error)
        );
    }
}

#[test]
fn no_data_of_any_resolver_outlasts_the_misses() {
    // S-R15
    let miss = || blocking(Err(ErrorCode::HostNotFound));
    let no_data = || blocking(Err(ErrorCode::NoData));
    assert_eq!(resolve(vec![]), Err(ErrorCode::HostNotFound));
    assert_eq!(resolve(vec![miss(), miss()]), Err(ErrorCode::HostNotFound));
    assert_eq!(resolve(vec![miss(), no_data()]), Err(ErrorCode::NoData));
    assert_eq!(resolve(vec![no_data(), miss()]), Err(ErrorCode::NoData));
    let known_miss = immediate(Err(ErrorCode::HostNotFound));
    assert_eq!(
        resolve(vec![no_data(), known_miss, blocking(host("x"))]),
        Err(ErrorCode::NoData)
    );
}

#[test]
fn only_blocking_resolvers_are_called_on_the_worker() {
    let (first, first_count) = Fake::new(Resolution::NotFound, host("first"));
    let (second, second_count) = Fake::new(Resolution::Blocking, Err(ErrorCode::HostNotFound));
    let (third, third_count) = Fake::new(Resolution::Ready(host("third")), host("other"));
    assert_eq!(resolve(vec![first, second, third]), host("third"));
    let counts = [first_count, second_count, third_count];
    assert_eq!(counts.map(|count| count.load(Relaxed)), [0, 1, 0]);
}
