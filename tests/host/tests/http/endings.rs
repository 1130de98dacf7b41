//! How requests end: time-outs, drops, a sync store, and many requests at once.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::time::Duration;

use wasmtime::component::Linker;
use winsock_async_tests::State;
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;
use winsock_async_wasmtime::wasi;

use crate::support::{HELLO, answering, engine, head, link, run, state};

// S-W3
#[test]
fn guests_time_outs_end_the_lookup_the_wait_and_the_body() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}"), "never.test:80"]);
    let silent = format!("http://web.test:{port}/silent");
    let stalled = format!("http://web.test:{port}/stalled");
    let half = format!("http://web.test:{port}/half");
    let args = [
        "--timeout-ms",
        "50",
        "http://never.test/",
        &silent,
        &stalled,
        &half,
    ];
    let Some(lines) = run(&engine, &[], "http_get", &args) else {
        return;
    };
    assert_eq!(lines[0], "error ErrorCode::ConnectionTimeout");
    assert_eq!(lines[1], "error ErrorCode::ConnectionReadTimeout");
    assert_eq!(
        lines[2..5],
        [
            "status 200",
            "body failed: connection read timeout",
            "body hel"
        ]
    );
    assert_eq!((&*lines[5], &*lines[7]), ("status 200", "body hel"));
    assert_ne!(lines[6], lines[3]);
    assert!(lines[6].starts_with("body failed: "), "{lines:?}");
    assert_eq!(engine.outstanding(), 0);
}

// S-W3
#[test]
fn guest_that_ends_takes_its_lookup_with_it() {
    let Some(guest) = Ordinary::load("http_get") else {
        return;
    };
    let engine = engine(&["never.test:80"]);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        let mut run = Box::pin(guest.run(&["http://never.test/"], state(&engine, &[]), link));
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Pending if engine.outstanding() == 1 => Poll::Ready(()),
            Poll::Pending => {
                // The request runs on a task of its own.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(ended) => panic!("{ended:?}"),
        })
        .await;
        drop(run);
        // The task of the request ends when the runtime runs it next.
        while engine.outstanding() > 0 {
            tokio::task::yield_now().await;
        }
    });
}

/// Counts, and waits for counts.
#[derive(Default)]
struct Counter(Mutex<usize>, Condvar);

impl Counter {
    fn add(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_all();
    }

    /// Waits for a count. A minute is enough on any machine.
    fn reaches(&self, count: usize) -> bool {
        let minute = Duration::from_secs(60);
        let counted = self.0.lock().unwrap();
        let waited = self
            .1
            .wait_timeout_while(counted, minute, |now| *now < count);
        *waited.unwrap().0 >= count
    }
}

// S-W3
#[test]
fn what_a_guest_drops_ends_its_connection_at_every_stage() {
    // Under /silent nothing is answered, under /stalled half. /asked and /ended wait until such a
    // request has come and its connection has ended.
    let (asked, ended) = (Arc::new(Counter::default()), Arc::new(Counter::default()));
    let server = Server::tcp_by(move |mut stream, _| {
        let head = head(&mut stream);
        let path = head.split(' ').nth(1).unwrap_or("");
        let (path, count) = path.rsplit_once('/').unwrap_or(("", ""));
        let has = match path {
            "/asked" => asked.reaches(count.parse().unwrap()),
            "/ended" => ended.reaches(count.parse().unwrap()),
            _ => {
                asked.add();
                if path == "/stalled" {
                    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
                    let _ = stream.write_all(half);
                }
                let _ = stream.read(&mut [0]);
                ended.add();
                return;
            }
        };
        let answer = if has { "204 Yes" } else { "500 No" };
        let _ = write!(stream, "HTTP/1.1 {answer}\r\n\r\n");
    });
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = |path: &str| format!("http://web.test:{port}{path}");
    let mut args: Vec<String> = vec!["--drop".into(), "kept".into(), url("/silent/")];
    args.extend([
        "--drop".into(),
        "none".into(),
        url("/asked/1"),
        url("/ended/1"),
    ]);
    let stages = ["response", "body", "stream", "part", "trailers"];
    let mut expected = vec!["kept", "status 204", "body ", "status 204", "body "];
    for (count, stage) in stages[..4].iter().enumerate() {
        args.extend(["--drop".into(), (*stage).into(), url("/stalled/")]);
        args.extend(["--drop".into(), "none".into()]);
        args.push(url(&format!("/ended/{}", count + 2)));
        expected.extend(["dropped", "status 204", "body "]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        assert_eq!(lines, expected);
    }
}

#[test]
fn least_and_longest_time_outs_are_kept() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}"), "never.test:80"]);
    let url = format!("http://web.test:{port}/");
    let longest = u64::MAX.to_string();
    let args = [
        "--timeout-ns",
        &longest,
        &url,
        "--timeout-ns",
        "0",
        "http://never.test/",
    ];
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        let timed_out = "error ErrorCode::ConnectionTimeout";
        assert_eq!(lines, ["status 200", r"body hello\n", timed_out]);
    }
}

#[test]
fn sync_store_needs_no_runtime_around_it() {
    let Some(guest) = Ordinary::load("http_get") else {
        return;
    };
    let authority = Authority::new();
    let (plain, tls) = (Server::http(), Server::https(&authority, &["web.test"]));
    let rules = [&plain, &tls].map(|server| format!("web.test:{}", server.port()));
    let engine = engine(&[&rules[0], &rules[1]]);
    let urls = [
        format!("http://web.test:{}/", plain.port()),
        format!("https://web.test:{}/", tls.port()),
        format!("http://web.test:{}/stalled", plain.port()),
    ];
    let args = [&*urls[0], &urls[1], "--timeout-ms", "50", &urls[2]];
    let link = |linker: &mut Linker<State>| {
        wasmtime_wasi::p2::add_to_linker_sync(linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_sync(linker)?;
        wasi::replace_in_linker(linker)
    };
    let ran = guest.run_sync(&args, state(&engine, &[&authority]), link);
    let (output, succeeded) = ran.unwrap();
    assert!(succeeded, "{output}");
    let lines: Vec<_> = output.lines().filter(|l| !l.starts_with("url ")).collect();
    let failed = "body failed: connection read timeout";
    let expected = [HELLO, HELLO, &["status 200", failed, "body hel"]].concat();
    assert_eq!(lines, expected);
}

#[test]
fn a_hundred_requests_at_once_are_all_answered() {
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    if let Some(lines) = run(&engine, &[], "http_get", &["--at-once", "100", &url]) {
        assert_eq!(lines, ["100 status 200", "100 body a"]);
        assert_eq!(server.seen().len(), 100);
        assert_eq!(engine.outstanding(), 0);
    }
}
