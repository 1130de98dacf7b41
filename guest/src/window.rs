//! Windows: the receivers of messages, each with a procedure that handles them.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::error::{ERROR_INVALID_WINDOW_HANDLE, WsaError};
use crate::handle::Hwnd;
use crate::last_error::record;
use crate::message::{LResult, Message};
use crate::reactor;
use crate::runtime::{run, try_with, with};

/// A window of this thread. It is invisible and only receives messages. Dropping it destroys it.
///
/// Its procedure may call this library: it may start and cancel requests, post and send messages,
/// and destroy its own window. It may also run a message loop, in which completions arrive
/// (`S-M5`). The library may then call it again before its first call has returned. So it is an
/// `Fn`: keep its state in a `Cell`, or in a `RefCell` that is not borrowed across such a call.
#[derive(Debug)]
pub struct Window {
    hwnd: Hwnd,
    /// The message queue belongs to a thread, and so does the window.
    not_send: PhantomData<Rc<()>>,
}

impl Window {
    /// CreateWindow: makes a window whose messages go to `procedure`. [`send_message`] and
    /// [`dispatch_message`] return what the procedure returns.
    ///
    /// # Panics
    /// After the thread has made 2³¹ − 1 windows.
    pub fn new(procedure: impl Fn(&Message) -> LResult + 'static) -> Window {
        let hwnd = with(|core| core.windows.add(Rc::new(procedure)));
        Window {
            hwnd,
            not_send: PhantomData,
        }
    }

    /// Returns the handle, by which requests and messages name the window.
    pub fn hwnd(&self) -> Hwnd {
        self.hwnd
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        destroy(self.hwnd);
    }
}

/// DestroyWindow: destroys a window before its [`Window`] is dropped. Its messages and timers go
/// with it. A request for it ends silently (`S-M4`), and can be cancelled until then.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`] if the window does not exist.
pub fn destroy_window(hwnd: impl Into<Option<Hwnd>>) -> Result<(), WsaError> {
    record(if hwnd.into().is_some_and(destroy) {
        Ok(())
    } else {
        Err(ERROR_INVALID_WINDOW_HANDLE)
    })
}

/// IsWindow: returns whether the window exists.
pub fn is_window(hwnd: impl Into<Option<Hwnd>>) -> bool {
    let exists = |hwnd| with(|core| core.windows.exists(hwnd));
    hwnd.into().is_some_and(exists)
}

/// SendMessage: calls the procedure of the window at once, without the queue, and returns its
/// result.
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
    let procedure = record(with(|core| core.windows.procedure(hwnd)))?;
    Ok(procedure(&Message::new(hwnd, message, wparam, lparam)))
}

/// DispatchMessage: calls the procedure of the window of the message, and returns its result.
/// Returns 0 if the window is gone or the message has none.
pub fn dispatch_message(message: &Message) -> LResult {
    let procedure = with(|core| core.windows.procedure(message.hwnd));
    procedure.map_or(0, |procedure| procedure(message))
}

/// A function that dispatches messages. Another face may have a different one.
pub(crate) type Dispatch = fn(&Message) -> LResult;

/// Destroys a window. Returns false if there is none. Leaves the last error alone.
fn destroy(hwnd: Hwnd) -> bool {
    let destroyed = try_with(|core| {
        let was_full = core.queue.room() == 0;
        Some((core.destroy(hwnd)?, was_full))
    });
    let Some((procedure, was_full)) = destroyed.flatten() else {
        return false;
    };
    if was_full {
        // Completions get the room of its removed messages (S-M3).
        reactor::take();
    }
    run([procedure]);
    true
}
