//! Extra workers behind lookups that do not return (`S-C7`).

use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Script, ScriptControl};
use winsock_async_engine::{Limits, LookupEngine, Query, Session, TaskHandle};

fn engine(workers: usize) -> (LookupEngine, ScriptControl) {
    let rules = r#"rule = [
        { host = "quick.test", addresses = ["192.0.2.1"] },
        { host = "held.test", addresses = ["192.0.2.3"], never = true },
    ]"#;
    let script = Script::parse(rules, "the test").unwrap();
    let control = script.control();
    let builder = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private());
    let limits = Limits {
        workers,
        stuck_after: Duration::MAX,
        ..Limits::default()
    };
    (builder.limits(limits).build(), control)
}

fn ask(session: &mut Session, name: &str) -> TaskHandle {
    let query = Query::HostByName(name.as_bytes().into());
    session.request(query, 0).unwrap()
}

// S-C7: one worker is stuck, the other runs a lookup that does not return, and a third lookup
// waits.
#[test]
fn an_extra_worker_runs_a_lookup_queued_behind_a_slow_one() {
    for _ in 0..20 {
        let (engine, control) = engine(2);
        let mut session = engine.session();
        session.startup().unwrap();
        let stuck = ask(&mut session, "held.test");
        control.wait_until_started("held.test");
        // No lookup waits, so no extra worker starts.
        session.cancel(stuck).unwrap();
        ask(&mut session, "held.test");
        let quick = ask(&mut session, "quick.test");
        // The bound only ends a test that would hang.
        assert!(
            session.wait(Some(Duration::from_secs(30))),
            "nobody takes the job"
        );
        assert_eq!(session.take(1)[0].handle, quick);
    }
}
