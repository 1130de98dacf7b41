//! The plugin.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use anyhow::Context;
use async_trait::async_trait;
use wash_runtime::engine::workload::{ResolvedWorkload, WorkloadComponent};
use wash_runtime::plugin::HostPlugin;
use wash_runtime::wit::{WitInterface, WitWorld};
use winsock_async_engine::{Limits, LookupEngine, Metrics};

use crate::config::Config;
use crate::guest::Tenant;
use crate::linker;

/// The id of the plugin in its host.
pub const PLUGIN_ID: &str = "winsock-async-lookup";

const INTERFACES: &str =
    "winsock:async-lookup/types,lifecycle,requests,completions,readiness@0.1.0";

/// Serves `winsock:async-lookup` in a host of wasmCloud. See the [crate's page](crate).
#[derive(Debug)]
pub struct WinsockPlugin {
    engine: LookupEngine,
    limits: Limits,
    components: Mutex<Vec<Component>>,
}

/// A component that the plugin was bound to.
#[derive(Debug)]
struct Component {
    workload_id: Box<str>,
    component_id: Box<str>,
    /// Weak, as a workload that fails to start is dropped and not unbound.
    tenant: Weak<Tenant>,
}

/// The counts of one component on this host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ComponentMetrics {
    /// The id of its workload.
    pub workload_id: String,
    /// Its id.
    pub component_id: String,
    /// The counts of all its instances. Those of workers are the host's.
    pub metrics: Metrics,
}

impl WinsockPlugin {
    /// Makes a plugin whose components share this engine's resolver, workers, inspector and
    /// observers. The engine's policy is for its own sessions, and not for components.
    pub fn new(engine: LookupEngine) -> WinsockPlugin {
        WinsockPlugin {
            engine,
            limits: Limits::default(),
            components: Mutex::default(),
        }
    }

    /// Sets the limits of components that configure no others. Default: [`Limits::default`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> WinsockPlugin {
        self.limits = limits;
        self
    }

    /// The engine of the host.
    pub fn engine(&self) -> &LookupEngine {
        &self.engine
    }

    /// Reads the counts of all components, those that are gone included, and the state of the
    /// workers.
    pub fn metrics(&self) -> Metrics {
        self.engine.metrics()
    }

    /// Reads the counts of each component that exists, in the order in which they were bound.
    pub fn component_metrics(&self) -> Vec<ComponentMetrics> {
        let components = self.components();
        let metrics = components.iter().filter_map(|component| {
            let tenant = component.tenant.upgrade()?;
            Some(ComponentMetrics {
                workload_id: component.workload_id.to_string(),
                component_id: component.component_id.to_string(),
                metrics: tenant.engine().metrics(),
            })
        });
        metrics.collect()
    }

    fn components(&self) -> MutexGuard<'_, Vec<Component>> {
        self.components.lock().expect("no holder panics")
    }
}

#[async_trait]
impl HostPlugin for WinsockPlugin {
    fn id(&self) -> &'static str {
        PLUGIN_ID
    }

    fn world(&self) -> WitWorld {
        WitWorld {
            imports: HashSet::from([WitInterface::from(INTERFACES)]),
            exports: HashSet::new(),
        }
    }

    async fn start(&self) -> anyhow::Result<()> {
        self.engine.bring_up();
        Ok(())
    }

    async fn on_component_bind(
        &self,
        component: &mut WorkloadComponent,
        interfaces: HashSet<WitInterface>,
    ) -> anyhow::Result<()> {
        let workload: HashMap<String, String> = interfaces
            .into_iter()
            .flat_map(|interface| interface.config)
            .collect();
        let own = &component.local_resources().config;
        let Config { policy, limits } = Config::read([&workload, own], self.limits.clone())
            .with_context(|| format!("cannot configure component {}", component.id()))?;
        let tenant = Arc::new(Tenant::new(self.engine.tenant(policy, limits)));
        linker::add_to_linker(component.linker(), &tenant)?;
        let mut components = self.components();
        components.retain(|component| component.tenant.strong_count() > 0);
        components.push(Component {
            workload_id: component.workload_id().into(),
            component_id: component.id().into(),
            tenant: Arc::downgrade(&tenant),
        });
        Ok(())
    }

    async fn on_workload_unbind(
        &self,
        workload: &ResolvedWorkload,
        _interfaces: HashSet<WitInterface>,
    ) -> anyhow::Result<()> {
        let is_of_workload = |component: &mut Component| *component.workload_id == *workload.id();
        let stopped: Vec<_> = self.components().extract_if(.., is_of_workload).collect();
        // Without the lock, as this wakes instances.
        for tenant in stopped
            .iter()
            .filter_map(|component| component.tenant.upgrade())
        {
            tenant.engine().take_down();
        }
        Ok(())
    }

    async fn stop(&self) -> anyhow::Result<()> {
        self.engine.take_down();
        Ok(())
    }
}
