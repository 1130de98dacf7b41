//! The guest `replay`: random calls through the component boundary, which the model of a session
//! judges.

use winsock_async_model::{Gates, Settings};
use winsock_async_tests::{End, Kind, run};

// S-C8 and the rules that `replay` names; S-R16 and S-S4, which a guest cannot see.
fn agrees_with_the_model(kind: Kind) {
    let gates = Gates::default();
    let lookups = gates.engine(&Settings::GUEST);
    let run = run("replay", &lookups, kind).expect("a program that starts");
    gates.open_all();
    if let End::Trapped(trap) = run.end {
        panic!("{trap:?}");
    }
    assert_eq!(gates.wrong(), None);
    assert_eq!(lookups.outstanding(), 0);
    let stats = run.stats;
    println!("{stats:?}");
    assert!(stats.requests > 20_000 && stats.cancelled > 1_000 && stats.refused > 100);
}

#[test]
fn random_calls_in_a_sync_store_return_what_the_model_allows() {
    agrees_with_the_model(Kind::Sync);
}

#[test]
fn random_calls_in_an_async_store_return_what_the_model_allows() {
    agrees_with_the_model(Kind::Async);
}
