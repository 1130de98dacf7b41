//! Several servers: which is asked, and that one guest's questions say nothing of them to another's.

mod support;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use winsock_async_dns_server::{Lie, Server};
use winsock_async_engine::ErrorCode;
use winsock_async_engine::resolvers::{Dns, DnsBuilder};

use support::*;

/// Nothing in these tests waits so long.
const NEVER: Duration = Duration::from_secs(600);

/// The bench's own server comes last.
fn after(first: &[std::net::SocketAddr], set: impl FnOnce(DnsBuilder) -> DnsBuilder) -> Bench {
    bench_on(Server::start().unwrap(), |last| {
        let first = first
            .iter()
            .fold(Dns::builder(), |dns, one| dns.server(*one));
        set(first.server(last).tries(1).timeout(NEVER))
    })
}

// S-R15
#[test]
fn whatever_a_server_cannot_say_the_next_is_asked() {
    for lie in [
        Lie::ServFail,
        Lie::Refused,
        Lie::FormErr,
        Lie::NotImp,
        Lie::Garbage,
        Lie::Loop,
    ] {
        let first = Server::start_with(lie).unwrap();
        let mut bench = after(&[first.address()], |dns| dns);
        assert_eq!(bench.by_name("good.test"), good("good.test"), "{lie:?}");
        assert!(first.asked(lie) > 0, "{lie:?}");
    }
}

// S-R15
#[test]
fn what_a_server_says_is_missing_is_missing() {
    for (lie, error) in [
        (Lie::Nobody, ErrorCode::HostNotFound),
        (Lie::NoData, ErrorCode::NoData),
    ] {
        let first = Server::start_with(lie).unwrap();
        let mut bench = after(&[first.address()], |dns| dns);
        assert_eq!(bench.by_name("good.test"), Err(error));
        assert_eq!(bench.server.asked(Lie::Good), 0);
    }
}

#[test]
fn a_server_that_is_silent_has_its_time_and_the_next_is_asked() {
    let first = Server::start_with(Lie::Silent).unwrap();
    let second = Duration::from_secs(1);
    let mut bench = after(&[first.address()], |dns| dns.timeout(second));
    assert_eq!(bench.by_name("good.test"), good("good.test"));
    // c-ares would ask it three times, a second apart.
    assert!(first.asked(Lie::Silent) < 3);
    for n in 0..3 {
        let name = format!("good-{n}.test");
        assert_eq!(bench.by_name(&name), good(&name));
    }
    // It is asked still, as it may be silent to somebody else alone.
    first.wait_until_asked(Lie::Silent, 4);
}

#[test]
fn the_first_may_answer_after_its_time() {
    let first = Server::start_with(Lie::Late).unwrap();
    let last = Server::start_with(Lie::Silent).unwrap();
    // A quarter of a second is the least that c-ares waits by itself.
    let quarter = Duration::from_millis(250);
    let mut bench = bench_on(last, |last| {
        let dns = Dns::builder().server(first.address()).server(last);
        dns.tries(200).timeout(quarter)
    });
    ask(&mut bench.session, "a.test");
    bench.server.wait_until_asked(Lie::Silent, 1);
    // In the second round, as c-ares has given the first question up.
    let asked = first.asked(Lie::Late);
    first.wait_until_asked(Lie::Late, asked + 1);
    first.release();
    assert!(one(&mut bench.session).outcome.is_ok());
}

// S-C7, S-S7: what one guest asks is not answered by a first server that answers others, and the second is dead.
#[test]
fn a_guest_s_silent_names_send_no_other_to_a_dead_server() {
    let gone = Server::start().unwrap().address();
    let mut bench = after(&[gone], |dns| dns);
    // The first is silent to this guest, and so it is with everybody's next question.
    let mut hostile = started(&bench.engine);
    ask(&mut hostile, "good-hostile.test");
    assert!(one(&mut hostile).outcome.is_ok());
    let first = Server::start_at(gone).unwrap();
    // The second has this question and never answers.
    ask(&mut bench.session, "late.test");
    first.wait_until_asked(Lie::Late, 1);
    bench.server.wait_until_asked(Lie::Late, 1);
    first.release();
    assert!(one(&mut bench.session).outcome.is_ok());
    // It has spoken: the second is left alone from here on.
    assert_eq!(bench.by_name_beside("good.test"), good("good.test"));
    assert_eq!(bench.server.asked(Lie::Good), 1);
}

#[test]
fn a_dead_server_holds_up_nobody_for_long() {
    let dead = UdpSocket::bind("127.0.0.1:0").unwrap();
    let quarter = Duration::from_millis(250);
    let mut bench = after(&[dead.local_addr().unwrap()], |dns| {
        dns.timeout(quarter).questions(90)
    });
    for n in 0..2000 {
        ask(&mut bench.session, &format!("good-{n}.test"));
    }
    for _ in 0..2000 {
        assert!(one(&mut bench.session).outcome.is_ok());
    }
    assert_eq!(bench.dns.under_way(), 0);
}

// Each question with each server holds a place until it is over, and no longer.
#[test]
fn places_come_back_however_questions_end() {
    let silent = Server::start_with(Lie::Silent).unwrap();
    let fails = Server::start_with(Lie::ServFail).unwrap();
    let mut bench = after(&[silent.address(), fails.address()], |dns| {
        // c-ares has a question a second time when this is over.
        let hasty = dns.timeout(Duration::from_millis(300)).tries(2);
        // One place and a spare one for each session.
        hasty.questions(9).search(["a.test", "b.test"])
    });
    for round in 0..3 {
        for name in ["silent", "good", "garbage"] {
            ask(&mut bench.session, &format!("{name}-{round}.test."));
        }
        ask(&mut bench.session, &format!("nobody-{round}"));
        let goes = ask(&mut bench.session, &format!("silent-goes-{round}.test."));
        one(&mut bench.session);
        // It fails, or is cancelled before its turn or in the middle of it.
        let _ = bench.session.cancel(goes);
        while bench.session.outstanding() > 0 {
            one(&mut bench.session);
        }
    }
    // With a place lost nothing would be asked; with a spare one, no silent server along with the next.
    let asked = silent.asked(Lie::Silent);
    let (mut names, begun) = ((0..).map(|n| format!("good-last-{n}.test")), Instant::now());
    while silent.asked(Lie::Silent) <= asked + 2 {
        // It only ends a test that would hang.
        assert!(begun.elapsed() < Duration::from_secs(60), "a place is lost");
        let name = names.next().unwrap();
        assert_eq!(bench.by_name_beside(&name), good(&name));
    }
}

// Each question has leave for all the servers there are.
#[test]
fn two_dead_servers_cost_their_time_and_no_more() {
    let dead = [(); 2].map(|()| Server::start_with(Lie::Silent).unwrap());
    let addresses = dead.each_ref().map(Server::address);
    let two = Duration::from_secs(2);
    let mut bench = after(&addresses, |dns| dns.questions(9).timeout(two));
    assert_eq!(bench.by_name("good.test"), good("good.test"));
    // c-ares would ask each four times, two seconds apart.
    assert!(dead[0].asked(Lie::Silent) < 4);
}

#[test]
fn servers_that_are_asked_in_turn() {
    let others = [Server::start().unwrap(), Server::start().unwrap()];
    let addresses = others.each_ref().map(Server::address);
    let mut bench = after(&addresses, |dns| dns.rotate(true));
    for n in 0..9 {
        let name = format!("good-{n}.test");
        assert_eq!(bench.by_name(&name), good(&name));
    }
    for server in others.iter().chain([&bench.server]) {
        assert_eq!(server.asked(Lie::Good), 3);
    }
}
