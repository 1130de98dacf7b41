//! Defects to plant in the engine's code: a model that holds must find them.

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A result becomes a completion whether or not its request is still pending.
    DecideUnseen,
    /// An async outcome marks its job as done, and is lost.
    LoseOutcome,
    /// An async outcome is queued, and wakes no session.
    RespondQuietly,
    /// A signal to a session does not wake the session.
    SignalQuietly,
    /// A result of a lookup wakes no task.
    WakeNoLookup,
    /// A lookup enters its waker, and does not look for an outcome again.
    EnterUnseen,
    /// A dropped lookup leaves its waker.
    KeepWaker,
    /// A completion that another interface of the guest has settled wakes nobody.
    SettleQuietly,
    /// An overdue request stays pending.
    ForgetDeadline,
    /// A cancelled request keeps its handle.
    CancelKeepsHandle,
    /// A completion that was taken is not remembered.
    TakeForgetsHandle,
    /// The last clean-up leaves the requests in the table.
    KeepTable,
    /// A dropped session stays in the registry.
    DropKeepsPlace,
    /// A waiter does not check again after it has entered the list of waiters.
    WaitWithoutLooking,
    /// A notification looks for waiters without a fence.
    NotifyWithoutFence,
    /// A thread that schedules a session counts a worker as woken, and wakes none.
    WakeNobody,
    /// A worker that takes a job of a session with more jobs does not reschedule the session.
    NotRescheduled,
    /// A worker that takes the last job of a session leaves it marked as scheduled.
    NotUnscheduled,
    /// A lingering worker leaves without looking for a job.
    LeaveUnseen,
    /// A throttled session stays throttled when one of its workers is free again.
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
    /// A pool that closes wakes no worker.
    CloseQuietly,
    /// A session gets the signal that the engine is down before the engine is marked as down.
    CutTooEarly,
}

/// Whether this defect is planted. Never outside of tests.
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

    /// Removes the planted defect.
    #[cfg(test)]
    pub(crate) fn mend() {
        PLANTED.set(None);
    }
}
