//! The calls of the interface: a session of the engine, and the streams that its lookups wait for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use wasip2::clocks::monotonic_clock::{self, subscribe_duration};
use wasip2::io::poll::{Pollable, poll};
use winsock_async_engine::{Limits, LookupEngine, Policy, Session, TaskHandle};

use crate::bindings::types::{Completion, ErrorCode, Query};
use crate::bindings::{Component, completions, lifecycle, requests};
use crate::names::{Names, Pending};

/// The one session of the component, and its lookups that the runtime has.
struct Provider {
    session: Session,
    names: Arc<Names>,
    pending: BTreeMap<TaskHandle, Numbered>,
    /// The lookups that the runtime has had so far.
    begun: u64,
    /// Always ready, so that a poll with it does not wait.
    now: Pollable,
}

/// A lookup that the runtime has.
struct Numbered {
    /// Later lookups have higher numbers. The numbers of handles are in no order.
    number: u64,
    pending: Pending,
}

thread_local! {
    static PROVIDER: RefCell<Provider> = RefCell::new(Provider::new());
}

/// The runtime's monotonic clock.
fn now() -> Duration {
    Duration::from_nanos(monotonic_clock::now())
}

fn with<T>(call: impl FnOnce(&mut Provider) -> T) -> T {
    PROVIDER.with_borrow_mut(call)
}

impl Provider {
    fn new() -> Provider {
        let names = Arc::new(Names::new());
        let engine = LookupEngine::builder()
            .resolver(Arc::clone(&names))
            // Which names the guest may look up is the runtime's decision.
            .policy(Policy::allow_all().allow_private())
            .limits(Limits::default())
            .without_threads(now)
            .build();
        Provider {
            session: engine.session(),
            names,
            pending: BTreeMap::new(),
            begun: 0,
            now: subscribe_duration(0),
        }
    }

    fn request(&mut self, query: Query, tag: u64) -> Result<TaskHandle, ErrorCode> {
        let handle = self.session.request(query.into(), tag)?;
        if let Some(pending) = self.names.take_begun() {
            let number = self.begun;
            self.begun += 1;
            self.pending.insert(handle, Numbered { number, pending });
        }
        Ok(handle)
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<(), ErrorCode> {
        self.session.cancel(handle)?;
        // S-C6: the runtime's lookup ends too.
        self.pending.remove(&handle);
        Ok(())
    }

    fn cleanup(&mut self) -> Result<(), ErrorCode> {
        self.session.cleanup()?;
        self.drop_unwanted();
        Ok(())
    }

    fn take(&mut self, max: u32) -> Vec<Completion> {
        self.advance();
        let taken = self
            .session
            .take(usize::try_from(max).unwrap_or(usize::MAX));
        taken.into_iter().map(Completion::from).collect()
    }

    fn wait(&mut self, timeout: Option<u64>) -> bool {
        let end = timeout.map(|timeout| now().saturating_add(Duration::from_nanos(timeout)));
        loop {
            self.advance();
            if self.session.wait(Some(Duration::ZERO)) {
                return true;
            }
            if self.session.outstanding() == 0 {
                return false;
            }
            let left = end.map(|end| end.saturating_sub(now()));
            if left.is_some_and(|left| left.is_zero()) {
                return false;
            }
            let shortest = left.into_iter().chain(self.session.next_deadline()).min();
            let timer = shortest
                .map(|time| subscribe_duration(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)));
            self.sleep(timer.as_ref());
        }
    }

    /// Sends the session what the runtime has found. Does not wait.
    fn advance(&mut self) {
        self.drop_unwanted();
        if self.pending.is_empty() {
            return;
        }
        let handles: Vec<_> = self.pending.keys().copied().collect();
        let pollables: Vec<_> = [&self.now].into_iter().chain(self.pollables()).collect();
        let ready = poll(&pollables).into_iter();
        // The first is `now`.
        let ready = ready.filter_map(|index| (index as usize).checked_sub(1));
        let mut ready: Vec<_> = ready.map(|index| handles[index]).collect();
        // Which was ready first is not known.
        ready.sort_by_key(|handle| self.pending[handle].number);
        for handle in ready {
            let Some(Numbered { number, pending }) = self.pending.remove(&handle) else {
                continue;
            };
            if let Some(pending) = pending.advance() {
                self.pending.insert(handle, Numbered { number, pending });
            }
        }
    }

    fn pollables(&self) -> impl Iterator<Item = &Pollable> {
        self.pending
            .values()
            .map(|lookup| lookup.pending.pollable())
    }

    /// Waits until the runtime has found something, or until `timer` is ready.
    fn sleep(&self, timer: Option<&Pollable>) {
        let pollables: Vec<_> = self.pollables().chain(timer).collect();
        // An empty list traps.
        if !pollables.is_empty() {
            poll(&pollables);
        }
    }

    /// Ends the lookups whose requests have ended without them, by the clean-up or a time-out.
    fn drop_unwanted(&mut self) {
        self.pending.retain(|_, lookup| lookup.pending.is_wanted());
    }
}

impl lifecycle::Guest for Component {
    fn startup() -> Result<(), ErrorCode> {
        with(|provider| provider.session.startup()).map_err(ErrorCode::from)
    }

    fn cleanup() -> Result<(), ErrorCode> {
        with(Provider::cleanup)
    }
}

impl requests::Guest for Component {
    fn async_request(query: Query, tag: u64) -> Result<TaskHandle, ErrorCode> {
        with(|provider| provider.request(query, tag))
    }

    fn cancel(handle: TaskHandle) -> Result<(), ErrorCode> {
        with(|provider| provider.cancel(handle))
    }
}

impl completions::Guest for Component {
    fn take(max: u32) -> Vec<Completion> {
        with(|provider| provider.take(max))
    }

    fn wait(timeout: Option<u64>) -> bool {
        with(|provider| provider.wait(timeout))
    }
}
