//! Each lie of a name server gives the documented error or answer, and leaves no query behind.

mod support;

use std::net::Ipv4Addr;

use winsock_async_dns_server::{CHAIN, Lie, MANY};
use winsock_async_engine::ErrorCode;

use support::*;

// S-R15
#[test]
fn answer_of_an_honest_server_arrives() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("good-1.test"), good("good-1.test"));
    assert_eq!(fixture.by_name("Good-2.TEST."), good("good-2.test"));
    assert_eq!(fixture.server.asked_over(Lie::Good, false), 2);
}

// S-R15
#[test]
fn nxdomain_is_host_not_found() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("nobody.test"), Err(ErrorCode::HostNotFound));
}

// S-R15
#[test]
fn name_without_an_address_is_no_data() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("nodata.test"), Err(ErrorCode::NoData));
}

// S-R15
#[test]
fn silent_server_is_try_again() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("silent.test"), Err(ErrorCode::TryAgain));
    assert!(fixture.server.asked(Lie::Silent) > 0);
}

// S-R15
#[test]
fn servfail_is_try_again() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("servfail.test"), Err(ErrorCode::TryAgain));
}

// S-R15
#[test]
fn refused_formerr_and_notimp_are_no_recovery() {
    let mut fixture = fixture();
    for name in ["refused.test", "formerr.test", "notimp.test"] {
        assert_eq!(fixture.by_name(name), Err(ErrorCode::NoRecovery), "{name}");
    }
    assert_eq!(fixture.server.asked(Lie::Refused), 1);
}

// S-R15
#[test]
fn unreachable_server_is_try_again() {
    let gone = winsock_async_dns_server::Server::start().unwrap().address();
    let mut fixture = fixture_with(|dns| dns.server(gone).tries(1));
    // The first server answers; only the second is gone.
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
    let only_gone = fixture_with(|_| {
        winsock_async_engine::resolvers::Dns::builder()
            .server(gone)
            .tries(1)
            .timeout(std::time::Duration::from_millis(250))
    });
    fixture = only_gone;
    assert_eq!(fixture.by_name("good.test"), Err(ErrorCode::TryAgain));
}

#[test]
fn late_answer_arrives() {
    let mut fixture = patient();
    let handle = request(&mut fixture.session, "late.test");
    fixture.server.wait_until_asked(Lie::Late, 1);
    assert!(fixture.session.take(1).is_empty());
    fixture.server.release();
    let completion = next_completion(&mut fixture.session);
    assert_eq!(completion.handle, handle);
    assert!(completion.outcome.is_ok());
}

#[test]
fn slow_answer_of_a_server_that_was_quick_arrives() {
    let five = std::time::Duration::from_secs(5);
    let mut fixture = fixture_with(|dns| dns.timeout(five).max_ttl(std::time::Duration::ZERO));
    for _ in 0..50 {
        assert_eq!(fixture.by_name("zero.test"), good("zero.test"));
    }
    let handle = request(&mut fixture.session, "late.test");
    // The question is sent for the third time. An answer to any of the messages counts.
    fixture.server.wait_until_asked(Lie::Late, 3);
    fixture.server.release();
    let completion = next_completion(&mut fixture.session);
    assert_eq!(completion.handle, handle);
    assert!(completion.outcome.is_ok());
}

// S-C1
#[test]
fn late_answer_after_a_cancel_gives_no_completion() {
    let mut fixture = patient();
    let handle = request(&mut fixture.session, "late.test");
    fixture.server.wait_until_asked(Lie::Late, 1);
    assert_eq!(fixture.session.cancel(handle), Ok(()));
    fixture.server.release();
    // Answers come in order, so the late one comes before this one.
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
    assert!(!fixture.session.wait(None));
    assert_eq!(fixture.engine.stuck_workers(), 0);
}

#[test]
fn truncated_answer_is_asked_again_over_tcp() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("truncated.test"), good("truncated.test"));
    let asked = |tcp| fixture.server.asked_over(Lie::Truncated, tcp);
    assert_eq!((asked(false), asked(true)), (1, 1));
}

// S-R15
#[test]
fn answer_with_another_id_is_ignored() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("id.test"), Err(ErrorCode::TryAgain));
}

// S-R15
#[test]
fn answer_to_another_question_is_ignored() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("question.test"), Err(ErrorCode::TryAgain));
    // The ignored answer is not cached.
    assert_eq!(fixture.by_name("other.test"), Err(ErrorCode::HostNotFound));
}

// S-R15
#[test]
fn malformed_message_is_no_recovery() {
    let mut fixture = fixture();
    assert_eq!(
        fixture.by_name("malformed.test"),
        Err(ErrorCode::NoRecovery)
    );
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
}

