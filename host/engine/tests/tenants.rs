//! Tenants: engines for some of the guests, which share the workers of one (`S-R19`).

mod support;

use support::*;
use winsock_async_engine::resolvers::{Script, ScriptControl};
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Outcome, Policy, RequestStats};

const DENIED: Outcome = Err(ErrorCode::AccessDenied);
const DOWN: Outcome = Err(ErrorCode::NetworkDown);

fn only(name: &str) -> Policy {
    let policy = Policy::deny_all().allow(name.parse().unwrap());
    policy.allow_private()
}

/// An engine whose one worker stays at `held.test` until the control releases it.
fn one_worker() -> (LookupEngine, ScriptControl) {
    engine(workers(1))
}

fn outcome(engine: &LookupEngine, name: &str) -> Outcome {
    let mut session = started(engine);
    ask(&mut session, name);
    one(&mut session).outcome
}

// S-R19, S-R16
#[test]
fn each_tenant_has_a_policy_of_its_own() {
    let (engine, control) = engine(workers(2));
    let quick = engine.tenant(only("quick.test"), Limits::default());
    let other = engine.tenant(only("other.test"), Limits::default());
    for (engine, allowed, denied) in [
        (&quick, "quick.test", "other.test"),
        (&other, "other.test", "quick.test"),
        (&quick, "quick.test", "known.test"),
    ] {
        assert!(outcome(engine, allowed).is_ok());
        assert_eq!(outcome(engine, denied), DENIED);
    }
    assert!(outcome(&engine, "known.test").is_ok());
    // A denied lookup reaches no resolver.
    assert_eq!(asked(&control, "other.test"), 1);
    assert_eq!(asked(&control, "quick.test"), 2);
}

// S-R19, S-R16: a worker that serves both judges by the policy of the session.
#[test]
fn answers_are_judged_by_the_policy_of_the_tenant() {
    let (engine, _control) = one_worker();
    let public = Policy::deny_all().allow("*".parse().unwrap());
    let tenant = engine.tenant(public, Limits::default());
    // 192.0.2.1 is no public address.
    assert_eq!(outcome(&tenant, "quick.test"), DENIED);
    assert!(outcome(&engine, "quick.test").is_ok());
    assert_eq!(outcome(&tenant, "known.test"), DENIED);
    assert_eq!(tenant.metrics().total.denied, 2);
}

// S-R19
#[test]
fn limits_of_a_tenant_leave_others_alone() {
    let (engine, _control) = one_worker();
    let small = Limits {
        max_requests: 1,
        requests_per_engine: 2,
        ..Limits::default()
    };
    let policy = || Policy::allow_all().allow_private();
    let (small, large) = (
        engine.tenant(policy(), small),
        engine.tenant(policy(), Limits::default()),
    );
    let mut sessions: Vec<_> = (0..3).map(|_| started(&small)).collect();
    let mut request = |session: usize| sessions[session].request(host("held.test"), 0);
    request(0).unwrap();
    // One session's limit, and then that of all sessions of the tenant.
    assert_eq!(request(0), Err(ErrorCode::WouldBlock));
    request(1).unwrap();
    assert_eq!(request(2), Err(ErrorCode::WouldBlock));
    let mut other = started(&large);
    for _ in 0..10 {
        ask(&mut other, "held.test");
    }
    let outstanding = |engine: &LookupEngine| engine.outstanding();
    assert_eq!([&small, &large, &engine].map(outstanding), [2, 10, 12]);
    drop(sessions);
    assert_eq!([&small, &large, &engine].map(outstanding), [0, 10, 10]);
    drop(other);
    assert_eq!([&small, &large, &engine].map(outstanding), [0, 0, 0]);
}

// S-R19, S-R2
#[test]
fn requests_of_tenants_count_for_the_limit_of_their_engine() {
    let limits = Limits {
        requests_per_engine: 3,
        ..workers(1)
    };
    let (engine, _control) = engine(limits);
    let tenant = engine.tenant(Policy::allow_all(), Limits::default());
    let (mut first, mut second) = (started(&tenant), started(&engine));
    for _ in 0..2 {
        ask(&mut first, "held.test");
    }
    ask(&mut second, "held.test");
    for session in [&mut first, &mut second] {
        let refused = session.request(host("held.test"), 0);
        assert_eq!(refused, Err(ErrorCode::WouldBlock));
    }
    // The refused request counts for neither.
    assert_eq!((tenant.outstanding(), engine.outstanding()), (2, 3));
    first.cleanup().unwrap();
    ask(&mut second, "held.test");
    assert_eq!((tenant.outstanding(), engine.outstanding()), (0, 2));
}

