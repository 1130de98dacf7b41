//! Chains of resolvers that need no worker.

use std::sync::Mutex;

use super::*;

/// Keeps the responder of every lookup, for the test to respond.
#[derive(Clone, Default)]
struct ManualResolver(Arc<Mutex<Vec<Responder>>>);

impl ManualResolver {
    fn pending(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn respond(&self, outcome: Outcome) {
        let responder = self.0.lock().unwrap().remove(0);
        responder.send(outcome);
    }
}

impl Resolver for ManualResolver {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

const MISS: Outcome = Err(ErrorCode::HostNotFound);

/// Starts a lookup at the chain. The outcome goes into what this returns.
fn start(chain: &Chain) -> Arc<Mutex<Vec<Outcome>>> {
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&outcomes);
    chain.start(
        &lookup(),
        Responder::new(move |outcome| to.lock().unwrap().push(outcome)),
    );
    outcomes
}

fn two() -> (ManualResolver, ManualResolver) {
    (ManualResolver::default(), ManualResolver::default())
}

#[test]
fn chain_is_blocking_only_if_the_lookup_may_reach_a_blocking_resolver() {
    let (first, second) = two();
    let chain = Chain::new().then(not_found()).then(first).then(second);
    assert_eq!(chain.try_resolve(&lookup()), Resolution::Async);
    assert_eq!(
        chain.then(blocking(host("x"))).try_resolve(&lookup()),
        Resolution::Blocking,
        "a miss would go on to a blocking resolver"
    );
    // An immediate outcome ends the search.
    let immediate = Chain::new()
        .then(immediate(host("x")))
        .then(ManualResolver::default());
    assert_eq!(
        immediate.try_resolve(&lookup()),
        Resolution::Ready(host("x"))
    );
}

// S-R15
#[test]
fn miss_goes_on_to_the_next_resolver_and_an_answer_ends_the_search() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let outcomes = start(&chain);
    assert_eq!((first.pending(), second.pending()), (1, 0));
    first.respond(MISS);
    assert_eq!((first.pending(), second.pending()), (0, 1));
    assert!(outcomes.lock().unwrap().is_empty());
    second.respond(host("two"));
    assert_eq!(*outcomes.lock().unwrap(), [host("two")]);

    let outcomes = start(&chain);
    first.respond(host("one"));
    assert_eq!(*outcomes.lock().unwrap(), [host("one")]);
    assert_eq!(second.pending(), 0);
}

// S-R15
#[test]
fn error_other_than_a_miss_ends_the_search() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    for error in [ErrorCode::TryAgain, ErrorCode::NoRecovery] {
        let outcomes = start(&chain);
        first.respond(Err(error));
        assert_eq!(*outcomes.lock().unwrap(), [Err(error)]);
        assert_eq!(second.pending(), 0);
    }
}

// S-R15
#[test]
fn no_data_outlasts_a_later_miss() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let outcomes = start(&chain);
    first.respond(Err(ErrorCode::NoData));
    second.respond(MISS);
    assert_eq!(*outcomes.lock().unwrap(), [Err(ErrorCode::NoData)]);
}

#[test]
fn immediate_answer_of_the_next_resolver_counts_after_a_miss() {
    let first = ManualResolver::default();
    let chain = Chain::new()
        .then(first.clone())
        .then(immediate(host("table")));
    let outcomes = start(&chain);
    first.respond(MISS);
    assert_eq!(*outcomes.lock().unwrap(), [host("table")]);
}

#[test]
fn worker_waits_for_an_async_resolver_before_or_after_a_blocking_one() {
    struct AtOnce(Outcome);
    impl Resolver for AtOnce {
        fn try_resolve(&self, _: &Lookup) -> Resolution {
            Resolution::Async
        }
        fn start(&self, _: &Lookup, responder: Responder) {
            responder.send(self.0.clone());
        }
    }
    let before = Chain::new()
        .then(AtOnce(MISS))
        .then(blocking(host("waits")));
    assert_eq!(before.try_resolve(&lookup()), Resolution::Blocking);
    assert_eq!(before.resolve_blocking(&lookup()), host("waits"));
    let behind = Chain::new()
        .then(blocking(MISS))
        .then(AtOnce(host("asked")));
    assert_eq!(behind.try_resolve(&lookup()), Resolution::Blocking);
    assert_eq!(behind.resolve_blocking(&lookup()), host("asked"));
    // A resolver that drops its responder has failed.
    struct Drops;
    impl Resolver for Drops {
        fn try_resolve(&self, _: &Lookup) -> Resolution {
            Resolution::Async
        }
        fn start(&self, _: &Lookup, _: Responder) {}
    }
    let drops = Chain::new().then(blocking(MISS)).then(Drops);
    assert_eq!(
        drops.resolve_blocking(&lookup()),
        Err(ErrorCode::NoRecovery)
    );
}

#[test]
fn resolver_that_drops_its_responder_later_has_failed() {
    let first = ManualResolver::default();
    let chain = Chain::new()
        .then(first.clone())
        .then(immediate(host("table")));
    let outcomes = start(&chain);
    first.0.lock().unwrap().clear();
    assert_eq!(*outcomes.lock().unwrap(), [Err(ErrorCode::NoRecovery)]);
}

#[test]
fn cancelled_lookup_reaches_no_further_resolver() {
    struct Unwanted(Arc<AtomicUsize>);
    impl Receiver for Unwanted {
        fn is_wanted(&self) -> bool {
            false
        }
        fn receive(self: Box<Self>, _: TimedOutcome) -> Delivered {
            self.0.fetch_add(1, Relaxed);
            Delivered::NOBODY
        }
    }
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let wanted = start(&chain);
    assert!(first.0.lock().unwrap()[0].is_wanted());
    first.respond(host("x"));
    assert_eq!(wanted.lock().unwrap().len(), 1);

    let received = Arc::new(AtomicUsize::new(0));
    chain.start(&lookup(), Responder::to(Unwanted(received.clone())));
    assert_eq!(first.pending(), 0, "not even the first");
    assert_eq!((second.pending(), received.load(Relaxed)), (0, 1));
}
