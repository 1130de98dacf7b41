//! The blocking hook: what a thread does while a call blocks.

use std::fmt;
use std::rc::Rc;

use super::{check_host, check_idle, check_version};
use crate::error::{WsaError, record};
use crate::queue;
use crate::state::with;
use crate::window::{Dispatch, dispatch_message};

/// A blocking hook. The default one gets one message or timer and dispatches it; WM_QUIT it leaves for
/// the program's own loop.
///
/// It is made of a closure that returns whether it has dispatched something. Like a window's
/// procedure it may be called again before it has returned, by the hook itself: see
/// [`Window`](crate::Window).
#[derive(Clone, Default)]
pub struct BlockingHook(Option<Rc<dyn Fn() -> bool>>);

impl BlockingHook {
    /// Whether it is the default one.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// Calls it, as a hook does that has replaced it and wants its work done too. Returns whether it
    /// has dispatched something.
    pub fn call(&self) -> bool {
        self.call_with(dispatch_message)
    }

    /// The same, where the default one dispatches in the given way.
    pub(crate) fn call_with(&self, dispatch: Dispatch) -> bool {
        match &self.0 {
            Some(hook) => hook(),
            None => queue::dispatch_one(dispatch),
        }
    }
}

impl<F: Fn() -> bool + 'static> From<F> for BlockingHook {
    fn from(hook: F) -> BlockingHook {
        BlockingHook(Some(Rc::new(hook)))
    }
}

impl fmt::Debug for BlockingHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.is_default() {
            "default"
        } else {
            "program's"
        };
        f.debug_tuple("BlockingHook").field(&of).finish()
    }
}

/// WSASetBlockingHook: has blocking calls call this hook, a closure or a [`BlockingHook`], and returns
/// the former one (`S-B4`). It belongs to this thread, and lasts until the last clean-up.
///
/// A call that blocks calls it until it returns false, then looks whether it was cancelled or is done,
/// and else sleeps in the host until something arrives, at most
/// [`HOOK_PERIOD`](crate::HOOK_PERIOD), before it calls it again. So a hook can watch a clock or count,
/// and give up with [`wsa_cancel_blocking_call`](crate::wsa_cancel_blocking_call). One that always
/// returns true keeps no call from its end.
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`);
///   [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down.
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks (`S-B2`).
/// - [`WSAEOPNOTSUPP`](crate::WSAEOPNOTSUPP) after start-ups of version 2 alone (`S-B4`).
pub fn wsa_set_blocking_hook(hook: impl Into<BlockingHook>) -> Result<BlockingHook, WsaError> {
    record(replace(hook.into()))
}

/// WSAUnhookBlockingHook: restores the default hook (`S-B4`).
///
/// # Errors
/// As for [`wsa_set_blocking_hook`].
pub fn wsa_unhook_blocking_hook() -> Result<(), WsaError> {
    // What the former hook owns is dropped here, outside the state.
    record(replace(BlockingHook::default()).map(drop))
}

fn replace(hook: BlockingHook) -> Result<BlockingHook, WsaError> {
    check_host()?;
    check_idle()?;
    check_version()?;
    Ok(with(|state| {
        std::mem::replace(&mut state.blocking.hook, hook)
    }))
}
