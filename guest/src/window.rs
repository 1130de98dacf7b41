//! Windows: something that messages are for, with a procedure that handles them.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::rc::Rc;

use crate::error::{ERROR_INVALID_WINDOW_HANDLE, WsaError, record};
use crate::message::{LResult, Message};
use crate::reactor;
use crate::state::{try_with, with};

/// A window's handle. It is never given to another window, also not after its own is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hwnd(NonZeroU32);

impl Hwnd {
    // 31 bits: a request's tag has no room for more.
    pub(crate) const MAX: u32 = u32::MAX >> 1;

    /// The handle of this number; none for 0 and for what is over 31 bits, which no window has. It
    /// need not be one of a window that exists.
    pub const fn from_raw(raw: u32) -> Option<Hwnd> {
        match NonZeroU32::new(raw) {
            Some(number) if raw <= Hwnd::MAX => Some(Hwnd(number)),
            _ => None,
        }
    }

    /// Its number.
    pub const fn raw(self) -> u32 {
        self.0.get()
    }
}

/// A window of this thread, which nobody sees: it only receives messages. Dropping it destroys it.
///
/// Its procedure may call anything of this library: start and cancel requests, post, send, destroy
/// this very window, and run a message loop of its own, in which completions arrive (`S-M5`) and the
/// procedure may be called again before its first call has returned. That is why it is `Fn`: what it
/// changes belongs in a `Cell`, or in a `RefCell` that is not borrowed across such a call.
#[derive(Debug)]
pub struct Window {
    hwnd: Hwnd,
    /// The queue belongs to a thread, and so does the window.
    not_send: PhantomData<Rc<()>>,
}

impl Window {
    /// CreateWindow: a window whose messages go to `procedure`. What that returns is what
    /// [`send_message`] and [`dispatch_message`] return.
    ///
    /// # Panics
    /// When the thread has made 2³¹ − 1 windows.
    pub fn new(procedure: impl Fn(&Message) -> LResult + 'static) -> Window {
        let hwnd = with(|state| state.windows.add(Rc::new(procedure)));
        Window {
            hwnd,
            not_send: PhantomData,
        }
    }

    /// Its handle, which requests and messages name it by.
    pub fn hwnd(&self) -> Hwnd {
        self.hwnd
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        destroy(self.hwnd);
    }
}

/// DestroyWindow: ends a window before its [`Window`] is dropped. Its messages and timers go with it,
/// and requests that are to tell it something end silently (`S-M4`); they can still be cancelled.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`] if it does not exist.
pub fn destroy_window(hwnd: impl Into<Option<Hwnd>>) -> Result<(), WsaError> {
    record(if hwnd.into().is_some_and(destroy) {
        Ok(())
    } else {
        Err(ERROR_INVALID_WINDOW_HANDLE)
    })
}

/// IsWindow: whether the window exists.
pub fn is_window(hwnd: impl Into<Option<Hwnd>>) -> bool {
    let exists = |hwnd| with(|state| state.windows.exists(hwnd));
    hwnd.into().is_some_and(exists)
}

/// SendMessage: calls the window's procedure and returns its result, past the queue.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`] if the window does not exist.
pub fn send_message(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    wparam: u64,
    lparam: u32,
) -> Result<LResult, WsaError> {
    let hwnd = hwnd.into();
    let procedure = record(with(|state| state.windows.procedure(hwnd)))?;
    Ok(procedure(&Message::new(hwnd, message, wparam, lparam)))
}

/// DispatchMessage: calls the procedure of the message's window and returns its result, or 0 if the
/// window is gone or the message is the thread's own.
pub fn dispatch_message(message: &Message) -> LResult {
    let procedure = with(|state| state.windows.procedure(message.hwnd));
    procedure.map_or(0, |procedure| procedure(message))
}

/// A way to dispatch messages. A face may have one of its own.
pub(crate) type Dispatch = fn(&Message) -> LResult;

/// The windows of a thread.
#[derive(Default)]
pub(crate) struct Windows {
    last: u32,
    procedures: BTreeMap<Hwnd, Rc<Procedure>>,
}

type Procedure = dyn Fn(&Message) -> LResult;

impl Windows {
    fn add(&mut self, procedure: Rc<Procedure>) -> Hwnd {
        let hwnd = Hwnd::from_raw(self.last + 1).expect("at most 2^31 - 1 windows");
        self.last = hwnd.raw();
        self.procedures.insert(hwnd, procedure);
        hwnd
    }

