//! An engine with scripted answers, for the tests of sessions.
#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod ways;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use winsock_async_engine::Lookup;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Script, ScriptControl, Scripted};
use winsock_async_engine::{Completion, Limits, LookupEngine, Query, Session, TaskHandle};

pub(crate) const SCRIPT: &str = r#"
    rule = [
        { host = "quick.test", addresses = ["192.0.2.1"] },
        { host = "other.test", addresses = ["192.0.2.4"] },
        { host = "known.test", addresses = ["192.0.2.2"], now = true },
        { host = "held.test", addresses = ["192.0.2.3"], never = true },
        { host = "stuck.test", never = true },
    ]
"#;

pub(crate) fn script() -> (Scripted, ScriptControl) {
    let script = Script::parse(SCRIPT, "the test").unwrap();
    let control = script.control();
    (script, control)
}

pub(crate) fn engine(limits: Limits) -> (LookupEngine, ScriptControl) {
    let (script, control) = script();
    let builder = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private());
    (builder.limits(limits).build(), control)
}

pub(crate) fn workers(workers: usize) -> Limits {
    Limits {
        workers,
        // A worker is stuck only after a cancel, however long a test keeps it.
        stuck_after: Duration::MAX,
        ..Limits::default()
    }
}

pub(crate) fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

pub(crate) fn host(name: &str) -> Query {
    Query::HostByName(name.as_bytes().into())
}

pub(crate) fn ask(session: &mut Session, name: &str) -> TaskHandle {
    session.request(host(name), 0).unwrap()
}

/// Waits for one completion and takes it.
pub(crate) fn one(session: &mut Session) -> Completion {
    // The bound only ends a test that would hang.
    let bound = Some(Duration::from_secs(60));
    assert!(session.wait(bound), "something is to come");
    let mut taken = session.take(1);
    taken.pop().expect("wait has promised one")
}

pub(crate) fn asked(control: &ScriptControl, name: &str) -> usize {
    let is_name = |l: &&Lookup| matches!(l, Lookup::HostByName(n) if &**n == name);
    control.asked().iter().filter(is_name).count()
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, which is parked until the future's waker is called.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return done;
        }
        thread::park();
    }
}
