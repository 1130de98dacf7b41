//! A host of wasmCloud with the plugin runs components. Run `cargo xtask guests` first, with
//! rustup's target for guests.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::JoinHandle;
use wash_runtime::engine::Engine;
use wash_runtime::engine::workload::{ResolvedWorkload, WorkloadComponent};
use wash_runtime::host::{Host, HostApi, HostBuilder};
use wash_runtime::plugin::HostPlugin;
use wash_runtime::types::{
    Component, LocalResources, Workload, WorkloadStartRequest, WorkloadStopRequest,
};
use wash_runtime::wit::{WitInterface, WitWorld};
use wasmtime_wasi::bindings::CommandPre;
use wasmtime_wasi::pipe::MemoryOutputPipe;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};
use winsock_async_wasmcloud::engine::LookupEngine;
use winsock_async_wasmcloud::engine::resolvers::{Script, ScriptControl};
use winsock_async_wasmcloud::{ComponentMetrics, WinsockPlugin};

/// `held.test` is answered when the test releases it, `quick.test` by a worker.
const SCRIPT: &str = r#"
    rule = [
        { host = "held.test", addresses = ["8.8.8.8"], never = true },
        { host = "other.test", addresses = ["8.8.4.4"], never = true },
        { host = "quick.test", addresses = ["8.8.4.4"] },
    ]
"#;

/// A plugin that keeps workloads with programs, so that the test can run them.
#[derive(Default)]
struct Runner {
    /// The last workload, and the id of its component.
    resolved: Mutex<Option<(ResolvedWorkload, String)>>,
}

#[async_trait]
impl HostPlugin for Runner {
    fn id(&self) -> &'static str {
        "runner"
    }

    fn world(&self) -> WitWorld {
        WitWorld {
            imports: HashSet::new(),
            exports: HashSet::from([WitInterface::from("wasi:cli/run")]),
        }
    }

    /// wash-runtime does not serve `exit-with-code`, which programs with a status need.
    async fn on_component_bind(
        &self,
        component: &mut WorkloadComponent,
        _: HashSet<WitInterface>,
    ) -> anyhow::Result<()> {
        let mut exit = component.linker().instance("wasi:cli/exit@0.2.12")?;
        exit.func_wrap(
            "exit",
            |_, (status,): (Result<(), ()>,)| -> anyhow::Result<()> {
                Err(I32Exit(status.is_err().into()).into())
            },
        )?;
        exit.func_wrap(
            "exit-with-code",
            |_, (status,): (u8,)| -> anyhow::Result<()> { Err(I32Exit(status.into()).into()) },
        )
    }

    async fn on_workload_resolved(
        &self,
        workload: &ResolvedWorkload,
        component_id: &str,
    ) -> anyhow::Result<()> {
        let resolved = Some((workload.clone(), component_id.to_owned()));
        *self.resolved.lock().unwrap() = resolved;
        Ok(())
    }
}

/// A host with the plugin.
struct Cluster {
    host: Arc<Host>,
    winsock: Arc<WinsockPlugin>,
    runner: Arc<Runner>,
    control: Arc<ScriptControl>,
}

/// A workload that has started.
struct Started {
    id: String,
    workload: ResolvedWorkload,
    component_id: String,
}

/// How a program ended.
#[derive(Debug, PartialEq)]
struct Ended {
    status: i32,
    output: String,
}

impl Cluster {
    async fn start() -> Cluster {
        let script = Script::parse(SCRIPT, "script").unwrap();
        let control = Arc::new(script.control());
        let lookups = LookupEngine::builder().resolver(script).build();
        let winsock = Arc::new(WinsockPlugin::new(lookups));
        let runner = Arc::<Runner>::default();
        let engine = Engine::builder().with_pooling_allocator(false);
        let host = HostBuilder::new()
            .with_engine(engine.build().unwrap())
            .with_plugin(Arc::clone(&winsock))
            .and_then(|host| host.with_plugin(Arc::clone(&runner)))
            .and_then(HostBuilder::build)
            .unwrap();
        Cluster {
            host: host.start().await.unwrap(),
            winsock,
            runner,
            control,
        }
    }

