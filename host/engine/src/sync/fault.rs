//! Defects that are planted to see whether a model finds them.

/// What can be made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A result becomes a completion whether or not its request is still pending.
    DecideUnseen,
    /// A worker leaves the resolver without seeing that it was marked meanwhile.
    LeaveWithoutExchange,
    /// A reply marks its job as done, and brings nothing.
    LoseReply,
    /// A reply brings its outcome and tells nobody.
    ReplyQuietly,
    /// Whoever tells a session something wakes nobody.
    SignalQuietly,
    /// What comes when time is over leaves the request as it is.
    ForgetDeadline,
    /// A worker is marked as stuck whatever it is at by then, and whether or not it is marked already.
    MarkUnseen,
    /// Whoever counts marks takes a worker's next session for the one that it was marked for.
    CountUnseen,
    /// The timekeeper stops looking at workers and does not look once more.
    RestWithoutLooking,
    /// A worker that sets a lane aside does not look whether that is still called for.
    SetAsideWithoutLooking,
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
    /// A worker does not look once more after it has entered the list of the parked.
    ParkWithoutLooking,
    /// Who puts a lane into the queue looks for parked workers without a fence.
    SummonWithoutFence,
    /// A worker that stops looking out does not look once more.
    StopWithoutLooking,
    /// A worker that was chosen, and found a lane by itself, wakes nobody in its place.
    LeaveWithoutPassingOn,
    /// One that was chosen and goes away starts no spare in its place.
    LeaveWithoutRelief,
    /// A worker that takes a lane out of turn does not look for a job that came meanwhile.
    RetireWithoutLooking,
    /// A worker takes a lane out of turn with a weaker ordering.
    RetireWithoutOrder,
    /// A worker ends for a spare too many that is none any more.
    EndUnseen,
    /// No thread can be started. The engine lives with it.
    NoThread,
    /// A pool that closes wakes nobody.
    CloseQuietly,
    /// A lane is marked as cut before the engine is marked as down.
    CutTooEarly,
    /// Where jobs are short, nobody is made the watch.
    NobodyWatches,
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