    pub(crate) fn exists(&self, hwnd: Hwnd) -> bool {
        self.procedures.contains_key(&hwnd)
    }

    /// Fails unless the window exists, or it is the thread that is meant.
    pub(crate) fn check(&self, hwnd: Option<Hwnd>) -> Result<(), WsaError> {
        if hwnd.is_none_or(|hwnd| self.exists(hwnd)) {
            Ok(())
        } else {
            Err(ERROR_INVALID_WINDOW_HANDLE)
        }
    }

    fn procedure(&self, hwnd: Option<Hwnd>) -> Result<Rc<Procedure>, WsaError> {
        let procedure = hwnd.and_then(|hwnd| self.procedures.get(&hwnd));
        procedure.cloned().ok_or(ERROR_INVALID_WINDOW_HANDLE)
    }
}

/// Ends a window and all that is its own; false if there was none. Leaves the last error alone.
fn destroy(hwnd: Hwnd) -> bool {
    let (procedure, was_full) = try_with(|state| {
        let procedure = state.windows.procedures.remove(&hwnd);
        let was_full = state.queue.room() == 0;
        if procedure.is_some() {
            state.queue.retain(|message| message.hwnd != Some(hwnd));
            state.timers.kill_all(hwnd);
        }
        (procedure, was_full)
    })
    .unwrap_or_default();
    let found = procedure.is_some();
    if found && was_full {
        reactor::take();
    }
    // Here ends what the procedure owns, perhaps windows and requests, outside the state.
    drop(procedure);
    found
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::error::wsa_get_last_error;
    use crate::message::WM_USER;
    use crate::queue::post_message;
    use crate::testing::recorder;

    #[test]
    fn sending_calls_the_procedure_at_once_and_returns_its_result() {
        let window = Window::new(|m| (m.message + m.lparam) as LResult + m.wparam as LResult);
        assert_eq!(send_message(window.hwnd(), WM_USER, 2, 3), Ok(0x405));
        assert_eq!(dispatch_message(&Message::new(window.hwnd(), 1, 0, 0)), 1);
    }

    #[test]
    fn a_destroyed_window_is_an_error_to_send_to_and_nothing_to_dispatch() {
        let (window, seen) = recorder();
        let hwnd = window.hwnd();
        assert!(is_window(hwnd));
        assert_eq!(destroy_window(hwnd), Ok(()));
        assert!(!is_window(hwnd));
        assert_eq!(
            send_message(hwnd, 0, 0, 0),
            Err(ERROR_INVALID_WINDOW_HANDLE)
        );
        assert_eq!(destroy_window(hwnd), Err(ERROR_INVALID_WINDOW_HANDLE));
        assert_eq!(wsa_get_last_error(), 1400);
        assert_eq!(dispatch_message(&Message::new(hwnd, 0, 0, 0)), 0);
        drop(window);
        assert_ne!(Window::new(|_| 0).hwnd(), hwnd);
        assert!(seen.borrow().is_empty());
    }

    #[test]
    fn a_procedure_may_call_itself_and_destroy_its_window() {
        let depth = Rc::new(Cell::new(0));
        let window = Window::new({
            let depth = depth.clone();
            move |m| {
                depth.set(depth.get() + 1);
                if depth.get() < 3 {
                    return send_message(m.hwnd, 0, 0, 0).unwrap();
                }
                destroy_window(m.hwnd).unwrap();
                9
            }
        });
        assert_eq!(send_message(window.hwnd(), 0, 0, 0), Ok(9));
        assert_eq!((depth.get(), is_window(window.hwnd())), (3, false));
    }

    #[test]
    fn a_procedure_that_owns_windows_may_be_dropped() {
        let (inner, seen) = recorder();
        let inner_hwnd = inner.hwnd();
        let inner = RefCell::new(Some(inner));
        let outer = Window::new(move |_| inner.borrow().is_some() as LResult);
        assert_eq!(send_message(outer.hwnd(), 0, 0, 0), Ok(1));
        post_message(inner_hwnd, WM_USER, 0, 0).unwrap();
        drop(outer);
        assert!(!is_window(inner_hwnd));
        assert!(seen.borrow().is_empty());
    }
}
