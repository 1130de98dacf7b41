//! Lookups that end when a test says so, and a waker that counts.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    ErrorCode, HostEntry, Limits, Lookup, LookupEngine, Outcome, PendingLookup, Resolution,
    Resolver, Responder,
};

use crate::support::workers;

pub(crate) const DOWN: Outcome = Err(ErrorCode::NetworkDown);

/// Counts how often it is woken.
#[derive(Default)]
pub(crate) struct Count(AtomicUsize);

impl Count {
    pub(crate) fn new() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) fn poll(lookup: &mut PendingLookup, waker: &Waker) -> Poll<Outcome> {
    Pin::new(lookup).poll(&mut Context::from_waker(waker))
}

pub(crate) fn is_pending(lookup: &mut PendingLookup) -> bool {
    poll(lookup, Waker::noop()).is_pending()
}

/// A public address for this name.
pub(crate) fn answer(name: &str) -> Outcome {
    Ok(Arc::new(HostEntry::new(name, [[8, 8, 8, 8].into()]).into()))
}

/// Keeps the responders of lookups until a test takes them.
#[derive(Clone, Default)]
pub(crate) struct Kept(pub(crate) Arc<Mutex<Vec<Responder>>>);

impl Kept {
    /// The responder of the last lookup.
    pub(crate) fn pop(&self) -> Responder {
        self.0.lock().unwrap().pop().expect("a lookup")
    }

    pub(crate) fn answer(&self) {
        self.pop().send(Err(ErrorCode::HostNotFound));
    }
}

impl Resolver for Kept {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "known.test" => {
                Resolution::Ready(answer("known.test"))
            }
            _ => Resolution::Async,
        }
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

/// An engine whose lookups end when the test says so.
pub(crate) fn kept_within(limits: Limits) -> (LookupEngine, Kept) {
    let kept = Kept::default();
    let engine = LookupEngine::builder()
        .resolver(kept.clone())
        .policy(Policy::allow_all())
        .limits(limits)
        .build();
    (engine, kept)
}

pub(crate) fn kept() -> (LookupEngine, Kept) {
    kept_within(workers(1))
}
