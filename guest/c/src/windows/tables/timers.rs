//! The timers that are set, with their procedures.

use std::collections::BTreeMap;

use winsock_async_guest::Hwnd;

use crate::windows::types::TIMERPROC;

/// The procedures of the timers that are set, by window and number.
#[derive(Default)]
pub(crate) struct Timers(BTreeMap<(Option<Hwnd>, u32), Option<TIMERPROC>>);

impl Timers {
    /// Returns the number of a timer. A timer of a window has the number that the program gives. A
    /// timer without a window gets a free number, unless the program names one that is set.
    pub(crate) fn number(&self, hwnd: Option<Hwnd>, id: u32) -> u32 {
        if hwnd.is_some() || self.0.contains_key(&(None, id)) {
            return id;
        }
        let is_free = |id: &u32| !self.0.contains_key(&(None, *id));
        // There is always a free number: the memory has no room for 2³² timers.
        (1..=u32::MAX).find(is_free).unwrap_or(u32::MAX)
    }

    /// Adds a timer, in place of one of the same window and number.
    pub(crate) fn add(&mut self, hwnd: Option<Hwnd>, id: u32, procedure: Option<TIMERPROC>) {
        self.0.insert((hwnd, id), procedure);
    }

    /// Removes a timer.
    pub(crate) fn remove(&mut self, hwnd: Option<Hwnd>, id: u32) {
        self.0.remove(&(hwnd, id));
    }

    /// Removes the timers of a window.
    pub(super) fn remove_all(&mut self, hwnd: Hwnd) {
        self.0.retain(|(of, _), _| *of != Some(hwnd));
    }

    /// Returns the procedure of a timer that is set, if it has this address.
    pub(crate) fn procedure(
        &self,
        hwnd: Option<Hwnd>,
        id: u32,
        address: usize,
    ) -> Option<TIMERPROC> {
        let procedure = self.0.get(&(hwnd, id)).copied().flatten();
        procedure.filter(|&procedure| procedure as usize == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hwnd::HWND;

    unsafe extern "C" fn procedure(_: HWND, _: u32, _: u32, _: u32) {}

    #[test]
    fn a_timer_without_a_window_gets_a_free_number() {
        let mut timers = Timers::default();
        let window = Hwnd::from_raw(1);
        assert_eq!(timers.number(window, 7), 7);
        assert_eq!(timers.number(None, 7), 1);
        timers.add(None, 1, None);
        assert_eq!((timers.number(None, 1), timers.number(None, 0)), (1, 2));
    }

    #[test]
    fn a_procedure_is_found_only_for_its_own_timer_and_address() {
        let mut timers = Timers::default();
        let window = Hwnd::from_raw(1);
        let address = procedure as TIMERPROC as usize;
        timers.add(window, 3, Some(procedure));
        assert!(timers.procedure(window, 3, address).is_some());
        assert!(timers.procedure(window, 4, address).is_none());
        assert!(timers.procedure(None, 3, address).is_none());
        assert!(timers.procedure(window, 3, address + 1).is_none());
        timers.remove_all(window.unwrap());
        assert!(timers.procedure(window, 3, address).is_none());
    }
}
