//! The messages that a call looks for.

use std::ops::{Bound, RangeBounds};

use crate::handle::Hwnd;
use crate::message::WM_QUIT;

/// The owners of the messages that a call looks for: a window, the thread, or any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessagesOf {
    /// The messages of every window, and of the thread itself.
    #[default]
    Any,
    /// The messages of this window.
    Window(Hwnd),
    /// The messages of the thread itself, which have no window.
    Thread,
}

impl From<Option<Hwnd>> for MessagesOf {
    /// Returns [`MessagesOf::Any`] for `None`, as GetMessage reads a null window.
    fn from(hwnd: Option<Hwnd>) -> MessagesOf {
        hwnd.map_or(MessagesOf::Any, MessagesOf::Window)
    }
}

/// The messages that a call looks for: their owners and their numbers.
pub(crate) struct Filter {
    of: MessagesOf,
    range: (Bound<u32>, Bound<u32>),
    /// Whether a posted message WM_QUIT is among them.
    quit: bool,
}

impl Filter {
    pub(crate) fn new(of: impl Into<MessagesOf>, range: impl RangeBounds<u32>) -> Filter {
        Filter {
            of: of.into(),
            range: (range.start_bound().cloned(), range.end_bound().cloned()),
            quit: true,
        }
    }

    /// All messages.
    pub(crate) fn all() -> Filter {
        Filter::new(MessagesOf::Any, ..)
    }

    /// All messages except WM_QUIT.
    pub(crate) fn all_but_quit() -> Filter {
        Filter {
            quit: false,
            ..Filter::all()
        }
    }

    /// Returns the window, if the filter names one.
    pub(crate) fn window(&self) -> Option<Hwnd> {
        match self.of {
            MessagesOf::Window(hwnd) => Some(hwnd),
            MessagesOf::Any | MessagesOf::Thread => None,
        }
    }

    pub(crate) fn matches(&self, hwnd: Option<Hwnd>, message: u32) -> bool {
        let is_wanted = match self.of {
            MessagesOf::Any => true,
            MessagesOf::Window(wanted) => hwnd == Some(wanted),
            MessagesOf::Thread => hwnd.is_none(),
        };
        is_wanted && self.range.contains(&message) && (self.quit || message != WM_QUIT)
    }
}
