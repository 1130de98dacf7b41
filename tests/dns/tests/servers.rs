//! Several servers: which of them get a question. One guest's questions do not redirect another's.

mod support;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use winsock_async_dns_server::{Lie, Server};
use winsock_async_engine::ErrorCode;
use winsock_async_engine::resolvers::{Dns, DnsBuilder};

use support::*;

/// A time-out that no test here waits for.
const NEVER: Duration = Duration::from_secs(600);

/// A fixture whose server comes after the servers `first`. It has one try and no time-out by
/// default.
fn after(first: &[std::net::SocketAddr], set: impl FnOnce(DnsBuilder) -> DnsBuilder) -> Fixture {
    fixture_on(Server::start().unwrap(), |last| {
        let first = first
            .iter()
            .fold(Dns::builder(), |dns, one| dns.server(*one));
        set(first.server(last).tries(1).timeout(NEVER))
    })
}

// S-R15
#[test]
fn next_server_is_asked_when_the_first_fails_in_any_way() {
    for lie in [
        Lie::ServFail,
        Lie::Refused,
        Lie::FormErr,
        Lie::NotImp,
        Lie::Malformed,
        Lie::Loop,
    ] {
        let first = Server::start_with(lie).unwrap();
        let mut fixture = after(&[first.address()], |dns| dns);
        assert_eq!(fixture.by_name("good.test"), good("good.test"), "{lie:?}");
        assert!(first.asked(lie) > 0, "{lie:?}");
    }
}

// S-R15
#[test]
fn miss_of_the_first_server_counts() {
    for (lie, error) in [
        (Lie::Nobody, ErrorCode::HostNotFound),
        (Lie::NoData, ErrorCode::NoData),
    ] {
        let first = Server::start_with(lie).unwrap();
        let mut fixture = after(&[first.address()], |dns| dns);
        assert_eq!(fixture.by_name("good.test"), Err(error));
        assert_eq!(fixture.server.asked(Lie::Good), 0);
    }
}

#[test]
fn next_server_is_asked_when_the_first_times_out() {
    let first = Server::start_with(Lie::Silent).unwrap();
    let second = Duration::from_secs(1);
    let mut fixture = after(&[first.address()], |dns| dns.timeout(second));
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
    // Sent at once, and once more within the second.
    assert!(first.asked(Lie::Silent) < 3);
    for n in 0..3 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
    // The silent server still gets questions, as it may be silent to another guest alone.
    first.wait_until_asked(Lie::Silent, 4);
}

#[test]
fn answer_counts_after_the_servers_timeout() {
    let first = Server::start_with(Lie::Late).unwrap();
    let last = Server::start_with(Lie::Silent).unwrap();
    let quarter = Duration::from_millis(250);
    let mut fixture = fixture_on(last, |last| {
        let dns = Dns::builder().server(first.address()).server(last);
        dns.tries(200).timeout(quarter)
    });
    request(&mut fixture.session, "a.test");
    fixture.server.wait_until_asked(Lie::Silent, 1);
    // In a later round.
    let asked = first.asked(Lie::Late);
    first.wait_until_asked(Lie::Late, asked + 1);
    first.release();
    assert!(next_completion(&mut fixture.session).outcome.is_ok());
}

// S-C7, S-S7: the first server leaves one guest's questions unanswered and answers others. The
// second is dead.
#[test]
fn unanswered_questions_of_one_guest_send_no_other_to_a_dead_server() {
    let gone = Server::start().unwrap().address();
    let mut fixture = after(&[gone], |dns| dns);
    // The first server is silent to this guest, and so counts as silent for any guest.
    let mut hostile = started(&fixture.engine);
    request(&mut hostile, "good-hostile.test");
    assert!(next_completion(&mut hostile).outcome.is_ok());
    let first = Server::start_at(gone).unwrap();
    // The second server gets this question too, and never answers.
    request(&mut fixture.session, "late.test");
    first.wait_until_asked(Lie::Late, 1);
    fixture.server.wait_until_asked(Lie::Late, 1);
    first.release();
    assert!(next_completion(&mut fixture.session).outcome.is_ok());
    // The first server has answered, so the second gets no question from here on.
    assert_eq!(fixture.by_name_beside("good.test"), good("good.test"));
    assert_eq!(fixture.server.asked(Lie::Good), 1);
}

#[test]
fn thousands_of_lookups_are_answered_beside_a_dead_server() {
    let dead = UdpSocket::bind("127.0.0.1:0").unwrap();
    let quarter = Duration::from_millis(250);
    let mut fixture = after(&[dead.local_addr().unwrap()], |dns| {
        dns.timeout(quarter).max_queries(90)
    });
    for n in 0..2000 {
        request(&mut fixture.session, &format!("good-{n}.test"));
    }
    for _ in 0..2000 {
        assert!(next_completion(&mut fixture.session).outcome.is_ok());
    }
    assert_eq!(fixture.dns.in_flight(), 0);
}

#[test]
fn permits_are_released_however_queries_end() {
    let silent = Server::start_with(Lie::Silent).unwrap();
    let fails = Server::start_with(Lie::ServFail).unwrap();
    let mut fixture = after(&[silent.address(), fails.address()], |dns| {
        let dns = dns.timeout(Duration::from_millis(300)).tries(2);
        // One permit for each session.
        dns.max_queries(9).search(["a.test", "b.test"])
    });
    for round in 0..3 {
        for name in ["silent", "good", "malformed"] {
            request(&mut fixture.session, &format!("{name}-{round}.test."));
        }
        request(&mut fixture.session, &format!("nobody-{round}"));
        let goes = request(&mut fixture.session, &format!("silent-goes-{round}.test."));
        next_completion(&mut fixture.session);
        // The request fails, or is cancelled while it waits or is in flight.
        let _ = fixture.session.cancel(goes);
        while fixture.session.outstanding() > 0 {
            next_completion(&mut fixture.session);
        }
    }
    // Without the permit, no question would be sent.
    let asked = silent.asked(Lie::Silent);
    let (mut names, begun) = ((0..).map(|n| format!("good-last-{n}.test")), Instant::now());
    while silent.asked(Lie::Silent) <= asked + 2 {
        // The bound only ends a test that hangs.
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "a permit is lost"
        );
        let name = names.next().unwrap();
        assert_eq!(fixture.by_name_beside(&name), good(&name));
    }
}

#[test]
fn two_dead_servers_cost_their_timeouts_once() {
    let dead = [(); 2].map(|()| Server::start_with(Lie::Silent).unwrap());
    let addresses = dead.each_ref().map(Server::address);
    let two = Duration::from_secs(2);
    let mut fixture = after(&addresses, |dns| dns.max_queries(9).timeout(two));
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
    // Sent at once, and twice more within its two seconds.
    assert!(dead[0].asked(Lie::Silent) < 4);
}

#[test]
fn rotate_spreads_queries_over_the_servers() {
    let others = [Server::start().unwrap(), Server::start().unwrap()];
    let addresses = others.each_ref().map(Server::address);
    let mut fixture = after(&addresses, |dns| dns.rotate(true));
    for n in 0..9 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
    for server in others.iter().chain([&fixture.server]) {
        assert_eq!(server.asked(Lie::Good), 3);
    }
}
