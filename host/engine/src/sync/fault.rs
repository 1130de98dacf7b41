//! Defects that are planted to see whether a model finds them.

/// What can be made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A result becomes a completion whether or not its request is still pending.
    DecideUnseen,
    /// A reply marks its job as done, and brings nothing.
    LoseReply,
    /// A reply brings its outcome and tells nobody.
    ReplyQuietly,
    /// Whoever tells a session something wakes nobody.
    SignalQuietly,
    /// What comes when time is over leaves the request as it is.
    ForgetDeadline,
    /// A cancelled request keeps its handle.
    CancelKeepsHandle,
    /// So does one whose completion was taken.
    TakeKeepsHandle,
    /// The last clean-up leaves the table as it is.
    KeepTable,
    /// A dropped session keeps its place among those that are told.
    DropKeepsPlace,
    /// A waiter does not look once more after it has entered the list of waiters.
    WaitWithoutLooking,
    /// Who tells of a result looks for waiters without a fence.
    NotifyWithoutFence,
    /// Whoever schedules a session counts a worker as woken, and wakes none.
    WakeNobody,
    /// A worker that takes the only turn of a session with more jobs does not reschedule it.
    NotRescheduled,
    /// A worker that takes the last job of a session leaves it marked as scheduled.
    NotUnscheduled,
    /// A throttled session stays so when one of its workers is free again.
    ThrottledForGood,
    /// A worker that is marked as slow and then as stuck is replaced twice.
    ReplacedTwice,
    /// An excess worker ends without looking for a session that waits.
    EndWithoutLooking,
    /// A worker that has found no session releases the lock before it waits.
    WaitWithoutLock,
    /// A guest that cancels releases its session's lock before it marks the worker.
    MarkUnlocked,
    /// No thread can be started. The engine lives with it.
    NoThread,
    /// A pool that closes wakes nobody.
    CloseQuietly,
    /// A session is told that the engine is down before the engine is marked as down.
    CutTooEarly,
}

/// Whether this defect is planted: never in a build.
#[cfg(not(any(test, loom, shuttle)))]
#[inline(always)]
pub(crate) const fn planted(_: Fault) -> bool {
    false
}

#[cfg(any(test, loom, shuttle))]
pub(crate) use self::thread::*;

#[cfg(any(test, loom, shuttle))]
mod thread {
    use std::cell::Cell;

    use super::Fault;

    // The model checkers run the threads of a model on the one thread that has started it.
    std::thread_local! {
        static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    /// Whether this defect is planted.
    pub(crate) fn planted(fault: Fault) -> bool {
        PLANTED.get() == Some(fault)
    }

    /// Plants a defect on this thread.
    #[cfg(test)]
    pub(crate) fn plant(fault: Fault) {
        PLANTED.set(Some(fault));
    }

    /// Mends it.
    #[cfg(test)]
    pub(crate) fn mend() {
        PLANTED.set(None);
    }
}
