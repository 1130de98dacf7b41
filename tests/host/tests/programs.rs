//! Every guest program of `tests/guests` that ends by itself, in a sync store and in an async
//! store.

use winsock_async_tests::{End, Kind, Run, lookups, programs, run};

/// Runs a program, and checks that it has left no request.
fn outcome(program: &str, kind: Kind) -> Run {
    let (lookups, _) = lookups();
    let run = run(program, &lookups, kind).expect("a program that starts");
    // S-S7, S-S4
    assert_eq!(
        lookups.outstanding(),
        0,
        "{program} has left requests in the host"
    );
    let stats = &run.stats;
    assert!(
        stats.completed() + stats.cancelled <= stats.requests,
        "{stats:?}"
    );
    run
}

fn returns(program: &str, kind: Kind) {
    if let End::Trapped(trap) = outcome(program, kind).end {
        panic!("{program} failed: {trap:?}");
    }
}

fn traps(program: &str, kind: Kind) {
    if let End::Returned = outcome(program, kind).end {
        panic!("{program} must trap");
    }
}

macro_rules! programs {
    ($($program:ident: $check:ident;)*) => {
        $(mod $program {
            use super::*;

            #[test]
            fn in_a_sync_store() {
                $check(stringify!($program), Kind::Sync);
            }

            #[test]
            fn in_an_async_store() {
                $check(stringify!($program), Kind::Async);
            }
        })*

        const PROGRAMS: &[&str] = &[$(stringify!($program)),*];
    };
}

programs! {
    before_startup: returns;
    blocking: returns;
    blocking_hook: returns;
    both: returns;
    cancel: returns;
    cleanup: returns;
    errors: returns;
    futures: returns;
    hostile: returns;
    hostile_cancel: returns;
    hostile_fuel: traps;
    hostile_handles: traps;
    hostile_pollables: returns;
    last_error: returns;
    limits: returns;
    message_queue: returns;
    messages: returns;
    names: returns;
    raw: returns;
    readiness: returns;
    six_kinds: returns;
    trap: traps;
}

/// The programs that other files run. `face.rs` has `hang`, which never ends. `replay.rs` has
/// `replay`, with its own engine. `traps.rs` has `hostile_trap`. `beside.rs` has the programs that
/// take seconds.
const ELSEWHERE: [&str; 8] = [
    "hang",
    "hostile_churn",
    "hostile_million",
    "hostile_names",
    "hostile_startups",
    "hostile_trap",
    "hostile_untaken",
    "replay",
];

#[test]
fn every_program_of_tests_guests_has_a_test() {
    let mut found = programs("guests/src/bin", "rs");
    found.retain(|program| !ELSEWHERE.contains(&&**program));
    assert_eq!(found, PROGRAMS);
}
