//! A host of wasmCloud with lookups, which starts a component: `host COMPONENT.wasm`.

use std::collections::HashMap;
use std::sync::Arc;
use std::{env, fs};

use anyhow::Context;
use wash_runtime::host::{HostApi, HostBuilder};
use wash_runtime::types::{Component, LocalResources, Workload, WorkloadStartRequest};
use winsock_async_wasmcloud::WinsockPlugin;
use winsock_async_wasmcloud::engine::LookupEngine;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let file = env::args().nth(1).context("usage: host COMPONENT.wasm")?;

    // One engine for the host: it has the resolver and the worker threads.
    let winsock = Arc::new(WinsockPlugin::new(LookupEngine::new()));
    let builder = HostBuilder::new().with_plugin(Arc::clone(&winsock))?;
    let host = builder.build()?.start().await?;

    // What the component may look up, and how much of the host it may use.
    let config = [
        ("winsock.policy", "allow = ['*.example.com', '10.1.0.0/16']"),
        ("winsock.max-requests", "1000"),
        ("winsock.request-timeout", "5s"),
    ];
    let component = Component {
        bytes: fs::read(file)?.into(),
        local_resources: LocalResources {
            config: config.map(|(key, value)| (key.into(), value.into())).into(),
            ..LocalResources::default()
        },
        ..Component::default()
    };
    // A guest that waits with the interface `readiness` adds it here.
    let interfaces = "winsock:async-lookup/lifecycle,requests,completions@0.1.0";
    let workload = Workload {
        namespace: "default".into(),
        name: "lookups".into(),
        annotations: HashMap::new(),
        service: None,
        components: vec![component],
        host_interfaces: vec![interfaces.into()],
        volumes: Vec::new(),
    };
    host.workload_start(WorkloadStartRequest { workload })
        .await?;

    tokio::signal::ctrl_c().await?;
    println!("{:?}", winsock.metrics());
    host.stop().await
}
