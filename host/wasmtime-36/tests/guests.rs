//! Guest programs of the other crates under wasmtime 36, in stores of both kinds. Run
//! `cargo xtask guests` first, with rustup's target for guests.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Result, Store};
use wasmtime_wasi::p2::bindings::{Command, LinkOptions, sync};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use winsock_async_wasmtime_36::engine::resolvers::{Chain, Script, Tables};
use winsock_async_wasmtime_36::engine::{Limits, LookupEngine, Policy};
use winsock_async_wasmtime_36::{
    WinsockCtx, WinsockCtxView, WinsockView, add_to_linker_async, add_to_linker_sync,
};

struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        WinsockCtxView {
            ctx: &mut self.winsock,
            table: &mut self.table,
        }
    }
}

/// How a guest's calls reach the host.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Sync,
    Async,
}

/// How a program ended.
#[derive(Debug)]
struct Ended {
    status: i32,
    output: String,
}

/// A guest program, compiled for stores of one kind.
struct Program {
    component: Component,
    name: String,
    kind: Kind,
}

impl Program {
    fn load(name: &str, kind: Kind) -> Program {
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
        let file = guests.join(name).with_extension("wasm");
        let shown = file.display();
        let bytes = fs::read(&file)
            .unwrap_or_else(|error| panic!("{shown}: {error}; run `cargo xtask guests` first"));
        let component = Component::from_binary(engine(kind), &bytes)
            .unwrap_or_else(|error| panic!("{shown}: {error}; rustup's target is needed"));
        let name = name.into();
        Program {
            component,
            name,
            kind,
        }
    }

    /// Runs the program once, and drops its store.
    fn run(&self, lookups: &LookupEngine, args: &[&str], input: &str) -> Result<Ended> {
        let output = MemoryOutputPipe::new(1 << 20);
        let wasi = WasiCtxBuilder::new()
            .inherit_stderr()
            .stdin(MemoryInputPipe::new(input.to_owned()))
            .stdout(output.clone())
            .arg(&self.name)
            .args(args)
            .build();
        let (winsock, table) = (WinsockCtx::new(lookups), ResourceTable::new());
        let state = State {
            wasi,
            winsock,
            table,
        };
        let mut store = Store::new(self.component.engine(), state);
        let mut linker = Linker::new(self.component.engine());
        let ended = match self.kind {
            Kind::Sync => {
                // Programs with a status of their own need it.
                let mut options = sync::LinkOptions::default();
                options.cli_exit_with_code(true);
                wasmtime_wasi::p2::add_to_linker_with_options_sync(&mut linker, &options)?;
                add_to_linker_sync(&mut linker)?;
                let command = sync::Command::instantiate(&mut store, &self.component, &linker)?;
                command.wasi_cli_run().call_run(&mut store)
            }
            Kind::Async => {
                let mut options = LinkOptions::default();
                options.cli_exit_with_code(true);
                wasmtime_wasi::p2::add_to_linker_with_options_async(&mut linker, &options)?;
                add_to_linker_async(&mut linker)?;
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                runtime.enable_all().build()?.block_on(async {
                    let linked = Command::instantiate_async(&mut store, &self.component, &linker);
                    linked.await?.wasi_cli_run().call_run(&mut store).await
                })
            }
        };
        drop(store);
        let status = match ended {
            Ok(ended) => i32::from(ended.is_err()),
            Err(error) => error.downcast::<I32Exit>()?.0,
        };
        let output = String::from_utf8(output.contents().into()).expect("text");
        Ok(Ended { status, output })
    }
}

/// The engine of wasmtime: its functions are either all called by `call` or all by `call_async`.
fn engine(kind: Kind) -> &'static Engine {
    static SYNC: OnceLock<Engine> = OnceLock::new();
    static ASYNC: OnceLock<Engine> = OnceLock::new();
    let (engine, is_async) = match kind {
        Kind::Sync => (&SYNC, false),
        Kind::Async => (&ASYNC, true),
    };
    engine.get_or_init(|| {
        let mut config = Config::new();
        config.async_support(is_async);
        Engine::new(&config).expect("an engine")
    })
}

