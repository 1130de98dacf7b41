//! `winsock:async-lookup-p3`: lookups as futures of the component model.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Runtime;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Result};
use wasmtime_wasi::{WasiCtxBuilder, p2, p3};
use winsock_async_engine::observe::{Observer, QueryKind};
use winsock_async_engine::resolvers::{Chain, Script, Tables};
use winsock_async_engine::{ErrorCode, HostEntry, Inspection, Inspector, Limits, Lookup};
use winsock_async_engine::{LookupEngine, LookupEngineBuilder, Policy, RequestStats};
use winsock_async_engine::{Resolution, Resolver, Responder};
use winsock_async_tests::ordinary::{Ordinary, engine as wasmtime};
use winsock_async_tests::{State, if_built};
use winsock_async_wasmtime::{WinsockCtx, add_to_linker_async, add_to_linker_p3, wasi};

const GUEST: &str = "lookups_p3";

/// Keeps the lookups of names under `held.test`, and answers all when this many wait.
struct Held {
    most: usize,
    responders: Mutex<Vec<Responder>>,
}

impl Held {
    fn up_to(most: usize) -> Arc<Held> {
        let responders = Mutex::default();
        Arc::new(Held { most, responders })
    }

    /// Keeps every lookup.
    fn all() -> Arc<Held> {
        Held::up_to(usize::MAX)
    }

    /// Answers the lookups that wait, each with an address that has its place as the last number.
    fn answer(&self) {
        let waiting = mem::take(&mut *self.responders.lock().unwrap());
        for (i, responder) in waiting.into_iter().enumerate() {
            let address = [192, 0, 2, u8::try_from(i % 256).unwrap()];
            let entry = HostEntry::new("held.test", [address.into()]);
            responder.send(Ok(Arc::new(entry.into())));
        }
    }

    /// How many lookups wait, and how many of them somebody waits for.
    fn waiting(&self) -> (usize, usize) {
        let responders = self.responders.lock().unwrap();
        let wanted = responders.iter().filter(|one| one.is_wanted());
        (responders.len(), wanted.count())
    }
}

impl Resolver for Held {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup.host_name() {
            Some(name) if name.ends_with("held.test") => Resolution::Async,
            _ => Resolution::NotFound,
        }
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        let mut waiting = self.responders.lock().unwrap();
        waiting.push(responder);
        let is_full = waiting.len() >= self.most;
        drop(waiting);
        if is_full {
            self.answer();
        }
    }
}

/// Has all lookups that wait answered when one is refused.
struct AnswerAtRefusal(Arc<Held>);

impl Observer for AnswerAtRefusal {
    fn refusal(&self, _: u64, _: QueryKind, _: ErrorCode) {
        self.0.answer();
    }
}

/// An engine that keeps what `held` does, and knows the other hosts of these tests.
fn builder(held: &Arc<Held>) -> LookupEngineBuilder {
    let script = Script::parse(
        r#"
        rule = [
            { host = "www.test", addresses = ["192.0.2.1"], now = true },
            { host = "later.test", addresses = ["192.0.2.2"] },
            { host = "again.test", error = "WSATRY_AGAIN" },
            { host = "broken.test", error = "WSANO_RECOVERY" },
            { host = "empty.test", error = "WSANO_DATA" },
            { address = "192.0.2.1", name = "www.test", now = true },
        ]"#,
        "the test",
    );
    let tables = Tables::builder().build().unwrap();
    let allow = ["*.test", "192.0.2.0/24"].map(|pattern| pattern.parse().unwrap());
    let resolver = Chain::new().then(Arc::clone(held));
    LookupEngine::builder()
        .resolver(resolver.then(script.unwrap()).then(tables))
        .policy(allow.into_iter().fold(Policy::deny_all(), Policy::allow))
}

/// The engine of [`builder`], with a limit on the outstanding requests of a guest.
fn engine(held: &Arc<Held>, max_requests: usize) -> LookupEngine {
    let limits = Limits {
        max_requests,
        ..Limits::default()
    };
    builder(held).limits(limits).build()
}

