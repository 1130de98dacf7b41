//! The loop in which a call blocks.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::hook::BlockingHook;
use super::{Call, check_idle};
use crate::bindings::types::Query;
use crate::error::{WSANO_RECOVERY, WsaError, record};
use crate::host::{Current, Host};
use crate::lookup::FromAnswer;
use crate::lookup::pending::Outcome;
use crate::queue::next_timer;
use crate::reactor;
use crate::startup::clean_up;
use crate::state::with;
use crate::waiter::Waiter;
use crate::window::{Dispatch, dispatch_message};

/// The longest time between two calls of a program's own blocking hook while a call blocks: 10 ms. The
/// default hook needs none: it is called when something arrives or a timer is due.
pub const HOOK_PERIOD: Duration = Duration::from_millis(10);

/// Calls of a hook that keeps returning true before the request is looked at all the same, so that a
/// window that keeps posting to itself does not keep a call from its end.
const TURN: u32 = 32;

/// Asks, waits for the outcome, and makes its error the last one (`S-S6`).
pub(super) fn block<T: FromAnswer>(query: Query<'_>) -> Result<T, WsaError> {
    record(
        ask(query, dispatch_message)
            .and_then(|answer| T::from_answer(answer).ok_or(WSANO_RECOVERY)),
    )
}

/// Asks and waits for the outcome; meanwhile the default hook dispatches in the given way. Leaves the
/// last error alone.
pub(crate) fn ask(query: Query<'_>, dispatch: Dispatch) -> Outcome {
    check_idle()?;
    wait(Waiter::start(query)?, dispatch)
}

fn wait(waiter: Waiter, dispatch: Dispatch) -> Outcome {
    let call = Rc::new(Call {
        waiter,
        cancelled: Cell::new(false),
    });
    let (hook, _guard) = enter(&call);
    // What is there at once needs no hook (S-B1).
    while !call.waiter.is_finished() && reactor::turn() {}
    loop {
        if let Poll::Ready(outcome) = call.waiter.poll(Waker::noop().clone()) {
            return outcome;
        }
        let busy = run(&hook, &call, dispatch);
        let arrived = reactor::turn();
        // Whatever has arrived may be the hook's to handle, before there is time to sleep.
        if busy || arrived || call.waiter.is_finished() {
            continue;
        }
        let until = if hook.is_default() {
            next_timer()
        } else {
            Some(Current::now().saturating_add(HOOK_PERIOD))
        };
        if !reactor::wait(until) {
            // A host that has lost the request is broken; waiting on would be for ever.
            return Err(WSANO_RECOVERY);
        }
    }
}

/// Calls the hook until it returns false, or the call is cancelled. True if it has not come to that.
fn run(hook: &BlockingHook, call: &Call, dispatch: Dispatch) -> bool {
    (0..TURN).all(|_| hook.call_with(dispatch) && !call.cancelled.get())
}

/// From here on a call blocks, until the guard is dropped.
fn enter(call: &Rc<Call>) -> (BlockingHook, Guard) {
    with(|state| {
        state.blocking.call = Some(Rc::clone(call));
        (state.blocking.hook.clone(), Guard)
    })
}

/// Also where the hook panics, nothing blocks any more.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        // Whoever waits still holds the call, and cancels it by dropping it if it has not ended.
        let (_call, owed) = with(|state| {
            let blocking = &mut state.blocking;
            (blocking.call.take(), std::mem::take(&mut blocking.owed))
        });
        for _ in 0..owed {
            // Fails only where the program has cleaned up too often, as for a `Winsock` dropped then.
            let _ = clean_up();
        }
    }
}
