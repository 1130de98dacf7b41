//! `wasi:sockets/ip-name-lookup`.

mod p2;
#[cfg(feature = "p3")]
mod p3;

use wasmtime::component::HasData;
use winsock_async_engine::{ErrorCode, NameQuery, PendingLookup, Query, is_host};

use crate::ctx::{WinsockCtx, WinsockCtxView};

pub(super) use self::p2::replace;
#[cfg(feature = "p3")]
pub(super) use self::p3::replace as replace_p3;

/// What the functions get of a store's data.
struct NameLookup;

impl HasData for NameLookup {
    type Data<'a> = WinsockCtxView<'a>;
}

/// Why the guest gets no address. Each version of WASI has a type of its own for these codes.
enum LookupError {
    AccessDenied,
    InvalidArgument,
    NameUnresolvable,
    TemporaryResolverFailure,
    PermanentResolverFailure,
}

/// Begins a lookup of the guest.
fn begin(ctx: &WinsockCtx, name: String) -> Result<PendingLookup, LookupError> {
    if !is_host(&name) {
        return Err(LookupError::InvalidArgument);
    }
    let query = NameQuery {
        name: name.into_bytes().into(),
        family: None,
    };
    Ok(ctx.lookups().begin(Query::Addresses(query)))
}

impl From<ErrorCode> for LookupError {
    /// Returns the error of WASI for an error of a lookup (`S-W2`: each outcome has one).
    fn from(error: ErrorCode) -> LookupError {
        match error {
            ErrorCode::AccessDenied => LookupError::AccessDenied,
            ErrorCode::HostNotFound | ErrorCode::NoData => LookupError::NameUnresolvable,
            ErrorCode::TryAgain | ErrorCode::WouldBlock | ErrorCode::NetworkDown => {
                LookupError::TemporaryResolverFailure
            }
            _ => LookupError::PermanentResolverFailure,
        }
    }
}