/// Adds what a guest of 0.3 may import.
fn link(linker: &mut Linker<State>) -> Result<()> {
    p2::add_to_linker_async(linker)?;
    wasi::replace_in_linker(linker)?;
    p3::add_to_linker(linker)?;
    wasi::p3::replace_in_linker(linker)?;
    add_to_linker_async(linker)?;
    add_to_linker_p3(linker)
}

async fn run(guest: &Ordinary, lookups: &LookupEngine, args: &[&str]) -> Result<String> {
    let winsock = WinsockCtx::new(lookups);
    let state = |wasi: &mut WasiCtxBuilder| State::new(winsock, wasi.build(), &[]);
    let (output, succeeded) = guest.run(args, state, link).await?;
    assert!(succeeded, "{args:?}: {output}");
    Ok(output)
}

/// Runs the guest to its end, and checks what it prints. False if it is not built.
#[track_caller]
fn prints(lookups: &LookupEngine, args: &[&str], expected: &[&str]) -> bool {
    let Some(guest) = Ordinary::load(GUEST) else {
        return false;
    };
    let output = tokio().block_on(run(&guest, lookups, args)).unwrap();
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines, expected, "{args:?}");
    // S-F4, S-S7
    assert_eq!(lookups.outstanding(), 0);
    true
}

fn tokio() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn stats(lookups: &LookupEngine) -> RequestStats {
    lookups.metrics().total
}

// S-F1: without a start-up.
#[test]
fn each_kind_of_query_has_its_answer() {
    let lookups = engine(&Held::all(), 100);
    let expected = [
        "host: www.test at 192.0.2.1",
        "address: www.test at 192.0.2.1",
        "service: http at 80 by tcp",
        "port: smtp at 25 by tcp",
        "protocol: udp is 17",
        "number: tcp is 6",
        "addresses: at 192.0.2.1",
        "name: www.test",
    ];
    if prints(&lookups, &["kinds"], &expected) {
        let stats = stats(&lookups);
        assert_eq!((stats.requests, stats.answered, stats.cancelled), (8, 8, 0));
    }
}

// S-F1, S-F3
#[test]
fn errors_are_those_of_a_completion() {
    let lookups = engine(&Held::all(), 100);
    let hosts = [
        ("later.test", "later.test at 192.0.2.2"),
        ("192.0.2.7", "192.0.2.7 at 192.0.2.7"),
        ("unknown.test", "error host-not-found"),
        ("empty.test", "error no-data"),
        ("again.test", "error try-again"),
        ("broken.test", "error no-recovery"),
        ("denied.example", "error access-denied"),
        ("127.0.0.1", "error access-denied"),
        ("::1", "error no-data"),
    ];
    let args: Vec<&str> = ["hosts"]
        .into_iter()
        .chain(hosts.map(|(name, _)| name))
        .collect();
    let expected = hosts.map(|(name, line)| format!("{name}: {line}"));
    if prints(&lookups, &args, &expected.each_ref().map(String::as_str)) {
        let stats = stats(&lookups);
        assert_eq!((stats.requests, stats.denied), (9, 2));
    }
}

// S-F1
#[test]
fn lookup_while_the_engine_is_down_fails() {
    let lookups = engine(&Held::all(), 100);
    lookups.take_down();
    prints(
        &lookups,
        &["hosts", "www.test"],
        &["www.test: error network-down"],
    );
}

/// Takes its engine down when it sees the question for `down.held.test`, from another thread.
struct Outage(Arc<Mutex<Option<LookupEngine>>>);

impl Inspector for Outage {
    fn question(&self, lookup: &Lookup) -> Inspection {
        match lookup.host_name() {
            Some("down.test") => {
                let engine = self.0.lock().unwrap().clone().unwrap();
                engine.take_down();
                Inspection::Pass
            }
            Some("refused.test") => Inspection::refused(),
            _ => Inspection::Pass,
        }
    }
}

// S-F1, S-F3: what was under way ends with the outage, and the inspector judges each question.
#[test]
fn outage_ends_the_lookups_that_are_under_way() {
    let (held, of_inspector) = (Held::all(), Arc::default());
    let inspector = Outage(Arc::clone(&of_inspector));
    let lookups = builder(&held).inspector(inspector).build();
    *of_inspector.lock().unwrap() = Some(lookups.clone());
    let names = ["refused.test", "a.held.test", "b.held.test", "down.test"];
    let args: Vec<&str> = ["hosts"].into_iter().chain(names).collect();
    let expected = [
        "refused.test: error access-denied",
        "a.held.test: error network-down",
        "b.held.test: error network-down",
        "down.test: error host-not-found",
    ];
    prints(&lookups, &args, &expected);
    *of_inspector.lock().unwrap() = None;
}