// S-S7: a malformed message ends no other question, though they share a port.
#[test]
fn malformed_message_ends_no_other_question() {
    let mut fixture =
        fixture_with(|dns| dns.timeout(std::time::Duration::from_millis(250)).tries(1));
    let mut other = started(&fixture.engine);
    for round in 0..20 {
        let asked = fixture.server.asked(Lie::Late);
        request(&mut other, &format!("late-{round}.test"));
        fixture.server.wait_until_asked(Lie::Late, asked + 1);
        let malformed = fixture.by_name_beside("malformed.test");
        assert_eq!(malformed, Err(ErrorCode::NoRecovery));
        // By then the other question is retried, or its time is over.
        fixture.server.release();
        while other.wait(None) {
            for completion in other.take(1) {
                assert_ne!(completion.outcome, Err(ErrorCode::NoRecovery));
            }
        }
    }
}

// S-S7: the questions share a port.
#[test]
fn malformed_messages_end_none_of_many_questions_of_another_guest() {
    let mut fixture = fixture_with(|dns| dns.timeout(std::time::Duration::from_secs(5)));
    for n in 0..40 {
        request(&mut fixture.session, &format!("late-{n}.test"));
    }
    fixture.server.wait_until_asked(Lie::Late, 40);
    let mut other = started(&fixture.engine);
    for n in 0..2 {
        request(&mut other, &format!("malformed-{n}.test"));
        next_completion(&mut other);
    }
    fixture.server.release();
    for _ in 0..40 {
        let outcome = next_completion(&mut fixture.session).outcome;
        assert_ne!(outcome, Err(ErrorCode::NoRecovery));
        // Answer the questions that have been sent again.
        fixture.server.release();
    }
}

// S-R15
#[test]
fn cname_loop_is_no_recovery() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("loop.test"), Err(ErrorCode::NoRecovery));
}

#[test]
fn chain_of_100_cnames_is_followed() {
    let mut fixture = fixture();
    let (name, aliases, addresses) = fixture.by_name("chain.test").unwrap();
    assert_eq!(name, format!("link{CHAIN}.test"));
    assert_eq!((aliases.len(), addresses.len()), (CHAIN, 1));
    assert_eq!((&*aliases[0], &*aliases[1]), ("chain.test", "link1.test"));
}

#[test]
fn names_with_odd_bytes_are_escaped_and_not_cut() {
    let mut fixture = fixture();
    let odd = r"nul\000nul.dot\.back\\slash.\255test";
    let (name, aliases, addresses) = fixture.by_name("escapes.test").unwrap();
    assert_eq!((&*name, addresses.len()), (odd, 1));
    assert_eq!(aliases, ["escapes.test"]);
    let (index, _) = Lie::ALL
        .iter()
        .enumerate()
        .find(|(_, l)| l.1 == Lie::Escapes)
        .unwrap();
    let (name, aliases, _) = fixture.by_address([192, 0, 2, index as u8]).unwrap();
    assert_eq!((&*name, aliases.len()), (odd, 0));
}

#[test]
fn largest_message_is_read_whole() {
    let mut fixture = fixture();
    let (name, _, addresses) = fixture.by_name("many.test").unwrap();
    assert_eq!((&*name, addresses.len()), ("many.test", MANY));
    assert_eq!(addresses[0], Ipv4Addr::new(198, 18, 0, 0));
    let last = Ipv4Addr::new(198, 18, ((MANY - 1) >> 8) as u8, (MANY - 1) as u8);
    assert_eq!(addresses[MANY - 1], last);
    assert_eq!(fixture.server.asked_over(Lie::Many, true), 1);
}

#[test]
fn answer_with_a_ttl_of_0_is_not_cached() {
    let mut fixture = fixture();
    for (lie, name) in [(Lie::Zero, "zero.test"), (Lie::Huge, "huge.test")] {
        for _ in 0..3 {
            assert_eq!(fixture.by_name(name), good(name));
        }
        assert_eq!(fixture.server.asked(lie), 3, "{name}");
    }
}

// S-R15
#[test]
fn connection_closed_halfway_is_try_again() {
    let mut fixture = fixture();
    assert_eq!(fixture.by_name("half.test"), Err(ErrorCode::TryAgain));
    assert_eq!(fixture.server.asked_over(Lie::Half, true), 1);
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
}

#[test]
fn address_has_its_name() {
    let mut fixture = fixture();
    let address = [192, 0, 2, 0];
    let found = Ok(("good.test".into(), vec![], vec![address.into()]));
    assert_eq!(fixture.by_address(address), found);
    assert_eq!(
        fixture.by_address([192, 0, 2, 255]),
        Err(ErrorCode::HostNotFound)
    );
}
