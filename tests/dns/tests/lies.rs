//! Each lie of a name server comes to the error or the answer that is documented, and leaves nothing behind.

mod support;

use std::net::Ipv4Addr;

use winsock_async_dns_server::{CHAIN, Lie, MANY};
use winsock_async_engine::ErrorCode;

use support::*;

// S-R15
#[test]
fn an_honest_server_is_believed() {
    let mut bench = bench();
    assert_eq!(bench.by_name("good-1.test"), good("good-1.test"));
    assert_eq!(bench.by_name("Good-2.TEST."), good("good-2.test"));
    assert_eq!(bench.server.asked_over(Lie::Good, false), 2);
}

// S-R15
#[test]
fn a_name_that_nobody_has() {
    let mut bench = bench();
    assert_eq!(bench.by_name("nobody.test"), Err(ErrorCode::HostNotFound));
}

// S-R15
#[test]
fn a_name_without_an_address() {
    let mut bench = bench();
    assert_eq!(bench.by_name("nodata.test"), Err(ErrorCode::NoData));
}

// S-R15
#[test]
fn a_silent_server() {
    let mut bench = bench();
    assert_eq!(bench.by_name("silent.test"), Err(ErrorCode::TryAgain));
    assert!(bench.server.asked(Lie::Silent) > 0);
}

// S-R15
#[test]
fn a_server_that_fails() {
    let mut bench = bench();
    assert_eq!(bench.by_name("servfail.test"), Err(ErrorCode::TryAgain));
}

// S-R15
#[test]
fn a_server_that_refuses_or_does_not_understand() {
    let mut bench = bench();
    for name in ["refused.test", "formerr.test", "notimp.test"] {
        assert_eq!(bench.by_name(name), Err(ErrorCode::NoRecovery), "{name}");
    }
    assert_eq!(bench.server.asked(Lie::Refused), 1);
}

// S-R15
#[test]
fn a_server_that_is_not_there() {
    let gone = winsock_async_dns_server::Server::start().unwrap().address();
    let mut bench = bench_with(|dns| dns.server(gone).tries(1));
    // The first is, the second is not: the first answers.
    assert_eq!(bench.by_name("good.test"), good("good.test"));
    let only_gone = bench_with(|_| {
        winsock_async_engine::resolvers::Dns::builder()
            .server(gone)
            .tries(1)
            .timeout(std::time::Duration::from_millis(250))
    });
    bench = only_gone;
    assert_eq!(bench.by_name("good.test"), Err(ErrorCode::TryAgain));
}

#[test]
fn an_answer_that_is_late() {
    let mut bench = patient();
    let handle = ask(&mut bench.session, "late.test");
    bench.server.wait_until_asked(Lie::Late, 1);
    assert!(bench.session.take(1).is_empty());
    bench.server.release();
    let completion = one(&mut bench.session);
    assert_eq!(completion.handle, handle);
    assert!(completion.outcome.is_ok());
}

// c-ares has less patience with a server that was quick before.
#[test]
fn a_server_that_was_quick_and_is_slow() {
    let five = std::time::Duration::from_secs(5);
    let mut bench = bench_with(|dns| dns.timeout(five).longest_life(std::time::Duration::ZERO));
    for _ in 0..50 {
        assert_eq!(bench.by_name("zero.test"), good("zero.test"));
    }
    let handle = ask(&mut bench.session, "late.test");
    // It was asked for the third time, so two answers are too late, and the third is not.
    bench.server.wait_until_asked(Lie::Late, 3);
    bench.server.release();
    let completion = one(&mut bench.session);
    assert_eq!(completion.handle, handle);
    assert!(completion.outcome.is_ok());
}

// S-C1
#[test]
fn an_answer_that_comes_after_the_cancel() {
    let mut bench = patient();
    let handle = ask(&mut bench.session, "late.test");
    bench.server.wait_until_asked(Lie::Late, 1);
    assert_eq!(bench.session.cancel(handle), Ok(()));
    bench.server.release();
    // Answers come in order, so that the late one is there before this.
    assert_eq!(bench.by_name("good.test"), good("good.test"));
    assert!(!bench.session.wait(None));
    assert_eq!(bench.engine.stuck_workers(), 0);
}

#[test]
fn what_is_truncated_is_asked_again_over_tcp() {
    let mut bench = bench();
    assert_eq!(bench.by_name("truncated.test"), good("truncated.test"));
    let asked = |tcp| bench.server.asked_over(Lie::Truncated, tcp);
    assert_eq!((asked(false), asked(true)), (1, 1));
}

// S-R15
#[test]
fn an_answer_of_another_number_is_none() {
    let mut bench = bench();
    assert_eq!(bench.by_name("id.test"), Err(ErrorCode::TryAgain));
}

// S-R15
#[test]
fn an_answer_to_another_question_is_none() {
    let mut bench = bench();
    assert_eq!(bench.by_name("question.test"), Err(ErrorCode::TryAgain));
    // And nothing of it was kept.
    assert_eq!(bench.by_name("other.test"), Err(ErrorCode::HostNotFound));
}

