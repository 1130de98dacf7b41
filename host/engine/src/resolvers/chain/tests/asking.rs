//! Resolvers that do not wait.

use std::sync::Mutex;

use super::*;

/// Has every question kept, for the test to reply to.
#[derive(Clone, Default)]
struct Asker(Arc<Mutex<Vec<Responder>>>);

impl Asker {
    fn asked(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn reply(&self, outcome: Outcome) {
        let reply = self.0.lock().unwrap().remove(0);
        reply.send(outcome);
    }
}

impl Resolver for Asker {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, reply: Responder) {
        self.0.lock().unwrap().push(reply);
    }
}

const MISS: Outcome = Err(ErrorCode::HostNotFound);

/// Asks the chain, and gives where what comes of it will be.
fn ask(chain: &Chain) -> Arc<Mutex<Vec<Outcome>>> {
    let replies = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&replies);
    chain.start(
        &asked(),
        Responder::new(move |outcome| to.lock().unwrap().push(outcome)),
    );
    replies
}

fn two() -> (Asker, Asker) {
    (Asker::default(), Asker::default())
}

#[test]
fn a_worker_is_needed_only_where_one_may_have_to_wait() {
    let (first, second) = two();
    let chain = Chain::new().then(nothing()).then(first).then(second);
    assert_eq!(chain.try_resolve(&asked()), Resolution::Async);
    assert_eq!(
        chain.then(later(host("x"))).try_resolve(&asked()),
        Resolution::Blocking,
        "a miss would go on to one that waits"
    );
    // It knows at once, and nothing goes past it.
    let knows = Chain::new().then(now(host("x"))).then(Asker::default());
    assert_eq!(knows.try_resolve(&asked()), Resolution::Ready(host("x")));
}

// S-R15
#[test]
fn a_miss_goes_on_to_the_next_and_an_answer_ends_it() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let replies = ask(&chain);
    assert_eq!((first.asked(), second.asked()), (1, 0));
    first.reply(MISS);
    assert_eq!((first.asked(), second.asked()), (0, 1));
    assert!(replies.lock().unwrap().is_empty());
    second.reply(host("two"));
    assert_eq!(*replies.lock().unwrap(), [host("two")]);

    let replies = ask(&chain);
    first.reply(host("one"));
    assert_eq!(*replies.lock().unwrap(), [host("one")]);
    assert_eq!(second.asked(), 0);
}

// S-R15
#[test]
fn an_error_other_than_a_miss_ends_it() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    for error in [ErrorCode::TryAgain, ErrorCode::NoRecovery] {
        let replies = ask(&chain);
        first.reply(Err(error));
        assert_eq!(*replies.lock().unwrap(), [Err(error)]);
        assert_eq!(second.asked(), 0);
    }
}

// S-R15
#[test]
fn when_none_has_it_the_asker_that_knows_the_name_is_believed() {
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let replies = ask(&chain);
    first.reply(Err(ErrorCode::NoData));
    second.reply(MISS);
    assert_eq!(*replies.lock().unwrap(), [Err(ErrorCode::NoData)]);
}

#[test]
fn what_the_next_knows_is_taken_after_a_miss() {
    let first = Asker::default();
    let chain = Chain::new().then(first.clone()).then(now(host("table")));
    let replies = ask(&chain);
    first.reply(MISS);
    assert_eq!(*replies.lock().unwrap(), [host("table")]);
}

#[test]
fn an_asker_behind_or_before_one_that_waits_is_waited_for() {
    // On a worker, as the chain has said that it is Later.
    struct AtOnce(Outcome);
    impl Resolver for AtOnce {
        fn try_resolve(&self, _: &Lookup) -> Resolution {
            Resolution::Async
        }
        fn start(&self, _: &Lookup, reply: Responder) {
            reply.send(self.0.clone());
        }
    }
    let before = Chain::new().then(AtOnce(MISS)).then(later(host("waits")));
    assert_eq!(before.try_resolve(&asked()), Resolution::Blocking);
    assert_eq!(before.resolve_blocking(&asked()), host("waits"));
    let behind = Chain::new().then(later(MISS)).then(AtOnce(host("asked")));
    assert_eq!(behind.try_resolve(&asked()), Resolution::Blocking);
    assert_eq!(behind.resolve_blocking(&asked()), host("asked"));
    // One that drops the reply has failed.
    struct Drops;
    impl Resolver for Drops {
        fn try_resolve(&self, _: &Lookup) -> Resolution {
            Resolution::Async
        }
        fn start(&self, _: &Lookup, _: Responder) {}
    }
    let drops = Chain::new().then(later(MISS)).then(Drops);
    assert_eq!(drops.resolve_blocking(&asked()), Err(ErrorCode::NoRecovery));
}

#[test]
fn the_asker_that_is_dropped_with_its_question_has_failed() {
    let first = Asker::default();
    let chain = Chain::new().then(first.clone()).then(now(host("table")));
    let replies = ask(&chain);
    first.0.lock().unwrap().clear();
    assert_eq!(*replies.lock().unwrap(), [Err(ErrorCode::NoRecovery)]);
}

#[test]
fn nobody_else_is_asked_once_nobody_waits() {
    struct Unwanted(Arc<AtomicUsize>);
    impl Receiver for Unwanted {
        fn is_wanted(&self) -> bool {
            false
        }
        fn receive(self: Box<Self>, _: Outcome) -> Delivered {
            self.0.fetch_add(1, Relaxed);
            Delivered::NOBODY
        }
    }
    let (first, second) = two();
    let chain = Chain::new().then(first.clone()).then(second.clone());
    let wanted = ask(&chain);
    assert!(first.0.lock().unwrap()[0].is_wanted());
    first.reply(host("x"));
    assert_eq!(wanted.lock().unwrap().len(), 1);

    let received = Arc::new(AtomicUsize::new(0));
    chain.start(&asked(), Responder::to(Unwanted(received.clone())));
    assert_eq!(first.asked(), 0, "not even the first");
    assert_eq!((second.asked(), received.load(Relaxed)), (0, 1));
}
