//! Takes completions from the host, delivers them, and waits for more.

use std::time::Duration;

use crate::core::{Effect, Route};
use crate::host::{Current, Host};
use crate::runtime::{run, with};

/// The most completions that one call takes, so that a flood of them needs no large list.
const BATCH: usize = 256;

/// Takes completions for which the queue has room, and returns how many there were.
///
/// A completion without room stays in the host, where it counts against the limits of the guest
/// (`S-M3`).
pub(crate) fn take() -> usize {
    let room = with(|core| core.queue.room());
    take_up_to(room.min(BATCH))
}

/// Waits until something was delivered, until the clock of the host reaches `until`, or until a
/// sleep ends. Returns false if nothing can ever come. Never spins (`S-M2`).
pub(crate) fn wait(until: Option<Duration>) -> bool {
    let sleeper = with(|core| core.sleepers.next());
    let until = [until, sleeper].into_iter().flatten().min();
    let left = || until.map(|until| until.saturating_sub(Current::now()));
    let ready = Current::wait(left());
    if !ready {
        match left() {
            None => return false,
            // With nothing outstanding, the host returns at once.
            Some(left) if !left.is_zero() => Current::sleep(left),
            Some(_) => {}
        }
    }
    turn();
    true
}

/// Delivers completions and wakes the sleeps that have ended. Never waits. Returns whether there
/// was anything to do.
///
/// A full queue does not stop it, because the caller does not wait for the queue. It then sets
/// messages aside.
pub(crate) fn turn() -> bool {
    let room = with(|core| core.queue.room());
    let taken = take_up_to(if room == 0 { BATCH } else { room.min(BATCH) });
    let due = match with(|core| core.sleepers.next()) {
        Some(_) => with(|core| core.sleepers.due(Current::now())),
        // Without a sleep, the clock is not asked.
        None => Vec::new(),
    };
    let woken = !due.is_empty();
    run(due);
    taken > 0 || woken
}

fn take_up_to(max: usize) -> usize {
    if max == 0 {
        return 0;
    }
    let completions = Current::take(max as u32);
    let count = completions.len();
    let mut wakes = Vec::new();
    for completion in completions {
        let route = Route::from_tag(completion.tag);
        match with(|core| core.complete(route, completion.handle, completion.outcome)) {
            Some(wake @ Effect::Wake(_)) => wakes.push(wake),
            effect => run(effect),
        }
    }
    // A woken task may take completions. It must find these delivered, or the order would change.
    run(wakes);
    count
}
