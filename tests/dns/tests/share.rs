//! What one guest asks of a silent server keeps no other from asking.

mod support;

use std::time::Duration;

use winsock_async_dns_server::Lie;

use support::*;

/// Questions that may be under way, and what one session has of them: less than an eighth of what is free.
const QUESTIONS: usize = 100;
const OF_ONE: usize = 11;

fn few() -> Bench {
    bench_with(|dns| dns.questions(QUESTIONS).timeout(Duration::from_secs(600)))
}

// S-C7
#[test]
fn a_guest_that_fills_it_keeps_no_other_from_asking() {
    let mut bench = few();
    let mut fills = started(&bench.engine);
    for n in 0..1000 {
        ask(&mut fills, &format!("silent-{n}.test"));
    }
    bench.server.wait_until_asked(Lie::Silent, OF_ONE);
    assert_eq!(bench.by_name_beside("good.test"), good("good.test"));
    assert_eq!(bench.dns.under_way(), OF_ONE);
}

// S-C7, S-C6: c-ares keeps what was cancelled until its time is over.
#[test]
fn nor_does_one_that_cancels_all_of_it() {
    let mut bench = few();
    let mut fills = started(&bench.engine);
    for n in 0..1000 {
        let handle = ask(&mut fills, &format!("silent-{n}.test"));
        // The first are under way when they are cancelled.
        bench
            .server
            .wait_until_asked(Lie::Silent, (n + 1).min(OF_ONE));
        assert_eq!(fills.cancel(handle), Ok(()));
    }
    assert_eq!(bench.by_name_beside("good.test"), good("good.test"));
    assert_eq!(bench.dns.under_way(), OF_ONE);
    assert_eq!(bench.engine.outstanding(), 0);
}

// S-C7, S-S7
#[test]
fn nor_do_many_that_come_and_go() {
    let mut bench = few();
    for guest in 0..10 {
        let mut fills = started(&bench.engine);
        for n in 0..100 {
            ask(&mut fills, &format!("silent-{guest}-{n}.test"));
        }
        assert_eq!(
            bench.by_name_beside(&format!("good-{guest}.test")),
            good(&format!("good-{guest}.test"))
        );
    }
    assert!(bench.dns.under_way() < QUESTIONS);
    assert_eq!(bench.server.asked(Lie::Good), 10);
}

// What a guest has waiting for its turn is not waited for by another that asks the same.
#[test]
fn nobody_waits_for_anothers_turn() {
    let mut bench = few();
    let mut fills = started(&bench.engine);
    for n in 0..100 {
        ask(&mut fills, &format!("silent-{n}.test"));
    }
    let handle = ask(&mut fills, "good.test");
    assert_eq!(bench.by_name_beside("good.test"), good("good.test"));
    // It waits still, unless the other's question was under way when it came.
    if fills.cancel(handle).is_err() {
        assert_eq!(one(&mut fills).handle, handle);
    }
}