    /// Starts a workload of one component, the example `lookup`.
    async fn deploy(&self, config: &[(&str, &str)]) -> anyhow::Result<Started> {
        let lookups = "winsock:async-lookup/lifecycle,requests,completions@0.1.0";
        let config = config.iter().copied();
        let local_resources = LocalResources {
            config: config
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            ..LocalResources::default()
        };
        let component = Component {
            bytes: guest("lookup"),
            local_resources,
            ..Component::default()
        };
        let workload = Workload {
            namespace: "test".into(),
            name: "lookup".into(),
            annotations: HashMap::new(),
            service: None,
            components: vec![component],
            host_interfaces: vec![lookups.into(), "wasi:cli/run".into()],
            volumes: Vec::new(),
        };
        let request = WorkloadStartRequest { workload };
        let started = self.host.workload_start(request).await?;
        let resolved = self.runner.resolved.lock().unwrap().take();
        let (workload, component_id) = resolved.context("the runner was not bound")?;
        Ok(Started {
            id: started.workload_status.workload_id,
            workload,
            component_id,
        })
    }

    async fn stop(&self, workload_id: String) {
        let request = WorkloadStopRequest { workload_id };
        self.host.workload_stop(request).await.unwrap();
    }

    /// Waits until a worker has begun a lookup of this name.
    async fn wait_until_started(&self, name: &'static str) {
        let control = Arc::clone(&self.control);
        let started = tokio::task::spawn_blocking(move || control.wait_until_started(name));
        started.await.unwrap();
    }

    /// Sessions, and outstanding requests.
    fn left(&self) -> (usize, usize) {
        let metrics = self.winsock.metrics();
        (metrics.sessions, metrics.outstanding)
    }
}

fn guest(name: &str) -> Bytes {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    let file = guests.join(name).with_extension("wasm");
    let bytes = fs::read(&file);
    let help = || format!("no {}: run `cargo xtask guests` first", file.display());
    bytes.with_context(help).unwrap().into()
}

impl Started {
    /// Runs an instance with these arguments.
    fn run(&self, args: &[&str]) -> JoinHandle<Ended> {
        let (workload, id) = (self.workload.clone(), self.component_id.clone());
        let output = MemoryOutputPipe::new(1 << 20);
        let wasi = WasiCtxBuilder::new()
            .arg("lookup")
            .args(args)
            .stdout(output.clone())
            .inherit_stderr()
            .build();
        tokio::spawn(async move {
            let mut store = workload.new_store(&id).await.unwrap();
            store.data_mut().ctx = wasi;
            let linked = workload.instantiate_pre(&id).await.unwrap();
            let command = CommandPre::new(linked).unwrap();
            let command = command.instantiate_async(&mut store).await.unwrap();
            let ended = command.wasi_cli_run().call_run(&mut store);
            // The bound only ends a test that would hang.
            let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
            let ended = ended.expect("the program ends");
            drop(store);
            let status = match ended {
                Ok(ended) => i32::from(ended.is_err()),
                Err(error) => error.downcast::<I32Exit>().unwrap().0,
            };
            let output = String::from_utf8(output.contents().into()).unwrap();
            Ended { status, output }
        })
    }
}

fn ended(status: i32, output: &str) -> Ended {
    let output = output.into();
    Ended { status, output }
}

// S-R16, S-R19
#[tokio::test(flavor = "multi_thread")]
async fn components_have_the_policies_of_their_configurations() {
    let cluster = Cluster::start().await;
    let policy = |text: &'static str| [("winsock.policy", text)];
    let allowed = cluster
        .deploy(&policy("allow = ['quick.test']"))
        .await
        .unwrap();
    let denied = cluster
        .deploy(&policy("allow = ['held.test']"))
        .await
        .unwrap();
    let nothing = cluster.deploy(&[]).await.unwrap();
    let args = &["host:quick.test"];
    let found = ended(0, "host:quick.test: quick.test 8.8.4.4\n");
    assert_eq!(allowed.run(args).await.unwrap(), found);
    for started in [&denied, &nothing] {
        let ended = started.run(args).await.unwrap();
        assert_eq!(ended.status, 1);
        assert!(
            ended
                .output
                .starts_with("host:quick.test: WSAEACCES (10013)"),
            "{ended:?}"
        );
    }
    let counts = cluster.winsock.component_metrics();
    let count = |started: &Started| {
        let of = |found: &&ComponentMetrics| {
            found.workload_id == started.id && found.component_id == started.component_id
        };
        let total = &counts.iter().find(of).unwrap().metrics.total;
        (total.answered, total.denied)
    };
    assert_eq!(
        [&allowed, &denied, &nothing].map(count),
        [(1, 0), (0, 1), (0, 1)]
    );
    assert_eq!(cluster.winsock.metrics().total.requests, 3);
    assert_eq!(cluster.left(), (0, 0));
}

