//! Guests composed with the provider, in stores that have WASI alone.
//!
//! The runtime of the first part looks names up as the script of these tests says, so that the
//! outcomes are those of `programs.rs`. That of the second part is wasmtime-wasi as it is.

use std::collections::BTreeSet;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Result, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use winsock_async_provider::COMPONENT;
use winsock_async_tests::{End, Kind, Program, composed, engine, lookups, programs};

/// Runs a composed program in a sync store and in an async store, and checks that it has left no
/// lookup in the runtime.
fn outcomes(program: &str) -> [End; 2] {
    let program = Program::composed(program).expect("it fits the provider");
    let imports = program.imports();
    assert!(imports.iter().all(|name| name.starts_with("wasi:")));
    [Kind::Sync, Kind::Async].map(|kind| {
        let (lookups, _) = lookups();
        let run = program
            .run(&lookups, kind)
            .expect("it needs nothing but WASI");
        // S-S7, S-C6
        assert_eq!(lookups.outstanding(), 0);
        run.end
    })
}

fn returns(program: &str) {
    for end in outcomes(program) {
        if let End::Trapped(trap) = end {
            panic!("{program} failed: {trap:?}");
        }
    }
}

fn traps(program: &str) {
    for end in outcomes(program) {
        assert!(matches!(end, End::Trapped(_)), "{program} must trap");
    }
}

macro_rules! programs {
    ($($program:ident: $check:ident;)*) => {
        $(#[test]
        fn $program() {
            $check(stringify!($program));
        })*

        const SAME: &[&str] = &[$(stringify!($program)),*];
    };
}

programs! {
    before_startup: returns;
    blocking_hook: returns;
    both: returns;
    cancel: returns;
    cleanup: returns;
    futures: returns;
    hostile_cancel: returns;
    hostile_names: returns;
    hostile_trap: traps;
    last_error: returns;
    message_queue: returns;
    messages: returns;
    raw: returns;
    trap: traps;
}

/// Programs that import `readiness`.
const NEED_READINESS: [&str; 4] = [
    "hostile",
    "hostile_handles",
    "hostile_pollables",
    "readiness",
];

/// Programs that need what WASI does not have: a host by address, an alias, WSANO_DATA for a name.
const NEED_MORE_THAN_WASI: [&str; 4] = ["blocking", "errors", "names", "six_kinds"];

/// Programs that need the host's limits or its resolver, or run for minutes or for ever.
const NEED_THIS_HOST: [&str; 8] = [
    "hang",
    "hostile_churn",
    "hostile_fuel",
    "hostile_million",
    "hostile_startups",
    "hostile_untaken",
    "limits",
    "replay",
];

#[test]
fn every_guest_program_is_composed_or_has_a_reason() {
    let found = programs("guests/src/bin", "rs");
    let listed = [SAME, &NEED_READINESS, &NEED_MORE_THAN_WASI, &NEED_THIS_HOST];
    let listed: BTreeSet<&str> = listed.concat().into_iter().collect();
    assert!(found.iter().map(String::as_str).eq(listed));
}

#[test]
fn guest_that_needs_readiness_is_refused() {
    for program in NEED_READINESS {
        let error = composed(program).expect_err(program);
        let expected = "the provider has no winsock:async-lookup/readiness@0.1.0";
        assert!(format!("{error:#}").contains(expected), "{error:#}");
    }
}

#[test]
fn program_that_needs_more_than_wasi_fails() {
    for program in NEED_MORE_THAN_WASI {
        traps(program);
    }
}

