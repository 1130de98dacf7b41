//! Spans and events of `tracing`: their content and levels.
#![cfg(feature = "tracing")]

mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::LevelFilter;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{LookupEngine, Query};

use support::*;

/// The log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Waits until a worker has logged a text.
    fn wait_for(&self, what: &str) {
        while !self.text().contains(what) {
            std::thread::yield_now();
        }
    }
}

/// The only test of this program, as its subscriber is the process's.
#[test]
fn steps_are_logged_with_handles_and_names_only_at_debug() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .init();

    let (script, control) = script();
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(
            Policy::deny_all()
                .allow("*.test".parse().unwrap())
                .allow_private(),
        )
        .limits(workers(1))
        .build();
    let mut session = started(&engine);
    let quick = ask(&mut session, "quick.test");
    one(&mut session);
    let denied = ask(&mut session, "secret.example");
    let missing = ask(&mut session, "nothing\n\x1b.test");
    let held = ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let queued = ask(&mut session, "other.test");
    session.cancel(queued).unwrap();
    session.cancel(held).unwrap();
    control.release("held.test");
    let span = |handle| format!("lookup{{session=1 handle={handle:#x} kind=host-by-name}}");
    log.wait_for(&format!("{}: winsock_async: finish", span(held)));
    engine.take_down();
    session.request(Query::ProtocolByNumber(6), 0).unwrap_err();

    let text = log.text();
    let steps = |handle| -> Vec<&str> {
        let of_it = text.lines().filter(|line| line.contains(&span(handle)));
        let after_span = |line| str::split_once(line, "winsock_async: ").unwrap().1;
        let info = of_it.filter(|line| line.starts_with(" INFO"));
        info.map(after_span).collect()
    };
    assert_eq!(
        steps(quick),
        ["request", "start on=Worker", "finish", "answer"],
        "{text}"
    );
    assert_eq!(steps(denied), ["request", "denial"]);
    let failed = "answer error=WSAHOST_NOT_FOUND (11001)";
    assert_eq!(steps(missing), ["request", failed]);
    assert_eq!(steps(queued), ["request", "cancel"]);
    assert_eq!(
        steps(held),
        ["request", "start on=Worker", "cancel", "finish"]
    );
    let refusal = "refusal session=1 kind=protocol-by-number error=WSAENETDOWN (10050)";
    assert!(text.contains(refusal), "{text}");

    for name in ["quick.test", "secret.example", "nothing", "192.0.2.1"] {
        let lines: Vec<_> = text.lines().filter(|line| line.contains(name)).collect();
        assert!(!lines.is_empty(), "{name} is nowhere in {text}");
        for line in lines {
            assert!(
                line.starts_with("DEBUG") || line.starts_with("TRACE"),
                "{line}"
            );
        }
    }
    // A guest's name stays in one line.
    assert!(text.contains(r"query=nothing\n\u{1b}.test"), "{text}");
}
