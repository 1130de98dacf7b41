//! The calls of the message queue: post, get, peek, quit, and the loop over them.

use std::ops::RangeBounds;
use std::time::Duration;

use crate::core::{Filter, MessagesOf};
use crate::error::{ERROR_NOT_ENOUGH_QUOTA, ERROR_POSSIBLE_DEADLOCK, WsaError};
use crate::handle::Hwnd;
use crate::host::{Current, Host};
use crate::last_error::record;
use crate::message::{Message, WM_QUIT};
use crate::reactor;
use crate::runtime::with;
use crate::window::{Dispatch, dispatch_message};

/// The result of [`get_message`] and [`peek_message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retrieved {
    /// A message, where GetMessage returns nonzero.
    Message(Message),
    /// WM_QUIT with its exit code, where GetMessage returns 0 (`S-M2`).
    Quit(i32),
}

impl Retrieved {
    fn of(message: Message) -> Retrieved {
        match message.message {
            WM_QUIT => Retrieved::Quit(message.wparam as i32),
            _ => Retrieved::Message(message),
        }
    }
}

/// PostMessage, and without a window PostThreadMessage: puts a message at the end of the queue, and
/// returns at once.
///
/// # Errors
/// - [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not
///   exist.
/// - [`ERROR_NOT_ENOUGH_QUOTA`] if [`QUEUE_LIMIT`](crate::QUEUE_LIMIT) messages wait (`S-M3`).
pub fn post_message(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    wparam: u64,
    lparam: u32,
) -> Result<(), WsaError> {
    let message = Message::new(hwnd, message, wparam, lparam);
    record(with(|core| core.post(message)))
}

/// PostQuitMessage: makes [`get_message`] return [`Retrieved::Quit`] with this exit code. Messages
/// that the call looks for come first.
pub fn post_quit_message(code: i32) {
    with(|core| core.queue.post_quit(code));
}

/// GetMessage: waits for a message and takes it out of the queue (`S-M1`, `S-M2`).
///
/// It looks for the messages of a window, or of [`MessagesOf`], whose number is in `range`; `..` is
/// every number. The oldest comes first, then WM_QUIT whatever the filter, then timers. It never
/// spins: it sleeps in the host until a completion or the next timer. Other messages that arrive
/// stay in the queue.
///
/// # Errors
/// - [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not
///   exist, where GetMessage returns -1.
/// - [`ERROR_POSSIBLE_DEADLOCK`] if it would never return: no request is outstanding, and no timer
///   that it looks for is set. Windows would wait for input here; a component has none.
/// - [`ERROR_NOT_ENOUGH_QUOTA`] if it would never return and the queue is full of other messages.
///   Completions may then wait for room.
pub fn get_message(
    of: impl Into<MessagesOf>,
    range: impl RangeBounds<u32>,
) -> Result<Retrieved, WsaError> {
    next(&Filter::new(of, range)).map(Retrieved::of)
}

/// Like [`get_message`], with WM_QUIT as a message.
pub(crate) fn next(filter: &Filter) -> Result<Message, WsaError> {
    loop {
        if let Some(found) = record(posted(filter, true))? {
            return Ok(found);
        }
        // WM_QUIT and timers come after completions, so `retrieve` asks the host for completions
        // first. If neither is set, the wait below does.
        let is_behind = with(|core| core.queue.has_quit() || core.timers.next(filter).is_some());
        if is_behind && let Some(found) = record(retrieve(filter, true))? {
            return Ok(found);
        }
        if !reactor::wait(with(|core| core.timers.next(filter))) {
            let is_full = with(|core| core.queue.room() == 0);
            return record(Err(if is_full {
                ERROR_NOT_ENOUGH_QUOTA
            } else {
                ERROR_POSSIBLE_DEADLOCK
            }));
        }
    }
}

/// PeekMessage: returns what [`get_message`] would find without waiting. With `remove` the message
/// leaves the queue (PM_REMOVE), without it stays (PM_NOREMOVE) (`S-M1`).
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not
/// exist.
pub fn peek_message(
    of: impl Into<MessagesOf>,
    range: impl RangeBounds<u32>,
    remove: bool,
) -> Result<Option<Retrieved>, WsaError> {
    let found = peek(&Filter::new(of, range), remove)?;
    Ok(found.map(Retrieved::of))
}

/// Like [`peek_message`], with WM_QUIT as a message.
pub(crate) fn peek(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    record(retrieve(filter, remove))
}

/// WaitMessage: waits for a message, WM_QUIT or a timer that [`get_message`] and [`peek_message`]
/// have not looked at yet. Never spins (`S-M2`).
///
/// # Errors
/// [`ERROR_POSSIBLE_DEADLOCK`] if nothing can come: no request is outstanding, and no timer is set.
pub fn wait_message() -> Result<(), WsaError> {
    let is_due = || due(&Filter::all(), false).is_some();
    while !(with(|core| core.queue.has_news()) || reactor::take() > 0 || is_due()) {
        if !reactor::wait(next_timer()) {
            return record(Err(ERROR_POSSIBLE_DEADLOCK));
        }
    }
    Ok(())
}

/// Gets and dispatches messages until WM_QUIT, and returns its exit code.
///
/// # Errors
/// Those of [`get_message`]: [`ERROR_POSSIBLE_DEADLOCK`] if nothing can come.
pub fn run_message_loop() -> Result<i32, WsaError> {
    loop {
        match get_message(None, ..)? {
            Retrieved::Message(message) => dispatch_message(&message),
            Retrieved::Quit(code) => return Ok(code),
        };
    }
}

/// Dispatches a message or a timer in the given way, as the default blocking hook does. Returns
/// whether there was one. WM_QUIT stays for the message loop of the program (`S-B1`).
pub(crate) fn dispatch_one(dispatch: Dispatch) -> bool {
    let filter = Filter::all_but_quit();
    // Fails only where the filter names a window.
    let message = match arrived(&filter, true).ok().flatten() {
        Some(message) => Some(message),
        None => due(&filter, true),
    };
    message.as_ref().map(dispatch).is_some()
}

/// Returns when the first timer is due, on the clock of the host.
pub(crate) fn next_timer() -> Option<Duration> {
    with(|core| core.timers.next(&Filter::all()))
}

/// Finds a message in the queue, or one that has arrived by now.
fn arrived(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    loop {
        let found = posted(filter, remove)?;
        if found.is_some() || reactor::take() == 0 {
            return Ok(found);
        }
    }
}

/// Finds a message in the queue, one that has arrived by now, WM_QUIT, or a timer.
fn retrieve(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    let found = arrived(filter, remove)?;
    let found = found.or_else(|| with(|core| core.queue.quit(remove)));
    Ok(found.or_else(|| due(filter, remove)))
}

/// Finds a message in the queue.
fn posted(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    with(|core| core.windows.check(filter.window()))?;
    if with(|core| core.queue.is_hosts_turn()) {
        reactor::take();
    }
    let (found, was_full) = with(|core| {
        let was_full = core.queue.room() == 0;
        (core.queue.find(filter, remove), was_full)
    });
    if found.is_some() && remove && was_full {
        // Completions get the room before the program posts again (S-M3).
        reactor::take();
    }
    Ok(found)
}

/// Finds a timer that is due.
fn due(filter: &Filter, remove: bool) -> Option<Message> {
    // Without a timer, the clock is not asked.
    with(|core| core.timers.next(filter))?;
    let now = Current::now();
    with(|core| core.timers.due(filter, now, remove))
}