// S-R19, S-R18
#[test]
fn tenant_that_is_taken_down_leaves_others_up() {
    let (engine, control) = one_worker();
    let policy = || Policy::allow_all().allow_private();
    let [first, second] = [(); 2].map(|()| engine.tenant(policy(), Limits::default()));
    let (mut cut, mut kept) = (started(&first), started(&second));
    ask(&mut cut, "held.test");
    control.wait_until_started("held.test");
    let waiting = ask(&mut cut, "quick.test");
    ask(&mut kept, "quick.test");

    first.take_down();
    assert!(!first.is_up() && second.is_up() && engine.is_up());
    assert_eq!(one(&mut cut).outcome, DOWN);
    assert_eq!(one(&mut cut).outcome, DOWN);
    assert_eq!(cut.cancel(waiting), Err(ErrorCode::NetworkDown));
    let late = first.session().startup();
    assert_eq!(late, Ok(()));
    assert_eq!(
        started(&first).request(host("known.test"), 0),
        Err(ErrorCode::NetworkDown)
    );
    assert_eq!((first.outstanding(), second.outstanding()), (0, 1));
    control.release("held.test");
    assert!(one(&mut kept).outcome.is_ok());
    assert_eq!(engine.outstanding(), 0);

    first.bring_up();
    ask(&mut cut, "quick.test");
    assert!(one(&mut cut).outcome.is_ok());
}

// S-R19, S-R18
#[test]
fn engine_that_is_taken_down_takes_its_tenants_along() {
    let (engine, control) = one_worker();
    let tenant = engine.tenant(Policy::allow_all(), Limits::default());
    let of_tenant = tenant.tenant(Policy::allow_all(), Limits::default());
    let mut sessions = [&tenant, &of_tenant].map(started);
    for session in &mut sessions {
        ask(session, "held.test");
    }
    control.wait_until_started("held.test");
    engine.take_down();
    for session in &mut sessions {
        assert_eq!(one(session).outcome, DOWN);
        assert_eq!(
            session.request(host("held.test"), 0),
            Err(ErrorCode::NetworkDown)
        );
    }
    tenant.take_down();
    engine.bring_up();
    // The tenant was taken down as well.
    assert!(engine.is_up() && !tenant.is_up() && !of_tenant.is_up());
    tenant.bring_up();
    assert!(of_tenant.is_up());
}

// S-R19
#[test]
fn counts_of_tenants_are_part_of_their_engines() {
    let script = Script::parse(SCRIPT, "the test").unwrap();
    let builder = LookupEngine::builder()
        .resolver(script)
        .measure_latency(true);
    let engine = builder.build();
    let tenant = engine.tenant(only("quick.test"), Limits::default());
    let of_tenant = tenant.tenant(only("other.test"), Limits::default());
    let counts = |stats: &RequestStats| (stats.answered, stats.denied);
    for (asks, name) in [
        (&engine, "quick.test"),
        (&tenant, "quick.test"),
        (&of_tenant, "other.test"),
    ] {
        outcome(asks, name).ok();
    }
    let session = tenant.session();
    let check = || {
        let metrics = engine.metrics();
        assert_eq!(counts(&metrics.total), (2, 1));
        assert_eq!(metrics.total.latency.unwrap().count(), 3);
        assert_eq!(metrics.sessions, 1);
    };
    check();
    assert_eq!(counts(&tenant.metrics().total), (2, 0));
    assert_eq!(counts(&of_tenant.metrics().total), (1, 0));
    assert_eq!(
        (tenant.metrics().sessions, of_tenant.metrics().sessions),
        (1, 0)
    );
    // A tenant that is gone leaves its counts, and its sessions keep it.
    drop((tenant, of_tenant));
    check();
    drop(session);
    assert_eq!(engine.metrics().sessions, 0);
    assert_eq!(counts(&engine.metrics().total), (2, 1));
}

#[test]
fn tenant_outlives_the_handle_of_its_engine() {
    let (engine, _control) = one_worker();
    let tenant = engine.tenant(Policy::allow_all().allow_private(), Limits::default());
    drop(engine);
    assert!(outcome(&tenant, "quick.test").is_ok());
}
