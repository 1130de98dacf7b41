//! The timers of a thread.

use std::time::Duration;

use super::filter::Filter;
use crate::handle::Hwnd;
use crate::message::{Message, WM_TIMER};

/// The shortest period, USER_TIMER_MINIMUM: 10 ms. A shorter one is lengthened to this, so that a
/// loop over timers alone does not spin.
pub const USER_TIMER_MINIMUM: Duration = Duration::from_millis(10);

/// The timers that are set.
#[derive(Default)]
pub(crate) struct Timers(Vec<Timer>);

/// A timer.
pub(crate) struct Timer {
    pub(crate) hwnd: Option<Hwnd>,
    id: u64,
    lparam: u32,
    period: Duration,
    /// When its next message is due, on the clock of the host.
    due: Duration,
}

impl Timer {
    /// A timer that starts at `now`.
    pub(crate) fn new(
        hwnd: Option<Hwnd>,
        id: u64,
        period: Duration,
        lparam: u32,
        now: Duration,
    ) -> Timer {
        let period = period.max(USER_TIMER_MINIMUM);
        Timer {
            hwnd,
            id,
            lparam,
            period,
            due: now.saturating_add(period),
        }
    }
}

impl Timers {
    /// Sets a timer, in place of one of the same window and id.
    pub(crate) fn set(&mut self, timer: Timer) {
        self.kill(timer.hwnd, timer.id);
        self.0.push(timer);
    }

    /// Stops a timer, and returns whether there was one.
    pub(crate) fn kill(&mut self, hwnd: Option<Hwnd>, id: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|timer| (timer.hwnd, timer.id) != (hwnd, id));
        self.0.len() < before
    }

    /// Stops every timer of a window.
    pub(crate) fn kill_all(&mut self, hwnd: Hwnd) {
        self.0.retain(|timer| timer.hwnd != Some(hwnd));
    }

    /// Returns when the first timer that matches is due, on the clock of the host.
    pub(crate) fn next(&self, filter: &Filter) -> Option<Duration> {
        self.wanted(filter).map(|i| self.0[i].due)
    }

    /// Returns the message of the timer that has been due the longest.
    pub(crate) fn due(&mut self, filter: &Filter, now: Duration, remove: bool) -> Option<Message> {
        let timer = self.wanted(filter).map(|i| &mut self.0[i])?;
        if timer.due > now {
            return None;
        }
        if remove {
            // In step with the first period, unless a whole period was missed.
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
        let timers = self.0.iter().enumerate();
        let wanted = timers.filter(|(_, timer)| filter.matches(timer.hwnd, WM_TIMER));
        wanted.min_by_key(|(_, timer)| timer.due).map(|(i, _)| i)
    }
}
