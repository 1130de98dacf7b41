//! Takes completions from the host, delivers them, and waits for more.

use std::task::Waker;
use std::time::Duration;

use crate::face;
use crate::host::{Completion, Current, Host};
use crate::message::Message;
use crate::route::Route;
use crate::state::with;

/// Completions taken in one call, so that a flood needs no large list.
const BATCH: usize = 256;

/// Takes what has completed and for which the queue has room, and says how many there were.
///
/// What finds no room stays in the host, where it counts against the guest's limits (`S-M3`).
pub(crate) fn take() -> usize {
    let room = with(|state| state.queue.room());
    take_up_to(room.min(BATCH))
}

/// Waits until something was delivered, `until` is there on the host's clock, or a sleeping future is
/// due. False when nothing can ever come. Never spins (`S-M2`).
pub(crate) fn wait(until: Option<Duration>) -> bool {
    let sleeper = with(|state| state.sleepers.next());
    let until = [until, sleeper].into_iter().flatten().min();
    let left = || until.map(|until| until.saturating_sub(Current::now()));
    let ready = Current::wait(left());
    if !ready {
        match left() {
            None => return false,
            // Nothing is outstanding, so the host returned at once.
            Some(left) if !left.is_zero() => Current::sleep(left),
            Some(_) => {}
        }
    }
    turn();
    true
}

/// Delivers what has completed, also when the queue is full, as another than the queue waits:
/// messages are then set aside. Wakes the sleeping futures that are due. Never waits, and says whether
/// there was anything to do.
pub(crate) fn turn() -> bool {
    let room = with(|state| state.queue.room());
    let taken = take_up_to(if room == 0 { BATCH } else { room.min(BATCH) });
    let due = with(|state| match state.sleepers.next() {
        Some(_) => state.sleepers.due(Current::now()),
        None => Vec::new(),
    });
    let woken = !due.is_empty();
    wake(due);
    taken > 0 || woken
}

fn take_up_to(max: usize) -> usize {
    if max == 0 {
        return 0;
    }
    let completions = Current::take(max as u32);
    let count = completions.len();
    // Outside the state: wakers are the program's code, recipients another face's.
    let wakers: Vec<Waker> = completions.into_iter().filter_map(deliver).collect();
    wake(wakers);
    count
}

/// Posts the message, or keeps the outcome for its waiter and returns whom to wake. What nobody waits
/// for any more ends here (`S-M4`).
fn deliver(completion: Completion) -> Option<Waker> {
    match Route::from_tag(completion.tag) {
        Route::Message { hwnd, message } => {
            let Completion {
                handle, outcome, ..
            } = completion;
            with(|state| {
                if state.windows.check(hwnd).is_ok() {
                    let message = Message::completion(hwnd, message, handle, outcome);
                    state.queue.post_completion(message);
                }
            });
            None
        }
        Route::Waiter(number) => with(|state| state.pending.finish(number, completion.outcome)),
        Route::Face(handle) => {
            face::deliver(handle, completion);
            None
        }
    }
}

/// Wakers are the program's code: called outside the state.
pub(crate) fn wake(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}
