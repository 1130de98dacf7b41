//! The blocking hook, which runs while a call blocks.

use std::fmt;
use std::rc::Rc;

use crate::checks::{check_host, check_idle, check_version};
use crate::core::Hook;
use crate::error::WsaError;
use crate::last_error::record;
use crate::queue;
use crate::runtime::with;
use crate::window::{Dispatch, dispatch_message};

/// A blocking hook. The default hook dispatches one message or timer, and leaves WM_QUIT for the
/// message loop of the program.
///
/// A program makes its hook of a closure that returns whether it has dispatched something. The hook
/// may run code that calls it again before it has returned, like the procedure of a
/// [`Window`](crate::Window).
#[derive(Clone, Default)]
pub struct BlockingHook(Option<Rc<Hook>>);

impl BlockingHook {
    /// Makes a hook of the entry in the tables.
    pub(crate) fn of(hook: Option<Rc<Hook>>) -> BlockingHook {
        BlockingHook(hook)
    }

    /// Returns whether this is the default hook.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// Calls the hook, and returns whether it has dispatched something. A hook may call the hook
    /// that it has replaced.
    pub fn call(&self) -> bool {
        self.call_with(dispatch_message)
    }

    /// Like [`call`](BlockingHook::call), but the default hook dispatches in the given way.
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

/// WSASetBlockingHook: sets the hook of blocking calls, a closure or a [`BlockingHook`], and
/// returns the former one (`S-B4`). The hook belongs to this thread, and lasts until the last
/// clean-up.
///
/// A blocking call calls the hook until it returns false. The call then returns if it has completed
/// or was cancelled. If not, it sleeps in the host until something arrives, at most
/// [`HOOK_PERIOD`](crate::HOOK_PERIOD), and calls the hook again. So a hook can count its calls or
/// read a clock, and give up with [`wsa_cancel_blocking_call`](crate::wsa_cancel_blocking_call). A
/// hook that always returns true does not keep a call from returning.
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down.
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
    record(replace(BlockingHook::default()).map(drop))
}

fn replace(hook: BlockingHook) -> Result<BlockingHook, WsaError> {
    check_host()?;
    check_idle()?;
    check_version()?;
    let former = with(|core| core.blocking.replace_hook(hook.0));
    Ok(BlockingHook(former))
}
