//! The message queue: post, get, peek, quit, and the loop over them.

use std::collections::VecDeque;
use std::ops::{Bound, RangeBounds};
use std::time::Duration;

use crate::error::{ERROR_NOT_ENOUGH_QUOTA, ERROR_POSSIBLE_DEADLOCK, WsaError, record};
use crate::message::{Message, WM_QUIT};
use crate::reactor;
use crate::state::{State, with};
use crate::window::{Dispatch, Hwnd, dispatch_message};

/// Messages that a thread's queue holds; one more is refused (`S-M3`).
pub const QUEUE_LIMIT: usize = 10_000;

/// Messages retrieved before the host is asked for completions although others wait, so that a window
/// that keeps posting to itself does not keep them from arriving.
const TURN: u32 = 32;

/// What [`get_message`] and [`peek_message`] find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retrieved {
    /// A message: where GetMessage returns nonzero.
    Message(Message),
    /// WM_QUIT with its exit code: where GetMessage returns 0 (`S-M2`).
    Quit(i32),
}

/// Whose messages are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessagesOf {
    /// Every window's, and the thread's own.
    #[default]
    Any,
    /// This window's.
    Window(Hwnd),
    /// The thread's own, which are no window's.
    Thread,
}

impl From<Option<Hwnd>> for MessagesOf {
    /// Without a window, all messages, as GetMessage has it.
    fn from(hwnd: Option<Hwnd>) -> MessagesOf {
        hwnd.map_or(MessagesOf::Any, MessagesOf::Window)
    }
}

impl Retrieved {
    fn of(message: Message) -> Retrieved {
        match message.message {
            WM_QUIT => Retrieved::Quit(message.wparam as i32),
            _ => Retrieved::Message(message),
        }
    }
}

/// PostMessage, and with no window PostThreadMessage: puts a message at the end of the queue and
/// returns at once.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not exist,
/// [`ERROR_NOT_ENOUGH_QUOTA`] if [`QUEUE_LIMIT`] messages wait (`S-M3`).
pub fn post_message(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    wparam: u64,
    lparam: u32,
) -> Result<(), WsaError> {
    let hwnd = hwnd.into();
    record(with(|state| {
        state.windows.check(hwnd)?;
        state
            .queue
            .post(Message::new(hwnd, message, wparam, lparam))
    }))
}

/// PostQuitMessage: has [`get_message`] find [`Retrieved::Quit`] once no other message that it looks
/// for waits.
pub fn post_quit_message(code: i32) {
    with(|state| {
        state.queue.quit = Some(code);
        state.queue.news = true;
    });
}

/// GetMessage: waits for a message and takes it out of the queue (`S-M1`, `S-M2`).
///
/// Looks for messages of a window, or of [whomever](MessagesOf), whose number is in `range` (`..` for
/// all), the oldest first; then for WM_QUIT, whatever the filter; then for timers. Never spins: it sleeps in
/// the host until a completion or the next timer. Other messages arrive meanwhile and stay.
///
/// # Errors
/// - [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not exist:
///   where GetMessage returns -1.
/// - [`ERROR_POSSIBLE_DEADLOCK`] if it would never return: no request is outstanding, and no timer
///   that it looks for is set. Windows would wait for input here; a component has none.
/// - [`ERROR_NOT_ENOUGH_QUOTA`] if it would never return and the queue is full of other messages, for
///   which completions may be waiting.
pub fn get_message(
    of: impl Into<MessagesOf>,
    range: impl RangeBounds<u32>,
) -> Result<Retrieved, WsaError> {
    next(&Filter::new(of, range)).map(Retrieved::of)
}

