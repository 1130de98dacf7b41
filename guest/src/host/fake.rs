//! A host for native tests. A test controls its answers and its clock, which otherwise moves only
//! when the guest waits. In `tests/fake.rs` the model of a session judges it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

use super::seam::{Completion, Host};
use crate::answer::Outcome;
use crate::bindings::types::Query;
use crate::error::{
    WSAEALREADY, WSAEINVAL, WSAENETDOWN, WSAEWOULDBLOCK, WSANO_DATA, WSANOTINITIALISED, WsaError,
};
use crate::handle::TaskHandle;

/// The fake host of a thread. Each test has a thread.
pub(crate) struct Fake;

#[derive(Default)]
struct State {
    now: Duration,
    /// Calls of `wait`.
    waits: u32,
    /// Calls of `wait` that found nothing to take.
    pauses: u32,
    startups: u32,
    last: TaskHandle,
    limit: Option<usize>,
    down: bool,
    /// The outcomes of the next requests, and when they complete after their start.
    planned: VecDeque<(Duration, Outcome)>,
    queries: Vec<String>,
    /// The tags of the requests that have not completed.
    outstanding: BTreeMap<TaskHandle, u64>,
    /// The requests whose completions were taken.
    completed: HashSet<TaskHandle>,
    /// Completions that were not taken.
    ready: VecDeque<Completion>,
    schedule: BTreeMap<(Duration, TaskHandle), Outcome>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(f)
}

/// Completes an outstanding request now.
pub(crate) fn complete(handle: TaskHandle, outcome: Outcome) {
    with(|state| state.complete(handle, outcome));
}

/// Completes a request when the clock reaches `time`, unless it is cancelled before.
pub(crate) fn complete_at(time: Duration, handle: TaskHandle, outcome: Outcome) {
    with(|state| state.schedule.insert((time, handle), outcome));
}

/// Plans an outcome for the next request without a planned one, `after` the start of the request.
pub(crate) fn plan(after: Duration, outcome: Outcome) {
    with(|state| state.planned.push_back((after, outcome)));
}

/// Takes the resolver side down, which completes every request (`S-R18`), or brings it up again.
pub(crate) fn set_down(down: bool) {
    with(|state| {
        state.down = down;
        while down && let Some(&handle) = state.outstanding.keys().next() {
            state.complete(handle, Err(WSAENETDOWN));
        }
    });
}

/// Replaces this host by a new one.
pub(crate) fn reset() {
    with(|state| *state = State::default());
}

/// Completes the request that was started last, with WSANO_DATA.
pub(crate) fn complete_last() {
    with(|state| state.complete(state.last, Err(WSANO_DATA)));
}

/// Moves the clock.
pub(crate) fn advance(time: Duration) {
    with(|state| state.advance(state.now + time));
}

/// Sets how many requests may be outstanding or have a completion that was not taken.
pub(crate) fn limit(requests: usize) {
    with(|state| state.limit = Some(requests));
}

/// Returns how often the guest has waited or slept.
pub(crate) fn pauses() -> u32 {
    with(|state| state.pauses)
}

/// Returns start-ups less clean-ups.
pub(crate) fn startups() -> u32 {
    with(|state| state.startups)
}

/// Returns the number of requests that are neither completed nor cancelled.
pub(crate) fn outstanding() -> usize {
    with(|state| state.outstanding.len())
}

/// Returns the number of completions that the guest has not taken.
pub(crate) fn waiting() -> usize {
    with(|state| state.ready.len())
}

/// Returns the request that was started last.
pub(crate) fn last() -> TaskHandle {
    with(|state| state.last)
}

/// Returns the questions that were asked, in order.
pub(crate) fn queries() -> Vec<String> {
    with(|state| state.queries.clone())
}

impl State {
    fn complete(&mut self, handle: TaskHandle, outcome: Outcome) {
        if let Some(tag) = self.outstanding.remove(&handle) {
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
                state.completed.clear();
                state.ready.clear();
            }
            Ok(())
        })
    }

    fn request(query: Query<'_>, tag: u64) -> Result<TaskHandle, WsaError> {
        with(|state| {
            if state.startups == 0 {
                return Err(WSANOTINITIALISED);
            }
            if state.down {
                return Err(WSAENETDOWN);
            }
            let held = state.outstanding.len() + state.ready.len();
            if state.limit.is_some_and(|limit| held >= limit) {
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

    fn cancel(handle: TaskHandle) -> Result<(), WsaError> {
        with(|state| {
            if state.startups == 0 {
                return Err(WSANOTINITIALISED);
            }
            if state.down {
                return Err(WSAENETDOWN);
            }
            let ready = state.ready.iter().position(|c| c.handle == handle);
            if state.outstanding.remove(&handle).is_some() {
                Ok(())
            } else if let Some(place) = ready {
                // S-C2: what was not taken is no message yet.
                state.ready.remove(place);
                Ok(())
            } else if state.completed.contains(&handle) {
                Err(WSAEALREADY)
            } else {
                Err(WSAEINVAL)
            }
        })
    }

    fn take(max: u32) -> Vec<Completion> {
        with(|state| {
            let count = state.ready.len().min(max as usize);
            let taken: Vec<_> = state.ready.drain(..count).collect();
            state.completed.extend(taken.iter().map(|c| c.handle));
            taken
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