/// The engine that the programs of `tests/guests` rely on.
fn lookups() -> LookupEngine {
    let script = include_str!("../../../tests/host/src/script.toml");
    let script = Script::parse(script, "script.toml").expect("a good script");
    let tables = Tables::builder().build().expect("embedded tables");
    let policy = Policy::parse("allow = ['*.test', '192.0.2.0/24']", "policy");
    LookupEngine::builder()
        .resolver(Chain::new().then(script).then(tables))
        .policy(policy.expect("a good policy"))
        .host_name("quick.test")
        .limits(Limits {
            max_requests: 100,
            ..Limits::default()
        })
        .build()
}

/// The sorted names of the programs in a directory of this repository.
fn programs(directory: &str) -> Vec<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let entries = fs::read_dir(repository.join(directory)).expect("the programs' sources");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// What each example is run with: its arguments and its input. Then its lines, sorted.
const EXAMPLES: [(&str, &[&str], &str, &[&str]); 2] = [
    (
        "lookup",
        &[
            "host:quick.test",
            "addr:192.0.2.1",
            "serv:http/tcp",
            "port:443/tcp",
            "proto:udp",
            "protonum:6",
            "ip:known.test",
            "host:denied.example",
        ],
        "",
        &[
            "addr:192.0.2.1: quick.test 192.0.2.1",
            "host:denied.example: WSAEACCES (10013): the host's policy forbids it",
            "host:quick.test: quick.test (aliases fast.test, swift.test) 192.0.2.1 192.0.2.2",
            "ip:known.test: known.test 192.0.2.3",
            "port:443/tcp: https port 443/tcp",
            "proto:udp: udp (alias UDP) number 17",
            "protonum:6: tcp (alias TCP) number 6",
            "serv:http/tcp: http (aliases www, www-http) port 80/tcp",
        ],
    ),
    (
        "resolve-many",
        &["--jobs", "2"],
        "quick.test\nknown.test\ndenied.example\nempty.test\n",
        &[
            "denied.example\tWSAEACCES (10013): the host's policy forbids it",
            "empty.test\tWSANO_DATA (11004): no data of this kind, or no such entry",
            "known.test\t192.0.2.3",
            "quick.test\t192.0.2.1 192.0.2.2",
        ],
    ),
];

fn examples_print_their_answers(kind: Kind) {
    let found = programs("examples/guests/src/bin");
    assert_eq!(found, EXAMPLES.map(|(name, ..)| name));
    for (name, args, input, expected) in EXAMPLES {
        let lookups = lookups();
        let ended = Program::load(name, kind)
            .run(&lookups, args, input)
            .unwrap();
        // One of the lookups is denied.
        assert_eq!(ended.status, 1, "{ended:?}");
        let mut lines: Vec<&str> = ended.output.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, expected);
        assert_eq!(lookups.outstanding(), 0);
    }
}

#[test]
fn examples_print_their_answers_in_a_sync_store() {
    examples_print_their_answers(Kind::Sync);
}

#[test]
fn examples_print_their_answers_in_an_async_store() {
    examples_print_their_answers(Kind::Async);
}

/// Programs of `tests/guests` that do not end well, need another engine, or use WASI's own lookups,
/// which this face does not serve. The hostile ones test the engine.
const LEFT_OUT: [&str; 4] = ["both", "hang", "replay", "trap"];

fn test_programs_end_well(kind: Kind) {
    let mut programs = programs("tests/guests/src/bin");
    programs.retain(|name| !name.starts_with("hostile") && !LEFT_OUT.contains(&&**name));
    assert!(programs.contains(&"six_kinds".into()), "{programs:?}");
    thread::scope(|scope| {
        let run = |name: &String| {
            let lookups = lookups();
            let ended = Program::load(name, kind).run(&lookups, &[], "");
            // S-S7
            assert_eq!(lookups.outstanding(), 0, "{name} has left requests");
            ended.map(|ended| ended.status)
        };
        let runs: Vec<_> = programs
            .iter()
            .map(|name| scope.spawn(move || run(name)))
            .collect();
        for (name, ended) in programs.iter().zip(runs) {
            let status = ended.join().expect("no panic");
            assert!(matches!(status, Ok(0)), "{name}: {status:?}");
        }
    });
}

#[test]
fn test_programs_end_well_in_a_sync_store() {
    test_programs_end_well(Kind::Sync);
}

#[test]
fn test_programs_end_well_in_an_async_store() {
    test_programs_end_well(Kind::Async);
}
