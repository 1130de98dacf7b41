//! The route of a completion. The tag of a request encodes it, so the guest keeps no table of
//! requests.

use crate::handle::Hwnd;

/// The destination of the outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Into a message of this number, for this window or for the thread.
    Message { hwnd: Option<Hwnd>, message: u32 },
    /// To the future or blocking call that holds the waiter of this number.
    Waiter(u64),
    /// To the recipient of the request that has this handle in another face.
    Face(u32),
}

/// Set in the tag of every route except [`Route::Message`]. A window handle has 31 bits, which
/// leaves this one free.
const OTHER: u64 = 1 << 63;
/// Set too in the tag of a [`Route::Face`].
const FACE: u64 = 1 << 62;

impl Route {
    /// Returns the tag that stands for this route.
    pub(crate) fn tag(self) -> u64 {
        match self {
            Route::Message { hwnd, message } => {
                u64::from(hwnd.map_or(0, Hwnd::raw)) << 32 | u64::from(message)
            }
            Route::Waiter(number) => OTHER | number,
            Route::Face(handle) => OTHER | FACE | u64::from(handle),
        }
    }

    /// Returns the route that a tag stands for.
    pub(crate) fn from_tag(tag: u64) -> Route {
        match (tag & OTHER != 0, tag & FACE != 0) {
            (true, true) => Route::Face(tag as u32),
            (true, false) => Route::Waiter(tag & !OTHER),
            (false, _) => Route::Message {
                hwnd: Hwnd::from_raw((tag >> 32) as u32),
                message: tag as u32,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_gives_back_its_route() {
        let message = |hwnd, message| Route::Message { hwnd, message };
        for route in [
            message(Hwnd::from_raw(Hwnd::MAX), u32::MAX),
            message(Hwnd::from_raw(1), 0),
            message(None, 7),
            Route::Waiter(0),
            Route::Waiter(u64::MAX >> 2),
            Route::Face(0),
            Route::Face(u32::MAX),
        ] {
            assert_eq!(Route::from_tag(route.tag()), route);
        }
    }
}
