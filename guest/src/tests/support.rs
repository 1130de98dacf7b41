//! Helpers that the tests share.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::message::Message;
use crate::window::Window;

/// The messages that a window has received.
pub(crate) type Seen = Rc<RefCell<Vec<Message>>>;

/// Makes a window that records its messages.
pub(crate) fn recorder() -> (Window, Seen) {
    let seen = Seen::default();
    let window = Window::new({
        let seen = seen.clone();
        move |message| {
            seen.borrow_mut().push(message.clone());
            0
        }
    });
    (window, seen)
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
