//! The keys of queries and attempts. A key whose query or attempt has ended names nothing.

use slotmap::new_key_type;

new_key_type! {
    /// Names a query in flight.
    pub(super) struct QueryKey;

    /// Names an attempt: one question at one server.
    pub(super) struct AttemptKey;
}
