//! The resolver that denies every lookup.

use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::{ErrorCode, Outcome};

/// Answers every lookup with WSAEACCES, at once.
///
/// `Deny` denies services and protocols too. To answer those, put a [`Tables`](super::Tables)
/// before it in a [`Chain`](super::Chain).
#[derive(Clone, Copy, Debug, Default)]
pub struct Deny;

impl Resolver for Deny {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Ready(Err(ErrorCode::AccessDenied))
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        Err(ErrorCode::AccessDenied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup_is_denied_at_once_and_on_a_worker() {
        let lookup = Lookup::ProtocolByNumber(6);
        assert_eq!(
            Deny.try_resolve(&lookup),
            Resolution::Ready(Err(ErrorCode::AccessDenied))
        );
        assert_eq!(Deny.resolve_blocking(&lookup), Err(ErrorCode::AccessDenied));
    }
}
