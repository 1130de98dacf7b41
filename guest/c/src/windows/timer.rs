//! SetTimer and KillTimer.

use std::collections::BTreeMap;
use std::time::Duration;

use winsock_async_guest::{Hwnd, WM_TIMER, face, is_window, kill_timer};

use super::state::with;
use super::time::GetTickCount;
use super::{BOOL, ERROR_INVALID_PARAMETER, ERROR_INVALID_WINDOW_HANDLE, SetLastError, stuck};
use crate::hwnd::{HWND, from_c};

/// `TIMERPROC`: what a timer calls in place of the window's procedure.
type TIMERPROC = unsafe extern "C" fn(HWND, u32, u32, u32);

/// USER_TIMER_MAXIMUM, in milliseconds.
const MAXIMUM: u32 = 0x7fff_ffff;

/// The timers that are set, with their procedures.
#[derive(Default)]
pub(super) struct Timers(BTreeMap<(Option<Hwnd>, u32), Option<TIMERPROC>>);

impl Timers {
    /// The number of a timer: the program's own, or of a timer without a window one that is free unless
    /// the program names one that is set.
    fn number(&self, hwnd: Option<Hwnd>, id: u32) -> u32 {
        if hwnd.is_some() || self.0.contains_key(&(None, id)) {
            return id;
        }
        let is_free = |id: &u32| !self.0.contains_key(&(None, *id));
        // Fewer are set than there are numbers: they would not fit into memory.
        (1..=u32::MAX).find(is_free).unwrap_or(u32::MAX)
    }

    /// The procedure of a timer that is set, if it is this one.
    fn procedure(&self, hwnd: Option<Hwnd>, id: u32, address: usize) -> Option<TIMERPROC> {
        let procedure = self.0.get(&(hwnd, id)).copied().flatten();
        procedure.filter(|&procedure| procedure as usize == address)
    }

    /// Forgets those of a window that ends.
    pub(super) fn forget(&mut self, hwnd: Hwnd) {
        self.0.retain(|(of, _), _| *of != Some(hwnd));
    }
}

/// SetTimer: WM_TIMER comes again and again (`S-M6`), at intervals of 10 ms to [`MAXIMUM`]. With a
/// procedure, DispatchMessage calls that. Without a window, makes a number.
///
/// Returns the number for KillTimer, not 0; of a window's timer 0 it is 1, as that is no number to return.
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
    let id = with(|state| state.timers.number(hwnd, id));
    let lparam = procedure.map_or(0, |procedure| procedure as usize);
    let period = Duration::from_millis(period.min(MAXIMUM).into());
    if face::set_timer(hwnd, id.into(), period, lparam as u32).is_err() {
        return 0;
    }
    with(|state| state.timers.0.insert((hwnd, id), procedure));
    stuck::clear();
    id.max(1)
}

/// KillTimer: FALSE if no such timer is set. None of its messages comes afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn KillTimer(hwnd: HWND, id: u32) -> BOOL {
    let hwnd = from_c(hwnd);
    with(|state| state.timers.0.remove(&(hwnd, id)));
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

/// Calls the procedure of a timer. What was never set, or is no longer, is not called: anyone can post
/// a WM_TIMER.
pub(super) fn call(hwnd: HWND, id: u32, lparam: i32) {
    let address = lparam.cast_unsigned() as usize;
    let procedure = with(|state| state.timers.procedure(from_c(hwnd), id, address));
    if let Some(procedure) = procedure {
        // SAFETY: whoever set it has promised that it can be called.
        unsafe { procedure(hwnd, WM_TIMER, id, GetTickCount()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn procedure(_: HWND, _: u32, _: u32, _: u32) {}

    #[test]
    fn a_timer_without_a_window_gets_a_number_that_is_free() {
        let mut timers = Timers::default();
        let window = Hwnd::from_raw(1);
        assert_eq!(timers.number(window, 7), 7);
        assert_eq!(timers.number(None, 7), 1);
        timers.0.insert((None, 1), None);
        assert_eq!((timers.number(None, 1), timers.number(None, 0)), (1, 2));
    }

    #[test]
    fn only_a_procedure_that_is_set_is_called() {
        let mut timers = Timers::default();
        let window = Hwnd::from_raw(1);
        let address = procedure as TIMERPROC as usize;
        timers.0.insert((window, 3), Some(procedure));
        assert!(timers.procedure(window, 3, address).is_some());
        assert!(timers.procedure(window, 4, address).is_none());
        assert!(timers.procedure(None, 3, address).is_none());
        assert!(timers.procedure(window, 3, address + 1).is_none());
        timers.forget(Hwnd::from_raw(1).unwrap());
        assert!(timers.procedure(window, 3, address).is_none());
    }
}
