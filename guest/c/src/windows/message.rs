//! Getting messages, and handing them to their windows.

use std::ops::RangeInclusive;

use winsock_async_guest::face::{get_message, peek_message};
use winsock_async_guest::{
    ERROR_NOT_ENOUGH_QUOTA, ERROR_POSSIBLE_DEADLOCK, LResult, Message, MessagesOf, WM_NULL,
    WM_QUIT, WM_TIMER, WsaError, dispatch_message, wait_message,
};

use super::time::GetTickCount;
use super::{BOOL, ERROR_NOACCESS, SetLastError, stuck, timer};
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

/// GetMessage: waits for a message; 0 on WM_QUIT, -1 on an error (`S-M1`, `S-M2`). An `hwnd` of null is
/// any, of -1 the thread's own messages.
///
/// Where nothing can ever come it gives a WM_NULL of no window with that -1, and ends the program if it
/// is called again.
///
/// # Safety
/// `to` is null, no memory, or a `MSG` of the program's.
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

/// PeekMessage: what [`GetMessageA`] would get, without waiting; FALSE if there is nothing (`S-M1`).
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

/// WaitMessage: waits for what has not been looked at (`S-M2`). FALSE where nothing can ever come; ends
/// the program if it is called again then.
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

/// TranslateMessage: FALSE, as there are no keys to be translated.
#[unsafe(no_mangle)]
pub extern "C" fn TranslateMessage(_message: *const MSG) -> BOOL {
    0
}

/// DispatchMessage: calls the window's procedure, or the one that SetTimer was given (`S-M6`), and returns
/// its result; 0 if the window is gone or the message the thread's own.
///
/// # Safety
/// `message` is null, no memory, or a `MSG`. No memory is a message that goes nowhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DispatchMessageA(message: *const MSG) -> i32 {
    // SAFETY: any bytes are a `MSG`, whose handle is not followed.
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

/// The same, for the default blocking hook too.
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

/// Whether a message can be put there. Where it cannot, none is taken out of the queue.
fn is_memory(to: *const MSG) -> bool {
    // SAFETY: any bytes are a `MSG`, of which nothing is used.
    let is_memory = unsafe { memory::read(to) }.is_some();
    if !is_memory {
        SetLastError(ERROR_NOACCESS);
    }
    is_memory
}

/// Whose messages a handle asks for.
fn of(hwnd: HWND) -> MessagesOf {
    if hwnd.addr() == usize::MAX {
        MessagesOf::Thread
    } else {
        from_c(hwnd).into()
    }
}

/// The numbers from one to the other; all if both are 0.
fn range(first: u32, last: u32) -> RangeInclusive<u32> {
    match (first, last) {
        (0, 0) => 0..=u32::MAX,
        _ => first..=last,
    }
}

/// Whether waiting would never end.
fn is_vain(error: WsaError) -> bool {
    matches!(error, ERROR_POSSIBLE_DEADLOCK | ERROR_NOT_ENOUGH_QUOTA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_0_to_0_is_all_and_one_that_goes_down_is_none() {
        assert!(range(0, 0).contains(&u32::MAX));
        assert!(range(5, 7).contains(&7) && !range(5, 7).contains(&8));
        assert!(!range(7, 5).contains(&6));
    }

    #[test]
    fn null_is_any_and_minus_one_the_threads_own() {
        let handle = std::ptr::without_provenance_mut;
        assert_eq!(of(handle(0)), MessagesOf::Any);
        assert_eq!(of(handle(usize::MAX)), MessagesOf::Thread);
        assert!(matches!(of(handle(3)), MessagesOf::Window(_)));
    }
}
