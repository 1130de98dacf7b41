//! Waiting for completions together with other things.

use wasip2::io::poll::Pollable;

use crate::bindings::readiness;

/// Returns a pollable that is ready while a completion can be taken, for `wasip2::io::poll::poll`.
/// When it is ready, call [`peek_message`](crate::peek_message), or poll a future with
/// [`block_on`](crate::lookup::block_on).
///
/// It tells only of completions that wait in the host, so empty the message queue before waiting
/// for it. The pollable can be ready without a completion, if a request was cancelled after its
/// result arrived. The program may drop it at any time.
pub fn subscribe() -> Pollable {
    readiness::subscribe()
}
