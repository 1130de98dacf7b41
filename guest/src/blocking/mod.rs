//! The blocking calls of Winsock 1.1, their hook, and how they are cancelled.

mod calls;
mod cancel;
mod hook;
mod wait;

pub use calls::{
    gethostbyaddr, gethostbyname, getprotobyname, getprotobynumber, getservbyname, getservbyport,
};
pub use cancel::{wsa_cancel_blocking_call, wsa_is_blocking};
pub use hook::{BlockingHook, wsa_set_blocking_hook, wsa_unhook_blocking_hook};
pub use wait::HOOK_PERIOD;
pub(crate) use wait::ask;
