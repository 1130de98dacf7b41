//! Timers, which tell a window that time has passed.

use std::time::Duration;

use crate::error::{WsaError, record};
use crate::host::{Current, Host};
use crate::message::{Message, WM_TIMER};
use crate::queue::Filter;
use crate::state::with;
use crate::window::Hwnd;

/// The shortest period, USER_TIMER_MINIMUM: 10 ms. A shorter one is made this long, so that a loop
/// over timers alone does not spin.
pub const USER_TIMER_MINIMUM: Duration = Duration::from_millis(10);

/// SetTimer: has the window, or with none the thread, get [`WM_TIMER`] with `id` as its `wparam`, again
/// and again, `period` apart. A timer of the same window and id is replaced.
///
/// The message comes only when nothing else that was asked for waits, and never piles up: however
/// many periods have passed, there is one (`S-M6`). A period of years is fine.
///
/// # Errors
/// [`ERROR_INVALID_WINDOW_HANDLE`](crate::ERROR_INVALID_WINDOW_HANDLE) if the window does not exist.
pub fn set_timer(hwnd: impl Into<Option<Hwnd>>, id: u64, period: Duration) -> Result<(), WsaError> {
    set(hwnd.into(), id, period, 0)
}

/// The same with the `lparam` of its messages.
pub(crate) fn set(
    hwnd: Option<Hwnd>,
    id: u64,
    period: Duration,
    lparam: u32,
) -> Result<(), WsaError> {
    record(with(|state| {
        state.windows.check(hwnd)?;
        let period = period.max(USER_TIMER_MINIMUM);
        state.timers.set(Timer {
            hwnd,
            id,
            lparam,
            period,
            due: Current::now().saturating_add(period),
        });
        Ok(())
    }))
}

/// KillTimer: stops a timer, and says whether there was one. None of its messages comes afterwards.
pub fn kill_timer(hwnd: impl Into<Option<Hwnd>>, id: u64) -> bool {
    let hwnd = hwnd.into();
    with(|state| state.timers.kill(hwnd, id))
}

/// The timers of a thread.
#[derive(Default)]
pub(crate) struct Timers(Vec<Timer>);

struct Timer {
    hwnd: Option<Hwnd>,
    id: u64,
    lparam: u32,
    period: Duration,
    due: Duration,
}

impl Timers {
    fn set(&mut self, timer: Timer) {
        self.kill(timer.hwnd, timer.id);
        self.0.push(timer);
    }

    fn kill(&mut self, hwnd: Option<Hwnd>, id: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|timer| (timer.hwnd, timer.id) != (hwnd, id));
        self.0.len() < before
    }

    /// Stops every timer of a window.
    pub(crate) fn kill_all(&mut self, hwnd: Hwnd) {
        self.0.retain(|timer| timer.hwnd != Some(hwnd));
    }

    /// When the first timer that is asked for is due, on the host's clock.
    pub(crate) fn next(&self, filter: &Filter) -> Option<Duration> {
        self.wanted(filter).map(|i| self.0[i].due)
    }

    /// The message of the timer that has been due the longest, if one is.
    pub(crate) fn due(&mut self, filter: &Filter, remove: bool) -> Option<Message> {
        let timer = self.wanted(filter).map(|i| &mut self.0[i])?;
        let now = Current::now();
        if timer.due > now {
            return None;
        }
        if remove {
            // In step with the first period, unless a whole one was missed.
            let next = timer.due.saturating_add(timer.period);
            timer.due = if next > now {
                next
            } else {
                now.saturating_add(timer.period)
            };
        }
        Some(Message::new(timer.hwnd, WM_TIMER, timer.id, timer.lparam))
    }

    fn wanted(&self, filter: &Filter) -> Option<usize> {
        let wanted = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, t)| filter.matches(t.hwnd, WM_TIMER));
        wanted.min_by_key(|(_, timer)| timer.due).map(|(i, _)| i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ERROR_INVALID_WINDOW_HANDLE, ERROR_POSSIBLE_DEADLOCK};
    use crate::fake;
    use crate::message::WM_USER;
    use crate::queue::{Retrieved, get_message, peek_message, post_message};
    use crate::testing::{ms, recorder};
    use crate::window::destroy_window;

    fn timer_id(found: Option<Retrieved>) -> Option<u64> {
        match found? {
            Retrieved::Message(m) if m.message == WM_TIMER => Some(m.wparam),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_timer_comes_at_its_time_and_again() {
        let (window, _) = recorder();
        set_timer(window.hwnd(), 7, ms(30)).unwrap();
        for at in [30, 60, 90] {
            let found = get_message(None, ..).unwrap();
            assert_eq!((timer_id(Some(found)), Current::now()), (Some(7), ms(at)));
        }
        // One sleep for each: nothing spins.
        assert_eq!(fake::pauses(), 3);
    }

    #[test]
    fn a_timer_comes_only_when_nothing_else_waits_and_never_piles_up() {
        // S-M6
        let (window, _) = recorder();
        set_timer(window.hwnd(), 1, ms(10)).unwrap();
        fake::advance(ms(95));
        post_message(window.hwnd(), WM_USER, 5, 0).unwrap();
        let first = peek_message(None, .., true).unwrap();
        let posted = Message::new(window.hwnd(), WM_USER, 5, 0);
        assert_eq!(first, Some(Retrieved::Message(posted)));
        assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
        assert_eq!(peek_message(None, .., true), Ok(None));
        fake::advance(ms(10));
        assert_eq!(timer_id(peek_message(None, .., false).unwrap()), Some(1));
        assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
        assert_eq!(peek_message(None, .., true), Ok(None));
    }

    #[test]
    fn the_timer_that_waits_longest_is_first() {
        let (window, _) = recorder();
        set_timer(window.hwnd(), 1, ms(50)).unwrap();
        set_timer(window.hwnd(), 2, ms(20)).unwrap();
        fake::advance(ms(60));
        assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(2));
        assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
    }

    #[test]
    fn a_timer_is_replaced_killed_and_gone_with_its_window() {
        let (window, _) = recorder();
        let hwnd = window.hwnd();
        set_timer(hwnd, 1, ms(20)).unwrap();
        set_timer(hwnd, 1, Duration::ZERO).unwrap();
        assert_eq!(timer_id(get_message(None, ..).ok()), Some(1));
        assert_eq!(Current::now(), USER_TIMER_MINIMUM);
        assert!(kill_timer(hwnd, 1));
        assert!(!kill_timer(hwnd, 1));
        assert_eq!(get_message(None, ..), Err(ERROR_POSSIBLE_DEADLOCK));
        set_timer(hwnd, 2, Duration::MAX).unwrap();
        destroy_window(hwnd).unwrap();
        assert_eq!(get_message(None, ..), Err(ERROR_POSSIBLE_DEADLOCK));
        assert_eq!(set_timer(hwnd, 1, ms(20)), Err(ERROR_INVALID_WINDOW_HANDLE));
    }
}