/// What [`get_message`] finds, WM_QUIT as the message that it is.
pub(crate) fn next(filter: &Filter) -> Result<Message, WsaError> {
    loop {
        if let Some(found) = record(posted(filter, true))? {
            return Ok(found);
        }
        // What comes after completions needs the host's word that none is there. Else waiting tells.
        let behind =
            |state: &mut State| state.queue.quit.is_some() || state.timers.next(filter).is_some();
        if with(behind)
            && let Some(found) = record(retrieve(filter, true))?
        {
            return Ok(found);
        }
        if !reactor::wait(with(|state| state.timers.next(filter))) {
            let full = with(|state| state.queue.room() == 0);
            return record(Err(if full {
                ERROR_NOT_ENOUGH_QUOTA
            } else {
                ERROR_POSSIBLE_DEADLOCK
            }));
        }
    }
}

/// PeekMessage: what [`get_message`] would find without waiting, or none. With `remove` it is taken
/// out (PM_REMOVE), without it stays (PM_NOREMOVE) (`S-M1`).
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not exist.
pub fn peek_message(
    of: impl Into<MessagesOf>,
    range: impl RangeBounds<u32>,
    remove: bool,
) -> Result<Option<Retrieved>, WsaError> {
    let found = peek(&Filter::new(of, range), remove)?;
    Ok(found.map(Retrieved::of))
}

/// What [`peek_message`] finds, WM_QUIT as the message that it is.
pub(crate) fn peek(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    record(retrieve(filter, remove))
}

/// WaitMessage: waits until there is something that [`get_message`] and [`peek_message`] have not been
/// there to look at: a message, WM_QUIT or a timer that is due. Never spins (`S-M2`).
///
/// # Errors
/// [`ERROR_POSSIBLE_DEADLOCK`] if nothing can come: no request is outstanding, and no timer is set.
pub fn wait_message() -> Result<(), WsaError> {
    let filter = Filter::new(MessagesOf::Any, ..);
    let is_due = || with(|state| state.timers.due(&filter, false).is_some());
    while !(with(|state| state.queue.news) || reactor::take() > 0 || is_due()) {
        if !reactor::wait(next_timer()) {
            return record(Err(ERROR_POSSIBLE_DEADLOCK));
        }
    }
    Ok(())
}

/// Gets and dispatches messages until WM_QUIT, and returns its exit code.
///
/// # Errors
/// Those of [`get_message`]: [`ERROR_POSSIBLE_DEADLOCK`] when the program waits for nothing.
pub fn run_message_loop() -> Result<i32, WsaError> {
    loop {
        match get_message(None, ..)? {
            Retrieved::Message(message) => dispatch_message(&message),
            Retrieved::Quit(code) => return Ok(code),
        };
    }
}

/// What the default blocking hook does: dispatches a message or a timer in the given way, and says
/// whether there was one. WM_QUIT stays for the program's own loop (`S-B1`).
pub(crate) fn dispatch_one(dispatch: Dispatch) -> bool {
    let filter = Filter {
        quit: false,
        ..Filter::new(MessagesOf::Any, ..)
    };
    // Only a filter's window can be wrong.
    let message = match arrived(&filter, true).ok().flatten() {
        Some(message) => Some(message),
        None => with(|state| state.timers.due(&filter, true)),
    };
    message.as_ref().map(dispatch).is_some()
}

/// When the first timer is due, on the host's clock.
pub(crate) fn next_timer() -> Option<Duration> {
    with(|state| state.timers.next(&Filter::new(MessagesOf::Any, ..)))
}

/// What is in the queue or arrives by now.
fn arrived(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    loop {
        let found = posted(filter, remove)?;
        if found.is_some() || reactor::take() == 0 {
            return Ok(found);
        }
    }
}

/// What is in the queue or arrives by now, WM_QUIT, or a timer.
fn retrieve(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    if let Some(found) = arrived(filter, remove)? {
        return Ok(Some(found));
    }
    Ok(with(|state| {
        let quit = if remove {
            state.queue.quit.take()
        } else {
            state.queue.quit
        };
        let quit = quit.map(|code| Message::new(None, WM_QUIT, u64::from(code as u32), 0));
        quit.or_else(|| state.timers.due(filter, remove))
    }))
}