// S-R15
#[test]
fn garbage() {
    let mut bench = bench();
    assert_eq!(bench.by_name("garbage.test"), Err(ErrorCode::NoRecovery));
    assert_eq!(bench.by_name("good.test"), good("good.test"));
}

// S-S7: what cannot be read ends no question but its own, though they share a port.
#[test]
fn garbage_beside_others_questions() {
    let mut bench = bench_with(|dns| dns.timeout(std::time::Duration::from_millis(250)).tries(1));
    let mut other = started(&bench.engine);
    for round in 0..20 {
        let asked = bench.server.asked(Lie::Late);
        ask(&mut other, &format!("late-{round}.test"));
        bench.server.wait_until_asked(Lie::Late, asked + 1);
        let garbage = bench.by_name_beside("garbage.test");
        assert_eq!(garbage, Err(ErrorCode::NoRecovery));
        // By then it is asked for again, or its time is over.
        bench.server.release();
        while other.wait(None) {
            for completion in other.take(1) {
                assert_ne!(completion.outcome, Err(ErrorCode::NoRecovery));
            }
        }
    }
}

// S-S7: however many; some have no port of their own then, and are asked again all the same.
#[test]
fn garbage_beside_more_questions_than_there_are_ports() {
    let mut bench = bench_with(|dns| dns.timeout(std::time::Duration::from_secs(5)));
    for n in 0..40 {
        ask(&mut bench.session, &format!("late-{n}.test"));
    }
    bench.server.wait_until_asked(Lie::Late, 40);
    let mut other = started(&bench.engine);
    for n in 0..2 {
        ask(&mut other, &format!("garbage-{n}.test"));
        one(&mut other);
    }
    bench.server.release();
    for _ in 0..40 {
        let outcome = one(&mut bench.session).outcome;
        assert_ne!(outcome, Err(ErrorCode::NoRecovery));
        // It was asked again.
        bench.server.release();
    }
}

// S-R15
#[test]
fn cnames_that_come_back_to_the_name() {
    let mut bench = bench();
    assert_eq!(bench.by_name("loop.test"), Err(ErrorCode::NoRecovery));
}

#[test]
fn a_chain_of_a_hundred() {
    let mut bench = bench();
    let (name, aliases, addresses) = bench.by_name("chain.test").unwrap();
    assert_eq!(name, format!("link{CHAIN}.test"));
    assert_eq!((aliases.len(), addresses.len()), (CHAIN, 1));
    assert_eq!((&*aliases[0], &*aliases[1]), ("chain.test", "link1.test"));
}

#[test]
fn names_that_no_host_has_are_written_out_and_never_cut() {
    let mut bench = bench();
    let odd = r"nul\000nul.dot\.back\\slash.\255test";
    let (name, aliases, addresses) = bench.by_name("escapes.test").unwrap();
    assert_eq!((&*name, addresses.len()), (odd, 1));
    assert_eq!(aliases, ["escapes.test"]);
    let (place, _) = Lie::ALL
        .iter()
        .enumerate()
        .find(|(_, l)| l.1 == Lie::Escapes)
        .unwrap();
    let (name, aliases, _) = bench.by_address([192, 0, 2, place as u8]).unwrap();
    assert_eq!((&*name, aliases.len()), (odd, 0));
}

#[test]
fn as_many_addresses_as_a_message_carries() {
    let mut bench = bench();
    let (name, _, addresses) = bench.by_name("many.test").unwrap();
    assert_eq!((&*name, addresses.len()), ("many.test", MANY));
    assert_eq!(addresses[0], Ipv4Addr::new(198, 18, 0, 0));
    let last = Ipv4Addr::new(198, 18, ((MANY - 1) >> 8) as u8, (MANY - 1) as u8);
    assert_eq!(addresses[MANY - 1], last);
    assert_eq!(bench.server.asked_over(Lie::Many, true), 1);
}

#[test]
fn what_lives_for_no_time_is_asked_for_again() {
    let mut bench = bench();
    for (lie, name) in [(Lie::Zero, "zero.test"), (Lie::Huge, "huge.test")] {
        for _ in 0..3 {
            assert_eq!(bench.by_name(name), good(name));
        }
        assert_eq!(bench.server.asked(lie), 3, "{name}");
    }
}

// S-R15
#[test]
fn a_server_that_hangs_up_half_way() {
    let mut bench = bench();
    assert_eq!(bench.by_name("half.test"), Err(ErrorCode::TryAgain));
    assert_eq!(bench.server.asked_over(Lie::Half, true), 1);
    assert_eq!(bench.by_name("good.test"), good("good.test"));
}

#[test]
fn names_by_address() {
    let mut bench = bench();
    let address = [192, 0, 2, 0];
    let found = Ok(("good.test".into(), vec![], vec![address.into()]));
    assert_eq!(bench.by_address(address), found);
    assert_eq!(
        bench.by_address([192, 0, 2, 255]),
        Err(ErrorCode::HostNotFound)
    );
}
