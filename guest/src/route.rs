//! Where a completion goes, written into the request's tag, so that no table of requests is needed.

use crate::window::Hwnd;

/// The one to whom a completion is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// A message of this number for this window.
    Window { hwnd: Hwnd, message: u32 },
    /// The future or blocking call that holds the waiter of this number.
    Waiter(u64),
}

/// Set in the tags of waiters. Window handles have 31 bits, which leaves it free.
const WAITER: u64 = 1 << 63;

impl Route {
    /// The tag that stands for it.
    pub(crate) fn tag(self) -> u64 {
        match self {
            Route::Window { hwnd, message } => u64::from(hwnd.raw()) << 32 | u64::from(message),
            Route::Waiter(number) => WAITER | number,
        }
    }

    /// What a tag stands for; none if this library did not make it.
    pub(crate) fn from_tag(tag: u64) -> Option<Route> {
        if tag & WAITER != 0 {
            return Some(Route::Waiter(tag & !WAITER));
        }
        let hwnd = Hwnd::from_raw((tag >> 32) as u32)?;
        Some(Route::Window {
            hwnd,
            message: tag as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_give_back_their_routes() {
        let hwnd = Hwnd::from_raw(Hwnd::MAX).unwrap();
        for route in [
            Route::Window {
                hwnd,
                message: u32::MAX,
            },
            Route::Window {
                hwnd: Hwnd::from_raw(1).unwrap(),
                message: 0,
            },
            Route::Waiter(0),
            Route::Waiter(u64::MAX >> 1),
        ] {
            assert_eq!(Route::from_tag(route.tag()), Some(route));
        }
        assert_eq!(Route::from_tag(7), None);
    }
}
