//! The loop in which a call blocks.

use std::task::{Poll, Waker};
use std::time::Duration;

use super::hook::BlockingHook;
use crate::answer::{FromAnswer, Outcome};
use crate::bindings::types::Query;
use crate::checks::check_idle;
use crate::error::{WSANO_RECOVERY, WsaError};
use crate::host::{Current, Host};
use crate::last_error::record;
use crate::queue::next_timer;
use crate::reactor;
use crate::runtime::with;
use crate::startup::clean_up;
use crate::waiter::Waiter;
use crate::window::{Dispatch, dispatch_message};

/// The longest time between two calls of a hook of the program while a call blocks: 10 ms. The
/// default hook has no such limit: it is called when a completion arrives or a timer is due.
pub const HOOK_PERIOD: Duration = Duration::from_millis(10);

/// The most calls of a hook in a row before the loop checks the request. So a window that keeps
/// posting to itself does not keep a call from returning.
const TURN: u32 = 32;

/// Asks, waits for the outcome, and makes an error the last error (`S-S6`).
pub(super) fn block<T: FromAnswer>(query: Query<'_>) -> Result<T, WsaError> {
    record(
        ask(query, dispatch_message)
            .and_then(|answer| T::from_answer(answer).ok_or(WSANO_RECOVERY)),
    )
}

/// Asks and waits for the outcome. The default hook dispatches in the given way. Leaves the last
/// error alone.
pub(crate) fn ask(query: Query<'_>, dispatch: Dispatch) -> Outcome {
    check_idle()?;
    wait(Waiter::start(query)?, dispatch)
}

fn wait(waiter: Waiter, dispatch: Dispatch) -> Outcome {
    let hook = BlockingHook::of(with(|core| core.blocking.enter(waiter.id())));
    let _guard = Guard;
    // An answer that is there at once needs no hook (S-B1).
    while !waiter.is_finished() && reactor::turn() {}
    loop {
        if let Poll::Ready(outcome) = waiter.poll(Waker::noop().clone()) {
            return outcome;
        }
        let is_busy = call_hook(&hook, dispatch);
        let has_arrived = reactor::turn();
        // The hook may have to handle what has arrived, so do not sleep yet.
        if is_busy || has_arrived || waiter.is_finished() {
            continue;
        }
        let until = if hook.is_default() {
            next_timer()
        } else {
            Some(Current::now().saturating_add(HOOK_PERIOD))
        };
        if !reactor::wait(until) {
            // The host has lost the request, so it is broken. Waiting on would hang.
            return Err(WSANO_RECOVERY);
        }
    }
}

/// Calls the hook until it returns false or the call is cancelled. Returns true if it stopped after
/// [`TURN`] calls.
fn call_hook(hook: &BlockingHook, dispatch: Dispatch) -> bool {
    let is_cancelled = || with(|core| core.blocking.is_cancelled());
    (0..TURN).all(|_| hook.call_with(dispatch) && !is_cancelled())
}

/// Ends the blocking call when it is dropped, even if the hook panics.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        for _ in 0..with(|core| core.blocking.leave()) {
            // Fails only if the program has cleaned up too often.
            let _ = clean_up();
        }
    }
}
