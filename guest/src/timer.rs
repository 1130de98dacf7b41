//! Timers.

use std::time::Duration;

use crate::core::Timer;
use crate::error::WsaError;
use crate::handle::Hwnd;
use crate::host::{Current, Host};
use crate::last_error::record;
use crate::runtime::with;

/// SetTimer: sends [`WM_TIMER`](crate::WM_TIMER) to a window, or to the thread, at intervals of
/// `period`, at least [`USER_TIMER_MINIMUM`](crate::USER_TIMER_MINIMUM). Its `wparam` is `id`. The
/// timer replaces one of the same window and id.
///
/// GetMessage and PeekMessage return it only if no other message that they look for waits. It never
/// piles up: after any number of periods there is one (`S-M6`). A period may be years long.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not
/// exist.
pub fn set_timer(hwnd: impl Into<Option<Hwnd>>, id: u64, period: Duration) -> Result<(), WsaError> {
    set(hwnd.into(), id, period, 0)
}

/// Like [`set_timer`], with the `lparam` of the messages.
pub(crate) fn set(
    hwnd: Option<Hwnd>,
    id: u64,
    period: Duration,
    lparam: u32,
) -> Result<(), WsaError> {
    let timer = Timer::new(hwnd, id, period, lparam, Current::now());
    record(with(|core| core.set_timer(timer)))
}

/// KillTimer: stops a timer, and returns whether there was one. None of its messages comes
/// afterwards.
pub fn kill_timer(hwnd: impl Into<Option<Hwnd>>, id: u64) -> bool {
    let hwnd = hwnd.into();
    with(|core| core.timers.kill(hwnd, id))
}
