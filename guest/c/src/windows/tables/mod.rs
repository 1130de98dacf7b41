//! What `windows.h` needs besides the guest library: names, classes, windows and timers.
//!
//! The tables have no statics and call no code of the program.

mod names;
mod timers;
mod windows;

use std::collections::BTreeMap;

use winsock_async_guest::Hwnd;

use super::error::{ERROR_CLASS_ALREADY_EXISTS, ERROR_CLASS_HAS_WINDOWS};
use super::types::WNDPROC;

pub(super) use names::Names;
pub(super) use timers::Timers;
pub(super) use windows::{Entry, Windows};

/// All tables of a thread.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) names: Names,
    /// The classes by their atoms.
    classes: BTreeMap<u16, Class>,
    pub(super) windows: Windows,
    pub(super) timers: Timers,
}

/// A window class: what its windows have in common.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) procedure: WNDPROC,
    /// The bytes that each window has for the program.
    pub(super) extra: u16,
    /// Whether the class was registered with wide text. Its procedure then gets wide text.
    pub(super) is_wide: bool,
}

impl Tables {
    /// Adds a class, and returns its atom.
    pub(super) fn register(&mut self, name: &[u8], class: Class) -> Result<u16, u32> {
        let atom = self.names.add(name)?;
        if self.classes.contains_key(&atom) {
            return Err(ERROR_CLASS_ALREADY_EXISTS);
        }
        self.classes.insert(atom, class);
        Ok(atom)
    }

    /// Removes a class. Fails if it has windows.
    pub(super) fn unregister(&mut self, atom: u16) -> Result<(), u32> {
        if self.windows.any_of(atom) {
            return Err(ERROR_CLASS_HAS_WINDOWS);
        }
        self.classes.remove(&atom);
        Ok(())
    }

    /// Returns the class of an atom.
    pub(super) fn class(&self, atom: u16) -> Option<Class> {
        self.classes.get(&atom).copied()
    }

    /// Returns the atom of the class of a name or, if no class has it, `number` if that is an atom.
    pub(super) fn atom(&self, name: Option<&[u8]>, number: Option<u16>) -> Option<u16> {
        let is_class = |atom: &u16| self.classes.contains_key(atom);
        let by_name = name.and_then(|name| self.names.find(name));
        by_name.filter(is_class).or_else(|| number.filter(is_class))
    }

    /// Removes a window and its timers. The window ends when its entry is dropped, which the caller
    /// does outside the tables: the guest library may deliver completions then.
    pub(super) fn end(&mut self, hwnd: Hwnd) -> Option<Entry> {
        self.timers.remove_all(hwnd);
        self.windows.remove(hwnd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hwnd::HWND;
    use crate::windows::error::ERROR_INVALID_PARAMETER;

    unsafe extern "C" fn procedure(_: HWND, _: u32, _: u32, _: i32) -> i32 {
        0
    }

    const CLASS: Class = Class {
        procedure,
        extra: 4,
        is_wide: false,
    };

    #[test]
    fn a_class_is_registered_once_and_keeps_its_atom_after_it_was_removed() {
        let mut tables = Tables::default();
        assert_eq!(tables.register(b"one", CLASS), Ok(0xc000));
        let again = tables.register(b"ONE", CLASS);
        assert_eq!(again, Err(ERROR_CLASS_ALREADY_EXISTS));
        let unnamed = tables.register(b"", CLASS);
        assert_eq!(unnamed, Err(ERROR_INVALID_PARAMETER));
        assert_eq!(tables.unregister(0xc000), Ok(()));
        assert!(tables.class(0xc000).is_none());
        assert_eq!(tables.register(b"One", CLASS), Ok(0xc000));
    }

    #[test]
    fn a_class_is_found_by_its_name_in_any_case_or_by_its_atom() {
        let mut tables = Tables::default();
        let atom = tables.register(b"Named", CLASS).unwrap();
        let other = tables.names.add(b"no class").unwrap();
        assert_eq!(tables.atom(Some(b"nAMED"), None), Some(atom));
        assert_eq!(tables.atom(None, Some(atom)), Some(atom));
        // A name precedes a number, because on wasm32 strings too may lie where atoms are.
        assert_eq!(tables.atom(Some(b"named"), Some(other)), Some(atom));
        assert_eq!(tables.atom(Some(b"no class"), Some(other)), None);
        assert_eq!(tables.atom(None, None), None);
    }
}
