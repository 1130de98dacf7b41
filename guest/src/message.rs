//! A message, as a window procedure gets it.

use crate::answer::Answer;
use crate::error::WsaError;
use crate::window::Hwnd;

/// A message that does nothing.
pub const WM_NULL: u32 = 0x0000;
/// The message that ends a message loop; [`get_message`](crate::get_message) turns it into
/// [`Retrieved::Quit`](crate::Retrieved::Quit).
pub const WM_QUIT: u32 = 0x0012;
/// A timer has passed; `wparam` is its id (`S-M6`).
pub const WM_TIMER: u32 = 0x0113;
/// The first of the numbers that are a window's own, up to 0x7FFF.
pub const WM_USER: u32 = 0x0400;
/// The first of the numbers that are an application's own, up to 0xBFFF.
pub const WM_APP: u32 = 0x8000;

/// What a window procedure returns: `LRESULT`.
pub type LResult = isize;

/// One message of a window.
///
/// Of a completed request (`S-R6`), `message` and `hwnd` are those that the request was given,
/// `wparam` is its task handle, the high word of `lparam` its error, 0 for none, and the low word the
/// size in bytes of the answer. The answer itself is in [`answer`](Message::answer): it owns its data
/// and lies in no buffer, so the size is what Winsock's structure would need on wasm32 (`S-R7`,
/// `S-R9`), and 65535 for anything larger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The window that it is for; none for a message of the thread's own.
    pub hwnd: Option<Hwnd>,
    /// What it is about.
    pub message: u32,
    /// `wParam`: a task handle, a timer's id, or the poster's own.
    pub wparam: u64,
    /// `lParam`: error and size of a completion, or the poster's own.
    pub lparam: u32,
    outcome: Option<Result<Answer, WsaError>>,
    is_completion: bool,
}

impl Message {
    /// A message that carries no answer, to be given to [`dispatch_message`](crate::dispatch_message)
    /// or compared with.
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

    /// The message of a request that ended, `S-R6`.
    pub(crate) fn completion(
        hwnd: Option<Hwnd>,
        message: u32,
        handle: u64,
        outcome: Result<Answer, WsaError>,
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

    /// The same message as the end of a request, which another face has put into words of its own.
    pub(crate) fn into_completion(self) -> Message {
        Message {
            is_completion: true,
            ..self
        }
    }

    /// What came of the request whose end this is; none if it is not the end of one.
    pub fn answer(&self) -> Option<Result<&Answer, WsaError>> {
        self.outcome
            .as_ref()
            .map(|outcome| outcome.as_ref().map_err(|&error| error))
    }

    /// Like [`answer`](Message::answer), and gives the answer away.
    pub fn into_answer(self) -> Option<Result<Answer, WsaError>> {
        self.outcome
    }

    /// Like [`into_answer`](Message::into_answer), and leaves a message without one.
    pub fn take_answer(&mut self) -> Option<Result<Answer, WsaError>> {
        self.outcome.take()
    }

    /// Whether it is the end of a request.
    pub(crate) fn is_completion(&self) -> bool {
        self.is_completion
    }
}

/// MAKELPARAM, also MAKELONG: two words in one number.
pub const fn makelparam(low: u16, high: u16) -> u32 {
    low as u32 | (high as u32) << 16
}

/// LOWORD: the low word.
pub const fn loword(value: u32) -> u16 {
    value as u16
}

/// HIWORD: the high word.
pub const fn hiword(value: u32) -> u16 {
    (value >> 16) as u16
}

/// WSAGETASYNCERROR: the error number in a completion's `lparam`, 0 for none (`S-R6`).
pub const fn wsa_get_async_error(lparam: u32) -> u16 {
    hiword(lparam)
}

/// WSAGETASYNCBUFLEN: the size in bytes in a completion's `lparam` (`S-R7`).
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
    fn a_completion_has_its_handle_error_and_size() {
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
    fn a_size_over_a_word_saturates() {
        let large = Message::completion(hwnd(), 0, 1, Ok(protocol("x".repeat(70_000))));
        assert_eq!(loword(large.lparam), 65_535);
        assert_eq!(hiword(large.lparam), 0);
    }

    #[test]
    fn an_answer_is_taken_once_and_a_plain_message_has_none() {
        let mut message = Message::completion(hwnd(), 0, 1, Ok(protocol("ip".into())));
        assert_eq!(message.take_answer(), Some(Ok(protocol("ip".into()))));
        assert_eq!(message.take_answer(), None);
        assert_eq!(
            Message::new(hwnd(), WM_NULL, 0, makelparam(1, 2)).answer(),
            None
        );
    }
}