// S-F1
#[test]
fn lookup_past_its_time_ends_with_try_again() {
    let limits = Limits {
        request_timeout: Some(Duration::from_millis(1)),
        ..Limits::default()
    };
    let held = Held::all();
    let lookups = builder(&held).limits(limits).build();
    let args = ["hosts", "held.test"];
    if prints(&lookups, &args, &["held.test: error try-again"]) {
        assert_eq!(held.waiting(), (1, 0));
    }
}

// S-F1, S-F3: all of them are under way at once, because the resolver answers none before the first
// is refused.
#[test]
fn a_thousand_lookups_run_at_once_and_those_past_the_limit_are_refused() {
    let held = Held::all();
    let limits = Limits {
        max_requests: 1000,
        ..Limits::default()
    };
    let observer = AnswerAtRefusal(Arc::clone(&held));
    let lookups = builder(&held).limits(limits).observer(observer).build();
    let expected = ["found 1000", "100 times error would-block"];
    if prints(&lookups, &["together", "1100", "held.test"], &expected) {
        let stats = stats(&lookups);
        assert_eq!((stats.requests, stats.refused), (1000, 100));
        assert_eq!((stats.answered, stats.cancelled), (1000, 0));
    }
}

// S-F2, S-C6: with room for four, four lookups begin only if all of the order before are gone.
#[test]
fn lookups_dropped_in_any_order_leave_their_places_at_once() {
    let held = Held::all();
    let lookups = engine(&held, 4);
    let args = ["orders", "4", "held.test"];
    if prints(&lookups, &args, &["dropped in 24 orders"]) {
        let stats = stats(&lookups);
        assert_eq!((stats.cancelled, stats.refused), (96, 0));
        assert_eq!(held.waiting(), (96, 0));
    }
}

// S-F2, S-C1
#[test]
fn answer_of_a_dropped_lookup_reaches_nobody() {
    let lookups = engine(&Held::up_to(2), 1);
    let args = ["drop", "held.test", "held.test"];
    // The resolver answers both, the second with the second address.
    let expected = ["dropped 1", "held.test: held.test at 192.0.2.1"];
    if prints(&lookups, &args, &expected) {
        let stats = stats(&lookups);
        assert_eq!((stats.cancelled, stats.answered), (1, 1));
    }
}

// S-F3: each gets its own answer, whichever of the two settles the results.
#[test]
fn lookup_and_request_of_one_guest_keep_their_answers() {
    let lookups = engine(&Held::up_to(2), 2);
    let expected = [
        "request: held.test at 192.0.2.1",
        "lookup: held.test at 192.0.2.0",
    ];
    let args = ["both", "a.held.test", "b.held.test"];
    if prints(&lookups, &args, &expected) {
        let stats = stats(&lookups);
        assert_eq!((stats.requests, stats.answered, stats.cancelled), (2, 2, 0));
    }
}

// S-F3
#[test]
fn other_interface_neither_sees_nor_ends_a_lookup() {
    let held = Held::all();
    let lookups = engine(&held, 2);
    if prints(&lookups, &["never", "held.test"], &["dropped 1"]) {
        assert_eq!((stats(&lookups).cancelled, held.waiting()), (2, (2, 0)));
    }
}

// S-F4, S-S7
#[test]
fn trap_or_return_with_a_lookup_under_way_leaves_none() {
    let Some(guest) = Ordinary::load(GUEST) else {
        return;
    };
    let (held, runtime) = (Held::all(), tokio());
    let lookups = engine(&held, 1);
    for round in 1..=20 {
        let trapped = runtime.block_on(run(&guest, &lookups, &["trap", "held.test"]));
        let error = trapped.unwrap_err();
        assert!(error.is::<wasmtime::Trap>(), "{error:?}");
        assert_eq!(lookups.outstanding(), 0);
        let returned = runtime.block_on(run(&guest, &lookups, &["return", "held.test"]));
        assert_eq!(returned.unwrap(), "");
        assert_eq!(lookups.outstanding(), 0);
        assert_eq!(stats(&lookups).cancelled, 2 * round);
    }
    assert_eq!(held.waiting(), (40, 0));
}

