//! Permits: a guest's unanswered queries keep no other guest from asking.

mod support;

use std::time::Duration;

use winsock_async_dns_server::Lie;

use support::*;

/// Queries that may be in flight.
const MAX_QUERIES: usize = 100;
/// Queries that one session may have in flight: less than an eighth of the free permits.
const MAX_OF_ONE_SESSION: usize = 11;

fn fixture_with_few_permits() -> Fixture {
    fixture_with(|dns| {
        dns.max_queries(MAX_QUERIES)
            .timeout(Duration::from_secs(600))
    })
}

// S-C7
#[test]
fn flooding_guest_keeps_no_other_from_asking() {
    let mut fixture = fixture_with_few_permits();
    let mut flooding = started(&fixture.engine);
    for n in 0..1000 {
        request(&mut flooding, &format!("silent-{n}.test"));
    }
    fixture
        .server
        .wait_until_asked(Lie::Silent, MAX_OF_ONE_SESSION);
    assert_eq!(fixture.by_name_beside("good.test"), good("good.test"));
    assert_eq!(fixture.dns.in_flight(), MAX_OF_ONE_SESSION);
}

// S-C7, S-C6
#[test]
fn guest_that_cancels_a_flood_keeps_no_other_from_asking() {
    let mut fixture = fixture_with_few_permits();
    let mut flooding = started(&fixture.engine);
    for n in 0..1000 {
        let handle = request(&mut flooding, &format!("silent-{n}.test"));
        // The first ones are in flight when they are cancelled.
        fixture
            .server
            .wait_until_asked(Lie::Silent, (n + 1).min(MAX_OF_ONE_SESSION));
        assert_eq!(flooding.cancel(handle), Ok(()));
    }
    assert_eq!(fixture.by_name_beside("good.test"), good("good.test"));
    assert!(fixture.dns.in_flight() <= MAX_OF_ONE_SESSION);
    assert_eq!(fixture.engine.outstanding(), 0);
}

// S-C7, S-S7
#[test]
fn guests_that_come_and_go_keep_no_other_from_asking() {
    let mut fixture = fixture_with_few_permits();
    for guest in 0..10 {
        let mut flooding = started(&fixture.engine);
        for n in 0..100 {
            request(&mut flooding, &format!("silent-{guest}-{n}.test"));
        }
        assert_eq!(
            fixture.by_name_beside(&format!("good-{guest}.test")),
            good(&format!("good-{guest}.test"))
        );
    }
    assert!(fixture.dns.in_flight() < MAX_QUERIES);
    assert_eq!(fixture.server.asked(Lie::Good), 10);
}

// A guest does not wait for an equal lookup that waits for another guest's permit.
#[test]
fn equal_lookup_of_another_guest_does_not_wait_for_a_permit() {
    let mut fixture = fixture_with_few_permits();
    let mut flooding = started(&fixture.engine);
    for n in 0..100 {
        request(&mut flooding, &format!("silent-{n}.test"));
    }
    let handle = request(&mut flooding, "good.test");
    assert_eq!(fixture.by_name_beside("good.test"), good("good.test"));
    // The lookup still waits, unless it joined the other guest's query.
    if flooding.cancel(handle).is_err() {
        assert_eq!(next_completion(&mut flooding).handle, handle);
    }
}
