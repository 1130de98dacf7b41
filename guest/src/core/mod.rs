//! The tables of a thread: windows, messages, timers, and what waits for an answer.
//!
//! The tables have no statics and no locks, and do not ask the host. They do not run code of the
//! program: a change that must run some returns it as an [`Effect`], which [`crate::runtime`] runs.
//! Only [`Recipient::withdraw`] runs here, and a recipient must not call this library.

mod blocking;
mod effect;
mod filter;
mod handles;
mod pending;
mod program;
mod queue;
mod route;
mod sleepers;
mod timers;
mod windows;

use crate::answer::Outcome;
use crate::error::WsaError;
use crate::handle::{Hwnd, TaskHandle};
use crate::message::Message;

pub(crate) use blocking::Blocking;
pub(crate) use effect::Effect;
pub(crate) use filter::Filter;
pub use filter::MessagesOf;
pub(crate) use handles::Handles;
pub(crate) use pending::{Pending, WaiterId};
pub(crate) use program::Hook;
pub use program::Recipient;
pub use queue::QUEUE_LIMIT;
pub(crate) use queue::Queue;
pub(crate) use route::Route;
pub(crate) use sleepers::{SleepId, Sleepers};
pub use timers::USER_TIMER_MINIMUM;
pub(crate) use timers::{Timer, Timers};
pub(crate) use windows::Windows;

/// All tables of a thread.
#[derive(Default)]
pub(crate) struct Core {
    pub(crate) windows: Windows,
    pub(crate) queue: Queue,
    pub(crate) timers: Timers,
    pub(crate) pending: Pending,
    pub(crate) handles: Handles,
    pub(crate) sleepers: Sleepers,
    pub(crate) blocking: Blocking,
    /// Start-ups less clean-ups. It only tells which clean-up is the last. The host decides whether
    /// Winsock is started up (`S-S3`).
    startups: u32,
}

impl Core {
    /// Counts a start-up that was granted this version.
    pub(crate) fn started(&mut self, version: u16) {
        self.startups += 1;
        self.blocking.started(version);
    }

    /// Counts a clean-up. The last one ends the requests, all of which the host has cancelled
    /// (`S-S4`).
    pub(crate) fn cleaned_up(&mut self) -> Vec<Effect> {
        self.startups = self.startups.saturating_sub(1);
        if self.startups > 0 {
            return Vec::new();
        }
        self.queue.retain(|message| !message.is_completion());
        let mut effects = self.pending.end_all();
        effects.extend(self.blocking.ended());
        effects.extend(self.handles.end_all());
        effects
    }

    /// Posts a message of the program.
    pub(crate) fn post(&mut self, message: Message) -> Result<(), WsaError> {
        self.windows.check(message.hwnd)?;
        self.queue.post(message)
    }

    /// Posts the message of a completed request. Without its window the request ends silently
    /// (`S-M4`).
    pub(crate) fn post_completion(&mut self, message: Message) {
        if self.windows.check(message.hwnd).is_ok() {
            self.queue.post_completion(message);
        }
    }

    /// Sets a timer, in place of one of the same window and id.
    pub(crate) fn set_timer(&mut self, timer: Timer) -> Result<(), WsaError> {
        self.windows.check(timer.hwnd)?;
        self.timers.set(timer);
        Ok(())
    }

    /// Delivers the outcome of a request along its route. Does nothing if the window or waiter is
    /// gone.
    pub(crate) fn complete(
        &mut self,
        route: Route,
        handle: TaskHandle,
        outcome: Outcome,
    ) -> Option<Effect> {
        match route {
            Route::Message { hwnd, message } => {
                self.post_completion(Message::completion(hwnd, message, handle, outcome));
                None
            }
            Route::Waiter(number) => self.pending.finish(number, outcome),
            Route::Face(handle) => self.handles.complete(handle, outcome),
        }
    }

    /// Ends a window with its messages and timers. Returns `None` if there is no such window.
    pub(crate) fn destroy(&mut self, hwnd: Hwnd) -> Option<Effect> {
        let procedure = self.windows.remove(hwnd)?;
        self.queue.retain(|message| message.hwnd != Some(hwnd));
        self.timers.kill_all(hwnd);
        Some(procedure)
    }
}

#[cfg(test)]
mod tests;
