//! The sessions of a component's instances.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use wash_runtime::engine::ctx::Ctx;
use wasmtime::component::{Resource, ResourceTable};
use winsock_async_engine::{LookupEngine, Session};
use winsock_async_face::HasSession;

use crate::bindings::{completions, lifecycle, readiness, requests, types};

/// A component that the plugin is bound to: its tenant, and where its sessions are.
///
/// The functions in the component's linker own it. A component may be called by another in the
/// other's store, so the store alone does not tell whose policy applies.
pub(super) struct Tenant {
    engine: LookupEngine,
    /// The session's place in the table of each store, by the store's id.
    places: Mutex<HashMap<String, u32>>,
}

impl Tenant {
    pub(super) fn new(engine: LookupEngine) -> Tenant {
        Tenant {
            engine,
            places: Mutex::default(),
        }
    }

    pub(super) fn engine(&self) -> &LookupEngine {
        &self.engine
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.places.lock().expect("no holder panics")
    }

    /// The place of the session in the table of a store. The first call makes the session.
    fn place(self: &Arc<Self>, ctx: &mut Ctx) -> u32 {
        if let Some(place) = self.places().get(&ctx.id) {
            return *place;
        }
        let guest = Guest {
            session: self.engine.session(),
            store: ctx.id.clone(),
            tenant: Arc::clone(self),
        };
        let guest = ctx.table.push(guest).expect("a table has 2^32 places");
        self.places().insert(ctx.id.clone(), guest.rep());
        guest.rep()
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// One instance's session, in the table of its store. It ends with the store.
struct Guest {
    session: Session,
    store: String,
    tenant: Arc<Tenant>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.tenant.places().remove(&self.store);
    }
}

/// What the functions get of a store's data.
pub(super) struct View<'a> {
    table: &'a mut ResourceTable,
    place: u32,
}

impl<'a> View<'a> {
    pub(super) fn new(tenant: &Arc<Tenant>, ctx: &'a mut Ctx) -> View<'a> {
        let place = tenant.place(ctx);
        View {
            table: &mut ctx.table,
            place,
        }
    }
}

impl HasSession for View<'_> {
    fn session(&mut self) -> &mut Session {
        let guest = Resource::<Guest>::new_borrow(self.place);
        let guest = self.table.get_mut(&guest);
        &mut guest.expect("nothing else removes it").session
    }
}

impl types::Host for View<'_> {}

winsock_async_face::convert_types!(types);

winsock_async_face::serve! {
    View<'_>;
    lifecycle: lifecycle;
    requests: requests;
    completions: async completions;
    readiness: readiness, |view| view.table;
}

#[cfg(test)]
mod tests {
    use super::*;
    use winsock_async_engine::resolvers::Tables;
    use winsock_async_engine::{ErrorCode, Limits, Policy, Query};

    fn tenants() -> (LookupEngine, [Arc<Tenant>; 2]) {
        let tables = Tables::builder().hosts_text("8.8.8.8 a.test\n8.8.4.4 b.test");
        let engine = LookupEngine::builder()
            .resolver(tables.build().unwrap())
            .build();
        let tenants = ["a.test", "b.test"].map(|name| {
            let policy = Policy::deny_all().allow(name.parse().unwrap());
            Arc::new(Tenant::new(engine.tenant(policy, Limits::default())))
        });
        (engine, tenants)
    }

    /// Whether a lookup by the session of this tenant in this store is allowed.
    fn allows(tenant: &Arc<Tenant>, ctx: &mut Ctx, name: &str) -> bool {
        let mut view = View::new(tenant, ctx);
        let session = view.session();
        session.startup().unwrap();
        session
            .request(Query::HostByName(name.as_bytes().into()), 0)
            .unwrap();
        let outcome = session.take(1).remove(0).outcome;
        outcome != Err(ErrorCode::AccessDenied)
    }

    // S-R16, S-R19
    #[test]
    fn component_that_another_one_calls_has_its_own_policy() {
        let (engine, [caller, callee]) = tenants();
        let mut ctx = Ctx::builder("workload", "caller").build();
        for _ in 0..2 {
            assert!(allows(&caller, &mut ctx, "a.test") && !allows(&caller, &mut ctx, "b.test"));
            assert!(allows(&callee, &mut ctx, "b.test") && !allows(&callee, &mut ctx, "a.test"));
        }
        assert_eq!(engine.metrics().sessions, 2);
    }

    // S-S7
    #[test]
    fn each_store_has_one_session_which_ends_with_it() {
        let (engine, [tenant, _]) = tenants();
        let mut stores = [(); 3].map(|()| Ctx::builder("workload", "component").build());
        for _ in 0..2 {
            for ctx in &mut stores {
                assert!(allows(&tenant, ctx, "a.test"));
            }
        }
        assert_eq!(engine.metrics().sessions, 3);
        drop(stores);
        assert_eq!(engine.metrics().sessions, 0);
        assert!(tenant.places().is_empty());
    }
}
