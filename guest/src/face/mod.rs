//! The calls that another face of this library, such as the C face (`guest/c`), needs besides those
//! of this crate.
//!
//! The requests of a face have handles of 32 bits. Their outcome goes to a [`Recipient`] before any
//! message tells of it.

mod question;

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::answer::Answer;
use crate::blocking::{self, BlockingHook};
use crate::checks::check_idle;
use crate::core::{Filter, MessagesOf, Route};
use crate::error::WsaError;
use crate::handle::Hwnd;
use crate::host::{self, Current, Host};
use crate::last_error::record;
use crate::message::{LResult, Message};
use crate::queue;
use crate::reactor;
use crate::runtime::{run, with};
use crate::timer;

pub use crate::core::Recipient;
pub use question::Question;

/// Starts a request, like the six requests of this crate and with their errors.
///
/// The handle is never 0. It is not the handle of a request that is outstanding, or of one of the
/// last 65,536 that completed (`S-R17`).
pub fn request(question: Question<'_>, recipient: Box<dyn Recipient>) -> Result<u32, WsaError> {
    record(check_idle().and_then(|()| start(question, recipient)))
}

fn start(question: Question<'_>, recipient: Box<dyn Recipient>) -> Result<u32, WsaError> {
    let handle = with(|core| core.handles.unused());
    let task = host::request(question.into_query(), Route::Face(handle).tag())?;
    with(|core| core.handles.begin(handle, task, recipient));
    Ok(handle)
}

/// Asks and waits, like the six blocking calls of this crate and with their errors. The default
/// hook dispatches messages with `dispatch`, because a face may have timers with procedures
/// (`S-B1`).
pub fn ask(question: Question<'_>, dispatch: fn(&Message) -> LResult) -> Result<Answer, WsaError> {
    record(blocking::ask(question.into_query(), dispatch))
}

/// Does what the default hook does while [`ask`] waits.
pub fn default_hook(dispatch: fn(&Message) -> LResult) -> bool {
    BlockingHook::default().call_with(dispatch)
}

/// WSACancelAsyncRequest, with the errors of
/// [`wsa_cancel_async_request`](crate::wsa_cancel_async_request).
///
/// When it returns, the recipient has delivered, was dropped, or was withdrawn, whatever the result
/// (`S-C4`: after a refused cancel the buffer is the caller's).
pub fn cancel(handle: u32) -> Result<(), WsaError> {
    // The host refuses a handle that names nothing, because its other errors precede WSAEINVAL
    // (S-C5).
    let task = with(|core| core.handles.task(handle)).unwrap_or(0);
    let cancelled = check_idle().and_then(|()| Current::cancel(task));
    match cancelled {
        Ok(()) => run(with(|core| core.handles.cancelled(handle))),
        Err(_) => settle(handle),
    }
    record(cancelled)
}

/// Delivers completions until this request has completed. Withdraws its recipient if it has not.
fn settle(handle: u32) {
    let is_pending = || with(|core| core.handles.is_pending(handle));
    while is_pending() && reactor::turn() {}
    with(|core| core.handles.withdraw(handle));
}

/// Like [`get_message`](crate::get_message), with WM_QUIT as a message.
pub fn get_message(of: MessagesOf, range: RangeInclusive<u32>) -> Result<Message, WsaError> {
    queue::next(&Filter::new(of, range))
}

/// Like [`peek_message`](crate::peek_message), with WM_QUIT as a message.
pub fn peek_message(
    of: MessagesOf,
    range: RangeInclusive<u32>,
    remove: bool,
) -> Result<Option<Message>, WsaError> {
    queue::peek(&Filter::new(of, range), remove)
}

/// Like [`set_timer`](crate::set_timer), with the `lparam` of the messages.
pub fn set_timer(
    hwnd: Option<Hwnd>,
    id: u64,
    period: Duration,
    lparam: u32,
) -> Result<(), WsaError> {
    timer::set(hwnd, id, period, lparam)
}