// S-R18, S-R19, S-S7
#[tokio::test(flavor = "multi_thread")]
async fn workload_that_stops_leaves_no_request_and_others_go_on() {
    let cluster = Cluster::start().await;
    let policy = [("winsock.policy", "allow = ['*']")];
    let [stopped, kept] = [
        cluster.deploy(&policy).await.unwrap(),
        cluster.deploy(&policy).await.unwrap(),
    ];
    let runs = [
        stopped.run(&["host:held.test"]),
        stopped.run(&["host:held.test"]),
    ];
    let goes_on = kept.run(&["host:other.test"]);
    for name in ["held.test", "held.test", "other.test"] {
        cluster.wait_until_started(name).await;
    }
    assert_eq!(cluster.left(), (3, 3));

    cluster.stop(stopped.id.clone()).await;
    for run in runs {
        let Ended { status, output } = run.await.unwrap();
        assert_eq!(status, 1);
        assert!(
            output.starts_with("host:held.test: WSAENETDOWN (10050)"),
            "{output}"
        );
    }
    assert_eq!(cluster.left(), (1, 1));
    // An instance that begins after the stop gets no further.
    let late = stopped.run(&["host:quick.test"]).await.unwrap();
    assert_eq!(late.status, 1);
    assert!(late.output.contains("WSAENETDOWN"), "{late:?}");
    let others = kept.run(&["host:quick.test"]).await.unwrap();
    assert_eq!(others.status, 0);
    cluster.control.release("other.test");
    assert_eq!(goes_on.await.unwrap().status, 0);
    assert_eq!(cluster.left(), (0, 0));
    // The counts of the workload outlive it.
    drop(stopped);
    assert_eq!(cluster.winsock.component_metrics().len(), 1);
    let total = cluster.winsock.metrics().total;
    assert_eq!((total.requests, total.answered, total.pending()), (4, 2, 0));
}

// S-R18
#[tokio::test(flavor = "multi_thread")]
async fn host_that_stops_ends_the_lookups_of_all_components() {
    let cluster = Cluster::start().await;
    let policy = [("winsock.policy", "allow = ['*']")];
    let (first, second) = (
        cluster.deploy(&policy).await.unwrap(),
        cluster.deploy(&policy).await.unwrap(),
    );
    let runs = [&first, &second].map(|started| started.run(&["host:held.test"]));
    for _ in 0..2 {
        cluster.wait_until_started("held.test").await;
    }
    Arc::clone(&cluster.host).stop().await.unwrap();
    for run in runs {
        let ended = run.await.unwrap();
        assert!(ended.output.contains("WSAENETDOWN"), "{ended:?}");
    }
    assert_eq!(cluster.left(), (0, 0));
}

// S-R2, S-R19
#[tokio::test(flavor = "multi_thread")]
async fn components_have_the_limits_of_their_configurations() {
    let cluster = Cluster::start().await;
    let allow_all = ("winsock.policy", "allow = ['*']");
    let small = [allow_all, ("winsock.name-bytes", "5")];
    let small = cluster.deploy(&small).await.unwrap();
    let large = cluster.deploy(&[allow_all]).await.unwrap();
    let status = async |started: &Started| {
        let ended = started.run(&["host:quick.test"]).await.unwrap();
        ended.status
    };
    assert_eq!((status(&small).await, status(&large).await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn workload_with_a_malformed_configuration_does_not_start() {
    let cluster = Cluster::start().await;
    for (key, value, said) in [
        (
            "winsock.policy",
            "allow = [\n'a..b',\n]",
            "winsock.policy:2: ",
        ),
        (
            "winsock.max-requests",
            "many",
            "winsock.max-requests: `many`: ",
        ),
        ("winsock.limit", "1", "winsock.limit: there is no such key"),
    ] {
        let Err(error) = cluster.deploy(&[(key, value)]).await else {
            panic!("{key} = {value} is accepted");
        };
        let error = format!("{error:#}");
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(cluster.winsock.component_metrics().len(), 0);
}
