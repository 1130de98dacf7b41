//! SetTimer and KillTimer.

use std::time::Duration;

use winsock_async_guest::{WM_TIMER, face, is_window, kill_timer};

use super::error::{ERROR_INVALID_PARAMETER, ERROR_INVALID_WINDOW_HANDLE, SetLastError};
use super::state::with;
use super::stuck;
use super::time::GetTickCount;
use super::types::{BOOL, TIMERPROC};
use crate::hwnd::{HWND, from_c};

/// USER_TIMER_MAXIMUM, in milliseconds: 2³¹ − 1.
const MAXIMUM: u32 = 0x7fff_ffff;

/// SetTimer: makes WM_TIMER come at intervals of 10 ms to 2³¹ − 1 ms (`S-M6`). If `procedure` is
/// not null, DispatchMessage calls it instead of that of the window. A timer without a window gets
/// a new number.
///
/// Returns the number for KillTimer, or 0 on failure. For timer 0 of a window it returns 1, because
/// 0 would be a failure.
///
/// # Safety
/// `procedure` can be called until the timer is killed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SetTimer(
    hwnd: HWND,
    id: u32,
    period: u32,
    procedure: Option<TIMERPROC>,
) -> u32 {
    let hwnd = from_c(hwnd);
    let id = with(|tables| tables.timers.number(hwnd, id));
    let lparam = procedure.map_or(0, |procedure| procedure as usize);
    let period = Duration::from_millis(period.min(MAXIMUM).into());
    if face::set_timer(hwnd, id.into(), period, lparam as u32).is_err() {
        return 0;
    }
    with(|tables| tables.timers.add(hwnd, id, procedure));
    stuck::clear();
    id.max(1)
}

/// KillTimer: stops a timer. FALSE if no such timer is set. None of its messages comes afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn KillTimer(hwnd: HWND, id: u32) -> BOOL {
    let hwnd = from_c(hwnd);
    with(|tables| tables.timers.remove(hwnd, id));
    let killed = kill_timer(hwnd, id.into());
    if !killed {
        let is_bad_window = hwnd.is_some() && !is_window(hwnd);
        SetLastError(if is_bad_window {
            ERROR_INVALID_WINDOW_HANDLE
        } else {
            ERROR_INVALID_PARAMETER
        });
    }
    BOOL::from(killed)
}

/// Calls the procedure of a timer that is set. A program can post a WM_TIMER itself, so this does
/// not trust the address in the message.
pub(super) fn call(hwnd: HWND, id: u32, lparam: i32) {
    let address = lparam.cast_unsigned() as usize;
    let procedure = with(|tables| tables.timers.procedure(from_c(hwnd), id, address));
    if let Some(procedure) = procedure {
        // SAFETY: the caller of SetTimer has promised that it can be called.
        unsafe { procedure(hwnd, WM_TIMER, id, GetTickCount()) };
    }
}