// S-F4, S-S7
#[test]
fn store_dropped_while_lookups_wait_leaves_none() {
    let Some(guest) = Ordinary::load(GUEST) else {
        return;
    };
    let held = Held::all();
    let lookups = engine(&held, 100);
    tokio().block_on(async {
        let mut run = pin!(run(
            &guest,
            &lookups,
            &["hosts", "held.test", "a.held.test"]
        ));
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(ended) => panic!("the guest has ended: {ended:?}"),
            Poll::Pending if lookups.outstanding() < 2 => Poll::Pending,
            Poll::Pending => Poll::Ready(()),
        })
        .await;
    });
    assert_eq!((stats(&lookups).cancelled, lookups.outstanding()), (2, 0));
    assert_eq!(held.waiting(), (2, 0));
}

// S-F3
#[test]
fn two_stores_of_one_engine_have_a_limit_each() {
    let Some(guest) = Ordinary::load(GUEST) else {
        return;
    };
    let lookups = engine(&Held::up_to(2), 1);
    let args = ["hosts", "held.test"];
    let both = async {
        let (a, b) = (run(&guest, &lookups, &args), run(&guest, &lookups, &args));
        futures_util::future::join(a, b).await
    };
    let (a, b) = tokio().block_on(both);
    assert_eq!(a.unwrap(), "held.test: held.test at 192.0.2.0\n");
    assert_eq!(b.unwrap(), "held.test: held.test at 192.0.2.1\n");
}

#[test]
fn guest_without_add_to_linker_p3_is_refused_by_name() {
    let Some(guest) = Ordinary::load(GUEST) else {
        return;
    };
    let winsock = WinsockCtx::new(&engine(&Held::all(), 1));
    let state = |wasi: &mut WasiCtxBuilder| State::new(winsock, wasi.build(), &[]);
    let without = |linker: &mut Linker<State>| {
        p2::add_to_linker_async(linker)?;
        p3::add_to_linker(linker)?;
        add_to_linker_async(linker)
    };
    let ended = tokio().block_on(guest.run(&["kinds"], state, without));
    let error = format!("{:#}", ended.unwrap_err());
    let name = "winsock:async-lookup-p3/lookups@0.1.0";
    assert!(error.contains(name), "{error}");
}

#[test]
fn engine_without_concurrency_support_refuses_the_linker_and_the_guest() {
    let mut config = Config::new();
    config.concurrency_support(false);
    let sync = Engine::new(&config).unwrap();
    let error = add_to_linker_p3(&mut Linker::<State>::new(&sync)).unwrap_err();
    assert!(
        error.to_string().contains("concurrency_support"),
        "{error:#}"
    );
    let Some(file) = if_built(GUEST) else {
        return;
    };
    let error = format!("{:#}", Component::from_file(&sync, file).unwrap_err());
    let why = "async component functions require the component model async feature";
    assert!(error.contains(why), "{error}");
}

#[test]
fn linker_that_has_the_lookups_refuses_them_again() {
    let mut linker = Linker::<State>::new(wasmtime());
    add_to_linker_p3(&mut linker).unwrap();
    add_to_linker_p3(&mut linker).unwrap_err();
}

// S-F1: an error code has the same name and number by either interface.
#[test]
fn error_that_a_resolver_invents_reaches_the_guest_as_it_is() {
    struct Invents(ErrorCode);

    impl Resolver for Invents {
        fn try_resolve(&self, _: &Lookup) -> Resolution {
            Resolution::Ready(Err(self.0))
        }
    }

    for (code, name) in [
        (ErrorCode::Interrupted, "interrupted"),
        (ErrorCode::NotInitialised, "not-initialised"),
        (ErrorCode::ProcessLimit, "process-limit"),
    ] {
        let lookups = LookupEngine::builder()
            .resolver(Invents(code))
            .policy(Policy::allow_all())
            .build();
        let expected = format!("a.test: error {name}");
        prints(&lookups, &["hosts", "a.test"], &[&expected]);
    }
}
