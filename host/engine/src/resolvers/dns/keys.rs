//! The keys of queries, derived lookups and attempts. A key whose query, lookup or attempt has
//! ended names nothing.

use slotmap::new_key_type;

new_key_type! {
    /// Names a query in flight.
    pub(super) struct QueryKey;

    /// Names a derived lookup in flight.
    pub(super) struct DerivedKey;

    /// Names an attempt: one question at one server.
    pub(super) struct AttemptKey;
}
