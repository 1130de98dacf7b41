//! The properties of windows, besides their procedures.

use std::collections::BTreeMap;

use winsock_async_guest::{Hwnd, Window};

/// A window.
pub(crate) struct Entry {
    /// The window of the guest library. Dropping it ends the window.
    pub(crate) window: Window,
    /// The atom of its class.
    pub(crate) class: u16,
    /// Its title, folded for comparison.
    pub(crate) title: String,
    pub(crate) parent: Option<Hwnd>,
    /// Whether FindWindow finds it: it is no child, and not for messages only.
    pub(crate) is_top_level: bool,
    pub(crate) is_visible: bool,
    /// Whether its destruction is under way.
    pub(crate) is_ending: bool,
    pub(crate) user_data: i32,
    /// The bytes of the program.
    pub(crate) extra: Box<[u8]>,
}

/// The windows by their handles.
#[derive(Default)]
pub(crate) struct Windows(BTreeMap<Hwnd, Entry>);

impl Windows {
    /// Adds a window.
    pub(crate) fn add(&mut self, entry: Entry) {
        self.0.insert(entry.window.hwnd(), entry);
    }

    /// Returns a window. `None` has none.
    pub(crate) fn get(&mut self, hwnd: Option<Hwnd>) -> Option<&mut Entry> {
        self.0.get_mut(&hwnd?)
    }

    /// Removes a window.
    pub(super) fn remove(&mut self, hwnd: Hwnd) -> Option<Entry> {
        self.0.remove(&hwnd)
    }

    /// Returns whether a class has windows.
    pub(super) fn any_of(&self, class: u16) -> bool {
        self.0.values().any(|entry| entry.class == class)
    }

    /// Returns a child of this window whose destruction has not begun.
    pub(crate) fn child_of(&self, parent: Hwnd) -> Option<Hwnd> {
        self.find(|entry| entry.parent == Some(parent) && !entry.is_ending)
    }

    /// Returns the oldest window that is wanted.
    pub(crate) fn find(&self, is_wanted: impl Fn(&Entry) -> bool) -> Option<Hwnd> {
        let mut entries = self.0.iter();
        entries
            .find(|(_, entry)| is_wanted(entry))
            .map(|(&hwnd, _)| hwnd)
    }
}
