//! The resolver that refuses.

use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::{ErrorCode, Outcome};

/// Answers everything with WSAEACCES, at once.
///
/// Limits: it denies services and protocols too; put a [`Tables`](super::Tables) before it in
/// a [`Chain`](super::Chain) to have those.
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
    fn everything_is_denied_at_once() {
        let lookup = Lookup::ProtocolByNumber(6);
        assert_eq!(
            Deny.try_resolve(&lookup),
            Resolution::Ready(Err(ErrorCode::AccessDenied))
        );
        assert_eq!(Deny.resolve_blocking(&lookup), Err(ErrorCode::AccessDenied));
    }
}
