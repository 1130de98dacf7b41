//! A host for native tests: it does what it is told, on a clock that moves only when something waits.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

use crate::answer::Answer;
use crate::bindings::types::Query;
use crate::error::{
    WSAEALREADY, WSAEINVAL, WSAENETDOWN, WSAEWOULDBLOCK, WSANO_DATA, WSANOTINITIALISED, WsaError,
};
use crate::host::{Completion, Host};

type Outcome = Result<Answer, WsaError>;

/// The fake host of a thread, and so of a test.
pub(crate) struct Fake;

#[derive(Default)]
struct State {
    now: Duration,
    /// Calls of `wait`, and those that found nothing to take.
    waits: u32,
    pauses: u32,
    startups: u32,
    last: u64,
    limit: Option<usize>,
    down: bool,
    /// When the next requests complete, counted from their start, and with what.
    planned: VecDeque<(Duration, Outcome)>,
    queries: Vec<String>,
    outstanding: BTreeMap<u64, u64>,
    ended: HashSet<u64>,
    ready: VecDeque<Completion>,
    schedule: BTreeMap<(Duration, u64), Outcome>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(f)
}

/// Completes an outstanding request now.
pub(crate) fn complete(handle: u64, outcome: Outcome) {
    with(|state| state.complete(handle, outcome));
}

/// Completes a request when the clock gets there, unless it is cancelled before.
pub(crate) fn complete_at(time: Duration, handle: u64, outcome: Outcome) {
    with(|state| state.schedule.insert((time, handle), outcome));
}

/// Completes the next request for which nothing is planned yet, so long after its start.
pub(crate) fn plan(after: Duration, outcome: Outcome) {
    with(|state| state.planned.push_back((after, outcome)));
}

/// Takes the resolver side down, or up again.
pub(crate) fn set_down(down: bool) {
    with(|state| state.down = down);
}

/// Completes the request that was started last, with an error.
pub(crate) fn complete_last() {
    with(|state| state.complete(state.last, Err(WSANO_DATA)));
}

/// Moves the clock.
pub(crate) fn advance(time: Duration) {
    with(|state| state.advance(state.now + time));
}

/// Sets how many requests may be outstanding.
pub(crate) fn limit(requests: usize) {
    with(|state| state.limit = Some(requests));
}

/// How often the guest waited or slept.
pub(crate) fn pauses() -> u32 {
    with(|state| state.pauses)
}

pub(crate) fn startups() -> u32 {
    with(|state| state.startups)
}

/// Requests that are neither completed nor cancelled.
pub(crate) fn outstanding() -> usize {
    with(|state| state.outstanding.len())
}

/// Completions that the guest has not taken.
pub(crate) fn waiting() -> usize {
    with(|state| state.ready.len())
}

/// The request that was started last.
pub(crate) fn last() -> u64 {
    with(|state| state.last)
}

/// What was asked, in order.
pub(crate) fn queries() -> Vec<String> {
    with(|state| state.queries.clone())
}

impl State {
    fn complete(&mut self, handle: u64, outcome: Outcome) {
        if let Some(tag) = self.outstanding.remove(&handle) {
            self.ended.insert(handle);
            self.ready.push_back(Completion {
                handle,
                tag,
                outcome,
            });
        }
    }

    fn advance(&mut self, to: Duration) {
        while let Some(entry) = self.schedule.first_entry().filter(|e| e.key().0 <= to) {
            let ((_, handle), outcome) = entry.remove_entry();
            self.complete(handle, outcome);
        }
        self.now = self.now.max(to);
    }
}

impl Host for Fake {
    fn startup() -> Result<(), WsaError> {
        with(|state| state.startups += 1);
        Ok(())
    }

    fn cleanup() -> Result<(), WsaError> {
        with(|state| {
            state.startups = state.startups.checked_sub(1).ok_or(WSANOTINITIALISED)?;
            if state.startups == 0 {
                state.outstanding.clear();
                state.ended.clear();
                state.ready.clear();
            }
            Ok(())
        })
    }

    fn request(query: Query<'_>, tag: u64) -> Result<u64, WsaError> {
        with(|state| {
            if state.startups == 0 {
                return Err(WSANOTINITIALISED);
            }
            if state.down {
                return Err(WSAENETDOWN);
            }
            if state
                .limit
                .is_some_and(|limit| state.outstanding.len() >= limit)
            {
                return Err(WSAEWOULDBLOCK);
            }
            state.queries.push(format!("{query:?}"));
            state.last += 1;
            state.outstanding.insert(state.last, tag);
            if let Some((after, outcome)) = state.planned.pop_front() {
                state
                    .schedule
                    .insert((state.now + after, state.last), outcome);
                state.advance(state.now);
            }
            Ok(state.last)
        })
    }

    fn cancel(handle: u64) -> Result<(), WsaError> {
        with(|state| match state.outstanding.contains_key(&handle) {
            _ if state.startups == 0 => Err(WSANOTINITIALISED),
            _ if state.down => Err(WSAENETDOWN),
            true => {
                state.outstanding.remove(&handle);
                Ok(())
            }
            false if state.ended.contains(&handle) => Err(WSAEALREADY),
            false => Err(WSAEINVAL),
        })
    }

    fn take(max: u32) -> Vec<Completion> {
        with(|state| {
            let count = state.ready.len().min(max as usize);
            state.ready.drain(..count).collect()
        })
    }

    fn wait(timeout: Option<Duration>) -> bool {
        with(|state| {
            state.waits += 1;
            assert!(state.waits < 10_000, "the guest spins");
            if !state.ready.is_empty() {
                return true;
            }
            state.pauses += 1;
            if state.outstanding.is_empty() {
                return false;
            }
            let end = timeout.map(|timeout| state.now.saturating_add(timeout));
            while state.ready.is_empty() {
                let event = state.schedule.keys().next().map(|key| key.0);
                match (event, end) {
                    (Some(event), end) if end.is_none_or(|end| event <= end) => {
                        state.advance(event);
                    }
                    (_, Some(end)) => {
                        state.advance(end);
                        return false;
                    }
                    _ => panic!("the guest waits for ever"),
                }
            }
            true
        })
    }

    fn now() -> Duration {
        with(|state| state.now)
    }

    fn sleep(time: Duration) {
        assert_eq!(
            outstanding(),
            0,
            "the guest sleeps although a completion may come"
        );
        with(|state| state.advance(state.now + time));
    }
}
