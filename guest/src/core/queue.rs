//! The message queue of a thread.

use std::collections::VecDeque;

use super::filter::Filter;
use crate::error::{ERROR_NOT_ENOUGH_QUOTA, WsaError};
use crate::message::{Message, WM_QUIT};

/// The most messages that the queue of a thread holds: 10,000. One more message fails with
/// [`ERROR_NOT_ENOUGH_QUOTA`](crate::ERROR_NOT_ENOUGH_QUOTA) (`S-M3`).
pub const QUEUE_LIMIT: usize = 10_000;

/// The number of messages that are retrieved before the library asks the host for completions, even
/// if more messages wait. So a window that keeps posting to itself does not delay completions.
const TURN: u32 = 32;

/// The message queue of a thread.
#[derive(Default)]
pub(crate) struct Queue {
    /// At most [`QUEUE_LIMIT`].
    posted: VecDeque<Message>,
    /// Completions that were taken although there was no room. Empty while there is room.
    aside: VecDeque<Message>,
    /// The exit code of a WM_QUIT that is due once nothing else waits.
    quit: Option<i32>,
    /// Whether a message has arrived since the program last looked.
    news: bool,
    /// Messages retrieved since the library last asked the host for completions.
    retrieved: u32,
}

impl Queue {
    /// Returns how many messages can still be posted.
    pub(crate) fn room(&self) -> usize {
        QUEUE_LIMIT - self.posted.len()
    }

    /// Returns whether a message has arrived since [`find`](Queue::find) last looked.
    pub(crate) fn has_news(&self) -> bool {
        self.news
    }

    /// Adds a message. Fails if the queue is full.
    pub(crate) fn post(&mut self, message: Message) -> Result<(), WsaError> {
        if self.room() == 0 {
            return Err(ERROR_NOT_ENOUGH_QUOTA);
        }
        self.posted.push_back(message);
        self.news = true;
        Ok(())
    }

    /// Adds the message of a completed request. In a full queue it waits for room (`S-M3`: a full
    /// queue loses no completion).
    pub(crate) fn post_completion(&mut self, message: Message) {
        self.news = true;
        if self.room() == 0 {
            self.aside.push_back(message);
        } else {
            self.posted.push_back(message);
        }
    }

    /// Makes WM_QUIT due once no other message waits.
    pub(crate) fn post_quit(&mut self, code: i32) {
        self.quit = Some(code);
        self.news = true;
    }

    /// Returns whether a WM_QUIT waits.
    pub(crate) fn has_quit(&self) -> bool {
        self.quit.is_some()
    }

    /// Returns the WM_QUIT of [`post_quit`](Queue::post_quit).
    pub(crate) fn quit(&mut self, remove: bool) -> Option<Message> {
        let code = if remove { self.quit.take() } else { self.quit };
        code.map(|code| Message::new(None, WM_QUIT, u64::from(code as u32), 0))
    }

    /// Keeps only these messages, and fills the room that this makes.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Message) -> bool) {
        self.posted.retain(&mut keep);
        self.aside.retain(&mut keep);
        self.fill();
    }

    /// Returns the oldest message that matches.
    pub(crate) fn find(&mut self, filter: &Filter, remove: bool) -> Option<Message> {
        self.news = false;
        let wanted = |m: &Message| filter.matches(m.hwnd, m.message);
        // Messages in `aside` count as posted too. They are younger than all others.
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

    /// Returns whether enough messages were retrieved to ask the host for completions. The count
    /// then starts again.
    pub(crate) fn is_hosts_turn(&mut self) -> bool {
        let turn = self.retrieved >= TURN;
        if turn {
            self.retrieved = 0;
        }
        turn
    }

    fn fill(&mut self) {
        let count = self.room().min(self.aside.len());
        self.posted.extend(self.aside.drain(..count));
    }
}