#[test]
fn provider_imports_sockets_io_and_clocks_alone() {
    let provider = Component::from_binary(engine(), COMPONENT.expect("`cargo xtask guests`"));
    let provider = provider.expect("a component").component_type();
    let names = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let imports: Vec<_> = provider
        .imports(engine())
        .map(|(name, _)| names(name))
        .collect();
    let exports: Vec<_> = provider
        .exports(engine())
        .map(|(name, _)| names(name))
        .collect();
    let expected = [
        "wasi:clocks/monotonic-clock",
        "wasi:io/poll",
        "wasi:sockets/instance-network",
        "wasi:sockets/ip-name-lookup",
        "wasi:sockets/network",
    ];
    assert_eq!(sorted(imports), expected);
    let interfaces = ["completions", "lifecycle", "requests", "types"];
    let expected = interfaces.map(|name| format!("winsock:async-lookup/{name}"));
    assert_eq!(sorted(exports), expected);
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// The data of a store that knows nothing of this project.
struct Plain {
    table: ResourceTable,
    wasi: WasiCtx,
}

impl WasiView for Plain {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// Runs a composed example by wasmtime-wasi alone. Returns the sorted lines that it has printed,
/// and its status.
fn run_plainly(example: &str, args: &[&str], input: &str, allow: bool) -> (Vec<String>, i32) {
    let component = composed(example).expect("it fits the provider");
    let component = Component::from_binary(engine(), &component).expect("a component");
    let output = MemoryOutputPipe::new(1 << 20);
    let mut wasi = WasiCtx::builder();
    wasi.stdin(MemoryInputPipe::new(input.to_owned()))
        .stdout(output.clone());
    wasi.arg(example).args(args).allow_ip_name_lookup(allow);
    let plain = Plain {
        table: ResourceTable::new(),
        wasi: wasi.build(),
    };
    let mut store = Store::new(engine(), plain);
    let mut linker = Linker::new(engine());
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("an empty linker");
    let command = Command::instantiate(&mut store, &component, &linker).expect("WASI alone");
    let status = status(command.wasi_cli_run().call_run(&mut store));
    drop(store);
    let output = String::from_utf8(output.contents().into()).expect("text");
    (sorted(output.lines().map(Into::into).collect()), status)
}

fn status(ended: Result<Result<(), ()>>) -> i32 {
    match ended {
        Ok(Ok(())) => 0,
        Ok(Err(())) => 1,
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => exit.0,
            None => panic!("it traps: {error:?}"),
        },
    }
}

// S-R11, S-R12, S-R13, S-A1, S-A2
#[test]
fn lookup_has_the_answers_of_the_tables_and_of_loopback() {
    let queries = [
        ("host:192.0.2.7", "192.0.2.7 192.0.2.7"),
        ("host:", "localhost 127.0.0.1"),
        ("host:localhost", "localhost 127.0.0.1"),
        ("ip6:::1", "::1 ::1"),
        ("ip6:a.localhost", "a.localhost ::1"),
        ("port:53/udp", "domain port 53/udp"),
        ("proto:udp", "udp (alias UDP) number 17"),
        ("protonum:6", "tcp (alias TCP) number 6"),
        ("serv:http/tcp", "http (aliases www, www-http) port 80/tcp"),
    ];
    for allow in [true, false] {
        let (found, status) = run_plainly("lookup", &queries.map(|(query, _)| query), "", allow);
        let expected = queries.map(|(query, answer)| format!("{query}: {answer}"));
        assert_eq!(found, expected);
        assert_eq!(status, 0);
    }
}

// S-R15: the runtime has no such call.
#[test]
fn host_by_address_is_no_recovery() {
    let (found, status) = run_plainly("lookup", &["addr:127.0.0.1"], "", true);
    let error = "addr:127.0.0.1: WSANO_RECOVERY (11003): a server refused or is broken";
    assert_eq!((found, status), (vec![error.to_owned()], 1));
}

// S-R16: which names are allowed is the runtime's decision.
#[test]
fn name_in_a_runtime_that_allows_no_lookups_is_an_error() {
    let (found, status) = run_plainly("lookup", &["ip:www.test"], "", false);
    assert_eq!(status, 1);
    assert!(found[0].starts_with("ip:www.test: WSA"), "{found:?}");
}

#[test]
fn resolve_many_answers_each_line_of_its_input() {
    let input = "localhost\n192.0.2.9\n".repeat(500);
    let (found, status) = run_plainly("resolve-many", &["--jobs", "100"], &input, true);
    let expected = ["192.0.2.9\t192.0.2.9", "localhost\t127.0.0.1"];
    assert_eq!(found, expected.map(|line| vec![line; 500]).concat());
    assert_eq!(status, 0);
}

#[test]
fn first_programs_of_the_guest_library_run() {
    let (found, status) = run_plainly("first-future", &[], "", true);
    assert_eq!(found, ["localhost at [127.0.0.1], port 80"]);
    assert_eq!(status, 0);
    let (found, status) = run_plainly("first-message", &[], "", true);
    assert_eq!((found.len(), status), (2, 0), "{found:?}");
    assert_eq!(found[0], "cancelled");
}

#[test]
fn every_example_guest_has_a_test() {
    assert_eq!(
        programs("../examples/guests/src/bin", "rs"),
        ["lookup", "resolve-many"]
    );
}
