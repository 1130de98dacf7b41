//! Every C program of `tests/c`: as C89 in a sync store, as C++17 in an async store.
//!
//! A program ends with status 0 if every check passes. Otherwise it prints the check that failed.

use winsock_async_tests::{End, Kind, lookups, programs, run};

/// Runs a program and checks that it passed, and that none of its requests is left.
fn passes(program: &str, standard: &str, kind: Kind) {
    let (lookups, _) = lookups();
    let file = format!("c/{program}.{standard}");
    let run = run(&file, &lookups, kind).expect("a program that starts");
    // S-S7, S-S4
    assert_eq!(
        lookups.outstanding(),
        0,
        "{file} has left requests in the host"
    );
    if let End::Trapped(trap) = run.end {
        panic!("{file} failed: {trap:?}");
    }
}

macro_rules! programs {
    ($($program:ident,)*) => {
        $(mod $program {
            use super::*;

            #[test]
            fn in_c89_and_a_sync_store() {
                passes(stringify!($program), "c89", Kind::Sync);
            }

            #[test]
            fn in_cpp17_and_an_async_store() {
                passes(stringify!($program), "cpp17", Kind::Async);
            }
        })*

        const PROGRAMS: &[&str] = &[$(stringify!($program)),*];
    };
}

programs! {
    addresses,
    bad_numbers,
    bad_pointers,
    blocking,
    blocking_hook,
    buffers,
    buffers_cancelled,
    buffers_reused,
    cancel,
    full_queue,
    habits,
    handlers,
    headers_lean,
    headers_windows_first,
    headers_windows_words,
    headers_winsock2_first,
    headers_winsock2_last,
    headers_winsock_first,
    layouts,
    lifecycle,
    long_arguments,
    main_environment,
    questions,
    startup,
    windows_classes,
    windows_entry,
    windows_handlers,
    windows_lifecycle,
    windows_long,
    windows_memory,
    windows_messages,
    windows_stuck,
    windows_text,
    windows_timers,
    windows_wide,
    windows_wide_entry,
    windows_wide_main,
}

#[test]
fn every_program_of_tests_c_has_a_test_here() {
    assert_eq!(programs("c", "c"), PROGRAMS);
}
