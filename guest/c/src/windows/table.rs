//! The windows of C programs: what each has besides its procedure.

use std::collections::BTreeMap;

use winsock_async_guest::{Hwnd, Window};

/// A window's place in the table.
pub(super) struct Entry {
    /// It ends when this is dropped.
    pub(super) window: Window,
    /// The atom of its class.
    pub(super) class: u16,
    /// Its title, as titles are compared.
    pub(super) title: String,
    pub(super) parent: Option<Hwnd>,
    /// Neither a child nor for messages only, so that FindWindow finds it.
    pub(super) is_top_level: bool,
    pub(super) is_visible: bool,
    /// Whether its destruction is under way.
    pub(super) is_ending: bool,
    pub(super) user_data: i32,
    /// The program's own bytes.
    pub(super) extra: Box<[u8]>,
}

/// The windows by their handles.
#[derive(Default)]
pub(super) struct Table(BTreeMap<Hwnd, Entry>);

impl Table {
    pub(super) fn add(&mut self, entry: Entry) {
        self.0.insert(entry.window.hwnd(), entry);
    }

    pub(super) fn get(&mut self, hwnd: Option<Hwnd>) -> Option<&mut Entry> {
        self.0.get_mut(&hwnd?)
    }

    /// Takes a window out of the table. It ends when what this returns is dropped, outside the state.
    pub(super) fn remove(&mut self, hwnd: Hwnd) -> Option<Entry> {
        self.0.remove(&hwnd)
    }

    /// Whether a class has windows.
    pub(super) fn any_of(&self, class: u16) -> bool {
        self.0.values().any(|entry| entry.class == class)
    }

    /// A window of this parent whose destruction has not begun.
    pub(super) fn child_of(&self, parent: Hwnd) -> Option<Hwnd> {
        self.find(|entry| entry.parent == Some(parent) && !entry.is_ending)
    }

    /// The first window, by age, that is wanted.
    pub(super) fn find(&self, is_wanted: impl Fn(&Entry) -> bool) -> Option<Hwnd> {
        let mut entries = self.0.iter();
        entries
            .find(|(_, entry)| is_wanted(entry))
            .map(|(&hwnd, _)| hwnd)
    }
}
