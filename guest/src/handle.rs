//! Handles: the numbers of windows and of requests.

use std::num::NonZeroU32;

/// The handle of a window. No two windows share one, even after the first is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hwnd(NonZeroU32);

impl Hwnd {
    /// The largest handle: 31 bits, because the tag of a request has no room for more.
    pub(crate) const MAX: u32 = u32::MAX >> 1;

    /// Makes a handle of a number. Returns `None` for 0 and for a number over 31 bits, which no
    /// window has. The window need not exist.
    pub const fn from_raw(raw: u32) -> Option<Hwnd> {
        match NonZeroU32::new(raw) {
            Some(number) if raw <= Hwnd::MAX => Some(Hwnd(number)),
            _ => None,
        }
    }

    /// Returns the number of this handle.
    pub const fn raw(self) -> u32 {
        self.0.get()
    }
}

/// Names one request of this component. It is never 0, and the host does not give it again within
/// the next 65,535 requests (`S-R17`). The message of the request has it as its `wparam`.
pub type TaskHandle = u64;
