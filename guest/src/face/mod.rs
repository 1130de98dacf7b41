//! What another face of this library is made of, such as the one for C (`guest/c`): requests with
//! handles of 32 bits, whose outcome goes to a recipient before any message tells of it.
//!
//! Everything else of such a face is this crate's own calls.

mod handles;
mod question;

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::answer::Answer;
use crate::blocking::{self, BlockingHook, check_idle};
use crate::error::{WsaError, record};
use crate::host::{Completion, Current, Host};
use crate::message::{LResult, Message};
use crate::queue::{self, Filter, MessagesOf};
use crate::reactor;
use crate::route::Route;
use crate::state::with;
use crate::timer;
use crate::window::Hwnd;

pub(crate) use handles::Handles;
pub use question::Question;

/// To whom the outcome of a request goes.
///
/// It runs inside calls of this library, and must call none.
pub trait Recipient {
    /// The outcome. Returns the message to be posted; it is not if its window is gone (`S-M4`).
    ///
    /// Called once, and before the message can be seen (`S-R10`), unless the request is cancelled
    /// (`S-C1`, `S-S4`): then the recipient is dropped. Never before the call that started the
    /// request has returned (`S-R5`).
    fn deliver(self: Box<Self>, handle: u32, outcome: Result<Answer, WsaError>) -> Message;

    /// From here on nothing of the caller's may be touched, although the outcome is still to come: a
    /// cancel was refused, after which callers use their buffers for something else (`S-C4`).
    fn withdraw(&mut self);
}

/// Starts a request, like the six of this crate and with their errors. The handle is never 0, nor that
/// of a request that is outstanding or among the last 65,536 to complete (`S-R17`).
pub fn request(question: Question<'_>, recipient: Box<dyn Recipient>) -> Result<u32, WsaError> {
    record(check_idle().and_then(|()| start(question, recipient)))
}

fn start(question: Question<'_>, recipient: Box<dyn Recipient>) -> Result<u32, WsaError> {
    let handle = with(|state| state.handles.unused());
    let hosts = Current::request(question.0, Route::Face(handle).tag())?;
    with(|state| state.handles.begin(handle, hosts, recipient));
    Ok(handle)
}

/// Asks and waits, like the six blocking calls of this crate and with their errors. The default hook
/// dispatches messages as the face does, such as timers with procedures of their own (`S-B1`).
pub fn ask(question: Question<'_>, dispatch: fn(&Message) -> LResult) -> Result<Answer, WsaError> {
    record(blocking::ask(question.0, dispatch))
}

/// What the default hook does while [`ask`] waits.
pub fn default_hook(dispatch: fn(&Message) -> LResult) -> bool {
    BlockingHook::default().call_with(dispatch)
}

/// WSACancelAsyncRequest, with the errors of
/// [`wsa_cancel_async_request`](crate::wsa_cancel_async_request).
///
/// Whatever it returns, the recipient has delivered, was dropped or was withdrawn when it does
/// (`S-C4`).
pub fn cancel(handle: u32) -> Result<(), WsaError> {
    // A handle that means nothing is the host's to refuse: it has errors that go first (S-C5).
    let hosts = with(|state| state.handles.hosts(handle).unwrap_or(0));
    let cancelled = check_idle().and_then(|()| Current::cancel(hosts));
    match cancelled {
        // Dropped outside the state.
        Ok(()) => drop(with(|state| state.handles.end(handle))),
        Err(_) => settle(handle),
    }
    record(cancelled)
}

/// Delivers what has completed until this request has, and withdraws its recipient if it has not.
fn settle(handle: u32) {
    let is_pending = || with(|state| state.handles.is_pending(handle));
    while is_pending() && reactor::turn() {}
    with(|state| state.handles.withdraw(handle));
}

/// Hands a completion to its recipient, and posts the message that it makes of it.
pub(crate) fn deliver(handle: u32, completion: Completion) {
    let recipient = with(|state| state.handles.complete(handle));
    // Outside the state, as it is not this library's code.
    let message = recipient.map(|recipient| recipient.deliver(handle, completion.outcome));
    if let Some(message) = message {
        with(|state| {
            if state.windows.check(message.hwnd).is_ok() {
                state.queue.post_completion(message.into_completion());
            }
        });
    }
}

/// Like [`get_message`](crate::get_message), with WM_QUIT as the message that it is.
pub fn get_message(of: MessagesOf, range: RangeInclusive<u32>) -> Result<Message, WsaError> {
    queue::next(&Filter::new(of, range))
}

/// Like [`peek_message`](crate::peek_message), with WM_QUIT as the message that it is.
pub fn peek_message(
    of: MessagesOf,
    range: RangeInclusive<u32>,
    remove: bool,
) -> Result<Option<Message>, WsaError> {
    queue::peek(&Filter::new(of, range), remove)
}

/// Like [`set_timer`](crate::set_timer), with the `lparam` of its messages.
pub fn set_timer(
    hwnd: Option<Hwnd>,
    id: u64,
    period: Duration,
    lparam: u32,
) -> Result<(), WsaError> {
    timer::set(hwnd, id, period, lparam)
}

#[cfg(test)]
mod tests;