/// What is in the queue.
fn posted(filter: &Filter, remove: bool) -> Result<Option<Message>, WsaError> {
    if let MessagesOf::Window(hwnd) = filter.of {
        with(|state| state.windows.check(Some(hwnd)))?;
    }
    if with(|state| state.queue.is_hosts_turn()) {
        reactor::take();
    }
    let (found, was_full) = with(|state| {
        let was_full = state.queue.room() == 0;
        (state.queue.find(filter, remove), was_full)
    });
    if found.is_some() && remove && was_full {
        // Room at last: completions have it before the program posts again (S-M3).
        reactor::take();
    }
    Ok(found)
}

/// Which messages are looked for.
pub(crate) struct Filter {
    of: MessagesOf,
    range: (Bound<u32>, Bound<u32>),
    /// Whether a WM_QUIT that was posted is among them.
    quit: bool,
}

impl Filter {
    pub(crate) fn new(of: impl Into<MessagesOf>, range: impl RangeBounds<u32>) -> Filter {
        Filter {
            of: of.into(),
            range: (range.start_bound().cloned(), range.end_bound().cloned()),
            quit: true,
        }
    }

    pub(crate) fn matches(&self, hwnd: Option<Hwnd>, message: u32) -> bool {
        let is_wanted = match self.of {
            MessagesOf::Any => true,
            MessagesOf::Window(wanted) => hwnd == Some(wanted),
            MessagesOf::Thread => hwnd.is_none(),
        };
        is_wanted && self.range.contains(&message) && (self.quit || message != WM_QUIT)
    }
}

/// The queue of a thread.
#[derive(Default)]
pub(crate) struct Queue {
    /// At most [`QUEUE_LIMIT`].
    posted: VecDeque<Message>,
    /// Completions taken although there was no room; empty while there is.
    aside: VecDeque<Message>,
    quit: Option<i32>,
    /// Whether something has come since the program last looked.
    news: bool,
    retrieved: u32,
}

impl Queue {
    /// How many messages can still be posted.
    pub(crate) fn room(&self) -> usize {
        QUEUE_LIMIT - self.posted.len()
    }

    fn post(&mut self, message: Message) -> Result<(), WsaError> {
        if self.room() == 0 {
            return Err(ERROR_NOT_ENOUGH_QUOTA);
        }
        self.posted.push_back(message);
        self.news = true;
        Ok(())
    }

    /// Posts, or sets aside until there is room (`S-M3`).
    pub(crate) fn post_completion(&mut self, message: Message) {
        self.news = true;
        if self.room() == 0 {
            self.aside.push_back(message);
        } else {
            self.posted.push_back(message);
        }
    }

    /// Keeps only these messages, and fills the room that this makes.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Message) -> bool) {
        self.posted.retain(&mut keep);
        self.aside.retain(&mut keep);
        self.fill();
    }

    /// The oldest message that is looked for.
    fn find(&mut self, filter: &Filter, remove: bool) -> Option<Message> {
        self.news = false;
        let wanted = |m: &Message| filter.matches(m.hwnd, m.message);
        // What was set aside is as much the program's as what is posted, and younger.
        let posted = self.posted.iter().position(wanted);
        let aside = || self.aside.iter().position(wanted);
        let (is_posted, i) = match posted {
            Some(i) => (true, i),
            None => (false, aside()?),
        };
        let queue = if is_posted {
            &mut self.posted
        } else {
            &mut self.aside
        };
        if !remove {
            return queue.get(i).cloned();
        }
        let message = queue.remove(i);
        self.retrieved += 1;
        self.fill();
        message
    }

    fn fill(&mut self) {
        let count = self.room().min(self.aside.len());
        self.posted.extend(self.aside.drain(..count));
    }

    /// Whether so many messages were retrieved that the host is asked for more.
    fn is_hosts_turn(&mut self) -> bool {
        let turn = self.retrieved >= TURN;
        if turn {
            self.retrieved = 0;
        }
        turn
    }
}

#[cfg(test)]
mod tests;
