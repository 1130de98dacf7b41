//! Getting and dispatching messages.

use std::ops::RangeInclusive;

use winsock_async_guest::face::{get_message, peek_message};
use winsock_async_guest::{
    ERROR_NOT_ENOUGH_QUOTA, ERROR_POSSIBLE_DEADLOCK, LResult, Message, MessagesOf, WM_NULL,
    WM_QUIT, WM_TIMER, WsaError, dispatch_message, wait_message,
};

use super::error::{ERROR_NOACCESS, SetLastError};
use super::time::GetTickCount;
use super::types::BOOL;
use super::{stuck, timer};
use crate::hwnd::{HWND, from_c, to_c};
use crate::memory;

const PM_REMOVE: u32 = 1;

/// `POINT`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct POINT {
    x: i32,
    y: i32,
}

/// `MSG`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MSG {
    hwnd: HWND,
    message: u32,
    wParam: u32,
    lParam: i32,
    time: u32,
    pt: POINT,
}

/// GetMessage: waits for a message. Returns 0 for WM_QUIT, and -1 on an error (`S-M1`, `S-M2`).
/// With a null `hwnd` it gets every message, with -1 the messages of the thread.
///
/// If no message can ever come, it returns -1 and a WM_NULL without a window. If the program then
/// calls it again, it ends the program with status 3.
///
/// # Safety
/// `to` is null, no memory, or a `MSG` of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetMessageA(to: *mut MSG, hwnd: HWND, first: u32, last: u32) -> BOOL {
    if !is_memory(to) {
        return -1;
    }
    let found = get_message(of(hwnd), range(first, last));
    let (message, result) = match found {
        Ok(found) => {
            stuck::clear();
            let is_quit = found.message == WM_QUIT;
            (found, BOOL::from(!is_quit))
        }
        Err(error) if is_vain(error) => {
            stuck::note("GetMessage");
            (Message::new(None, WM_NULL, 0, 0), -1)
        }
        Err(_) => return -1,
    };
    // SAFETY: see above.
    unsafe { memory::write(to, MSG::of(&message)) };
    result
}

/// PeekMessage: gets what [`GetMessageA`] would get, without waiting. FALSE if there is nothing
/// (`S-M1`).
///
/// # Safety
/// As for [`GetMessageA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PeekMessageA(
    to: *mut MSG,
    hwnd: HWND,
    first: u32,
    last: u32,
    how: u32,
) -> BOOL {
    if !is_memory(to) {
        return 0;
    }
    let remove = how & PM_REMOVE != 0;
    let Ok(Some(found)) = peek_message(of(hwnd), range(first, last), remove) else {
        return 0;
    };
    stuck::clear();
    // SAFETY: see above.
    unsafe { memory::write(to, MSG::of(&found)) };
    1
}

/// WaitMessage: waits for a message that the program has not looked at (`S-M2`). FALSE if no
/// message can ever come. If the program then calls it again, it ends the program with status 3.
#[unsafe(no_mangle)]
pub extern "C" fn WaitMessage() -> BOOL {
    let waited = wait_message();
    match waited {
        Ok(()) => stuck::clear(),
        Err(error) if is_vain(error) => stuck::note("WaitMessage"),
        Err(_) => {}
    }
    BOOL::from(waited.is_ok())
}

/// TranslateMessage: returns FALSE, because there are no keys to translate.
#[unsafe(no_mangle)]
pub extern "C" fn TranslateMessage(_message: *const MSG) -> BOOL {
    0
}

/// DispatchMessage: calls the procedure of the window or of the timer (`S-M6`), and returns its
/// result. Returns 0 if the window is gone or the message has none.
///
/// # Safety
/// `message` is null, no memory, or a `MSG`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DispatchMessageA(message: *const MSG) -> i32 {
    // SAFETY: any bytes are a `MSG`, and its handle is not dereferenced.
    let Some(message) = (unsafe { memory::read(message) }) else {
        SetLastError(ERROR_NOACCESS);
        return 0;
    };
    let message = Message::new(
        from_c(message.hwnd),
        message.message,
        message.wParam.into(),
        message.lParam.cast_unsigned(),
    );
    dispatch(&message) as i32
}

/// Dispatches a message, for [`DispatchMessageA`] and for the default blocking hook.
pub(crate) fn dispatch(message: &Message) -> LResult {
    if message.message == WM_TIMER && message.lparam != 0 {
        let lparam = message.lparam.cast_signed();
        timer::call(to_c(message.hwnd), message.wparam as u32, lparam);
        return 0;
    }
    dispatch_message(message)
}

impl MSG {
    fn of(found: &Message) -> MSG {
        MSG {
            hwnd: to_c(found.hwnd),
            message: found.message,
            wParam: found.wparam as u32,
            lParam: found.lparam.cast_signed(),
            time: GetTickCount(),
            pt: POINT::default(),
        }
    }
}

/// Returns whether a message can be written to this address. If not, no message leaves the queue.
fn is_memory(to: *const MSG) -> bool {
    // SAFETY: any bytes are a `MSG`, and nothing of it is used.
    let is_memory = unsafe { memory::read(to) }.is_some();
    if !is_memory {
        SetLastError(ERROR_NOACCESS);
    }
    is_memory
}

/// Returns the owner of the messages that a handle asks for.
fn of(hwnd: HWND) -> MessagesOf {
    if hwnd.addr() == usize::MAX {
        MessagesOf::Thread
    } else {
        from_c(hwnd).into()
    }
}

/// Returns the range of message numbers, which is all numbers if both are 0.
fn range(first: u32, last: u32) -> RangeInclusive<u32> {
    match (first, last) {
        (0, 0) => 0..=u32::MAX,
        _ => first..=last,
    }
}

/// Returns whether the error says that the wait would never end.
fn is_vain(error: WsaError) -> bool {
    matches!(error, ERROR_POSSIBLE_DEADLOCK | ERROR_NOT_ENOUGH_QUOTA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_0_to_0_is_all_and_a_falling_range_is_empty() {
        assert!(range(0, 0).contains(&u32::MAX));
        assert!(range(5, 7).contains(&7) && !range(5, 7).contains(&8));
        assert!(!range(7, 5).contains(&6));
    }

    #[test]
    fn null_asks_for_any_message_and_minus_one_for_those_of_the_thread() {
        let handle = std::ptr::without_provenance_mut;
        assert_eq!(of(handle(0)), MessagesOf::Any);
        assert_eq!(of(handle(usize::MAX)), MessagesOf::Thread);
        assert!(matches!(of(handle(3)), MessagesOf::Window(_)));
    }
}
