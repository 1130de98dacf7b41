//! Messages.

use crate::answer::{Answer, Outcome};
use crate::error::WsaError;
use crate::handle::{Hwnd, TaskHandle};

/// A message that does nothing.
pub const WM_NULL: u32 = 0x0000;
/// The message that ends a message loop. [`get_message`](crate::get_message) returns it as
/// [`Retrieved::Quit`](crate::Retrieved::Quit).
pub const WM_QUIT: u32 = 0x0012;
/// The period of a timer has passed; `wparam` is its id (`S-M6`).
pub const WM_TIMER: u32 = 0x0113;
/// The first number for messages of a window class; 0x7FFF is the last.
pub const WM_USER: u32 = 0x0400;
/// The first number for messages of an application; 0xBFFF is the last.
pub const WM_APP: u32 = 0x8000;

/// The result of a window procedure: `LRESULT`.
pub type LResult = isize;

/// A message of a window or of a thread.
///
/// A completed request has one message (`S-R6`):
/// - `hwnd` and `message` are those that the request was given;
/// - `wparam` is the task handle of the request;
/// - the high word of `lparam` is the error, 0 for none;
/// - the low word of `lparam` is the size of the answer in bytes.
///
/// [`answer`](Message::answer) returns the answer, which owns its data. So the size is that of
/// Winsock's structure on wasm32 with everything that it points to (`S-R7`, `S-R9`). It is 65,535
/// for a larger structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The window that the message is for. `None` for a message of the thread itself.
    pub hwnd: Option<Hwnd>,
    /// The number that says what the message is about.
    pub message: u32,
    /// `wParam`: a task handle, the id of a timer, or a number that the poster chose.
    pub wparam: u64,
    /// `lParam`: error and size of a completion, or a number that the poster chose.
    pub lparam: u32,
    outcome: Option<Outcome>,
    is_completion: bool,
}

impl Message {
    /// Makes a message that carries no answer, for [`dispatch_message`](crate::dispatch_message) or
    /// to compare with.
    pub fn new(hwnd: impl Into<Option<Hwnd>>, message: u32, wparam: u64, lparam: u32) -> Message {
        Message {
            hwnd: hwnd.into(),
            message,
            wparam,
            lparam,
            outcome: None,
            is_completion: false,
        }
    }

    /// Makes the message of a completed request (`S-R6`).
    pub(crate) fn completion(
        hwnd: Option<Hwnd>,
        message: u32,
        handle: TaskHandle,
        outcome: Outcome,
    ) -> Message {
        let lparam = match &outcome {
            Ok(answer) => makelparam(u16::try_from(answer.winsock_size()).unwrap_or(u16::MAX), 0),
            Err(error) => makelparam(0, error.number() as u16),
        };
        Message {
            hwnd,
            message,
            wparam: handle,
            lparam,
            outcome: Some(outcome),
            is_completion: true,
        }
    }

    /// Marks a message of another face as that of a completed request.
    pub(crate) fn into_completion(self) -> Message {
        Message {
            is_completion: true,
            ..self
        }
    }

    /// Returns the outcome of the request. `None` if this is not the message of a completed
    /// request, and after [`take_answer`](Message::take_answer).
    pub fn answer(&self) -> Option<Result<&Answer, WsaError>> {
        self.outcome
            .as_ref()
            .map(|outcome| outcome.as_ref().map_err(|&error| error))
    }

    /// Like [`answer`](Message::answer), but consumes the message.
    pub fn into_answer(self) -> Option<Result<Answer, WsaError>> {
        self.outcome
    }

    /// Like [`answer`](Message::answer), but takes the outcome out of the message.
    pub fn take_answer(&mut self) -> Option<Result<Answer, WsaError>> {
        self.outcome.take()
    }

    /// Returns whether this is the message of a completed request.
    pub(crate) fn is_completion(&self) -> bool {
        self.is_completion
    }
}

/// MAKELPARAM, also MAKELONG: joins two words to one number.
pub const fn makelparam(low: u16, high: u16) -> u32 {
    low as u32 | (high as u32) << 16
}

/// LOWORD: returns the low word.
pub const fn loword(value: u32) -> u16 {
    value as u16
}

/// HIWORD: returns the high word.
pub const fn hiword(value: u32) -> u16 {
    (value >> 16) as u16
}

/// WSAGETASYNCERROR: returns the error number in the `lparam` of a completion, 0 for none (`S-R6`).
pub const fn wsa_get_async_error(lparam: u32) -> u16 {
    hiword(lparam)
}

/// WSAGETASYNCBUFLEN: returns the size in bytes in the `lparam` of a completion (`S-R7`).
pub const fn wsa_get_async_buflen(lparam: u32) -> u16 {
    loword(lparam)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ProtocolEntry;
    use crate::error::WSANO_DATA;

    fn hwnd() -> Option<Hwnd> {
        Hwnd::from_raw(1)
    }

    fn protocol(name: String) -> Answer {
        Answer::Protocol(ProtocolEntry {
            name,
            aliases: vec![],
            number: 6,
        })
    }

    #[test]
    fn a_completion_has_the_handle_the_error_and_the_size() {
        // S-R6, S-R7
        let good = Message::completion(hwnd(), WM_USER, 7 << 40, Ok(protocol("tcp".into())));
        assert_eq!((good.message, good.wparam), (WM_USER, 7 << 40));
        assert_eq!(wsa_get_async_error(good.lparam), 0);
        assert_eq!(wsa_get_async_buflen(good.lparam), 12 + 4 + 4);
        assert_eq!(good.answer(), Some(Ok(&protocol("tcp".into()))));
        let bad = Message::completion(hwnd(), WM_USER, 7, Err(WSANO_DATA));
        assert_eq!((hiword(bad.lparam), loword(bad.lparam)), (11004, 0));
        assert_eq!(bad.into_answer(), Some(Err(WSANO_DATA)));
    }

    #[test]
    fn a_size_over_65535_is_65535() {
        let large = Message::completion(hwnd(), 0, 1, Ok(protocol("x".repeat(70_000))));
        assert_eq!(loword(large.lparam), 65_535);
        assert_eq!(hiword(large.lparam), 0);
    }

    #[test]
    fn an_answer_is_taken_once_and_a_message_of_new_has_none() {
        let mut message = Message::completion(hwnd(), 0, 1, Ok(protocol("ip".into())));
        assert_eq!(message.take_answer(), Some(Ok(protocol("ip".into()))));
        assert_eq!(message.take_answer(), None);
        assert_eq!(
            Message::new(hwnd(), WM_NULL, 0, makelparam(1, 2)).answer(),
            None
        );
    }
}
