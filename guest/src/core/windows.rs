//! The windows of a thread.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::effect::{Dropped, Effect};
use super::program::Procedure;
use crate::error::{ERROR_INVALID_WINDOW_HANDLE, WsaError};
use crate::handle::Hwnd;

/// The procedures of the windows that exist.
#[derive(Default)]
pub(crate) struct Windows {
    last: u32,
    procedures: BTreeMap<Hwnd, Rc<Procedure>>,
}

impl Windows {
    /// Adds a window.
    ///
    /// # Panics
    /// After 2³¹ − 1 windows.
    pub(crate) fn add(&mut self, procedure: Rc<Procedure>) -> Hwnd {
        let hwnd = Hwnd::from_raw(self.last + 1).expect("at most 2^31 - 1 windows");
        self.last = hwnd.raw();
        self.procedures.insert(hwnd, procedure);
        hwnd
    }

    pub(crate) fn exists(&self, hwnd: Hwnd) -> bool {
        self.procedures.contains_key(&hwnd)
    }

    /// Fails if the window does not exist. `None` is the thread, which does.
    pub(crate) fn check(&self, hwnd: Option<Hwnd>) -> Result<(), WsaError> {
        if hwnd.is_none_or(|hwnd| self.exists(hwnd)) {
            Ok(())
        } else {
            Err(ERROR_INVALID_WINDOW_HANDLE)
        }
    }

    /// Returns the procedure of a window, for the caller to call outside the tables.
    pub(crate) fn procedure(&self, hwnd: Option<Hwnd>) -> Result<Rc<Procedure>, WsaError> {
        let procedure = hwnd.and_then(|hwnd| self.procedures.get(&hwnd));
        procedure.cloned().ok_or(ERROR_INVALID_WINDOW_HANDLE)
    }

    /// Removes a window. The effect drops its procedure, with what that owns.
    pub(crate) fn remove(&mut self, hwnd: Hwnd) -> Option<Effect> {
        let procedure = self.procedures.remove(&hwnd)?;
        Some(Effect::Drop(Dropped::Procedure(procedure)))
    }
}
