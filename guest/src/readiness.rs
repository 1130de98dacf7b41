//! Waiting for completions together with other things.

use wasip2::io::poll::Pollable;

use crate::bindings::readiness;

/// A pollable that is ready while a completion can be taken, to be given to `wasip2::io::poll::poll`
/// beside others. When it is ready, call [`peek_message`](crate::peek_message), or poll a future with
/// [`block_on`](crate::lookup::block_on).
///
/// It is about what waits in the host: look at the message queue before waiting for it. It can be
/// ready although nothing comes, when what had arrived was cancelled. It may be dropped at any time.
pub fn subscribe() -> Pollable {
    readiness::subscribe()
}
