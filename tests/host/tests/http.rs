//! `wasi:http` by the guest's lookups and the policy's rules for connections (`S-W1` to `S-W6`).

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime_wasi::WasiCtxBuilder;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Script, Tables};
use winsock_async_engine::{Limits, Lookup, LookupEngine, Resolution, Resolver};
use winsock_async_tests::State;
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;
use winsock_async_wasmtime::{WinsockCtx, wasi};

fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    wasi::replace_in_linker(linker)
}

const HOSTS: &str = "\
127.0.0.1 web.test other.test localhost
127.0.0.3 two.test
127.0.0.1 two.test
127.0.0.3 closed.test
";

/// An engine with rules for connections.
fn engine(connect: &[&str]) -> LookupEngine {
    let script = r#"
        rule = [
            { host = "again.test", error = "WSATRY_AGAIN" },
            { host = "broken.test", error = "WSANO_RECOVERY" },
            { host = "empty.test", error = "WSANO_DATA" },
            { host = "never.test", never = true },
        ]"#;
    let script = Script::parse(script, "the test").unwrap();
    let tables = Tables::builder().hosts_text(HOSTS).build().unwrap();
    engine_of(Chain::new().then(script).then(tables), connect)
}

fn engine_of(resolver: impl Resolver, connect: &[&str]) -> LookupEngine {
    let policy = Policy::deny_all().allow_private();
    let policy = connect.iter().fold(policy, |policy, pattern| {
        policy.connect(pattern.parse().unwrap())
    });
    let builder = LookupEngine::builder().resolver(resolver);
    builder.policy(policy).build()
}

fn state(
    engine: &LookupEngine,
    authorities: &[&Authority],
) -> impl FnOnce(&mut WasiCtxBuilder) -> State {
    let winsock = WinsockCtx::new(engine);
    move |wasi| State::new(winsock, wasi.build(), authorities)
}

/// Runs a guest, and returns its lines without those that repeat the URL.
fn run(
    engine: &LookupEngine,
    authorities: &[&Authority],
    program: &str,
    args: &[&str],
) -> Option<Vec<String>> {
    let guest = Ordinary::load(program)?;
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let run = guest.run(args, state(engine, authorities), link);
    let (output, succeeded) = runtime.block_on(run).unwrap();
    assert!(succeeded, "{program} {args:?}: {output}");
    let lines = output.lines().filter(|line| !line.starts_with("url "));
    Some(lines.map(Into::into).collect())
}

/// Checks what `http_get` prints for each URL.
#[track_caller]
fn gets(engine: &LookupEngine, authorities: &[&Authority], expected: &[(&str, &[&str])]) {
    let urls: Vec<&str> = expected.iter().map(|(url, _)| *url).collect();
    let lines: Vec<&str> = expected
        .iter()
        .flat_map(|(_, lines)| lines.iter().copied())
        .collect();
    if let Some(printed) = run(engine, authorities, "http_get", &urls) {
        assert_eq!(printed, lines, "{urls:?}");
    }
}

const HELLO: &[&str] = &["status 200", r"body hello\n"];
const DENIED: &[&str] = &["error ErrorCode::HttpRequestDenied"];
const INVALID: &[&str] = &["error ErrorCode::HttpRequestUriInvalid"];
const NO_CERTIFICATE: &[&str] = &["error ErrorCode::TlsCertificateError"];

#[test]
fn rule_for_the_name_and_port_is_all_that_a_request_needs() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    gets(&engine, &[], &[(&url, HELLO)]);
    assert_eq!(server.seen(), [format!("GET / HTTP/1.1 web.test:{port}")]);
    // The same session, in the same statistics.
    let total = engine.metrics().total;
    assert_eq!((total.requests, total.connections_denied), (1, 0));
}

#[test]
fn javascript_fetches_by_the_rules() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let urls = [
        format!("http://web.test:{port}/"),
        format!("http://other.test:{port}/"),
        format!("http://127.0.0.2:{port}/"),
        format!("http://unknown.test:{port}/"),
    ];
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let Some(lines) = run(&engine, &[], "javascript_fetch", &urls) else {
        return;
    };
    let error = "error TypeError";
    let expected = ["status 200", r#"body "hello\n""#, error, error, error];
    assert_eq!(lines, expected);
    assert_eq!(server.seen().len(), 1);
}

// S-W4, S-W6
#[test]
fn request_without_a_rule_for_its_name_and_port_is_denied_and_reaches_no_server() {
    let server = Server::http();
    let (port, other) = (server.port(), server.address().port() ^ 1);
    // Other names have the same address, and `other.test` a rule of its own with another port.
    let engine = engine(&[
        &format!("web.test:{other}"),
        &format!("udp:web.test:{port}"),
        &format!("other.test:{other}"),
        &format!("*.web.test:{port}"),
        "two.test:1",
    ]);
    let urls = [
        format!("http://web.test:{port}/"),
        format!("http://WEB.test.:{port}/"),
        format!("http://other.test:{port}/"),
        format!("http://two.test:{port}/"),
        format!("http://denied.test:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        "http://web.test:0/".into(),
    ];
    let expected: Vec<_> = urls.iter().map(|url| (&**url, DENIED)).collect();
    gets(&engine, &[], &expected);
    assert_eq!(server.seen(), [""; 0]);
}

// S-W4
#[test]
fn rule_for_another_name_with_the_same_address_does_not_count() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}"), "other.test:1"]);
    let urls = [
        format!("http://web.test:{port}/"),
        // Its address may be connected to by now, for the other name.
        format!("http://other.test:{port}/"),
    ];
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], DENIED)]);
    assert_eq!(server.seen().len(), 1);
}

// S-W4
#[test]
fn address_needs_a_rule_of_its_own() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("127.0.0.1:{port}")]);
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://web.test:{port}/"),
    ];
    // Nothing allows the lookup of the name.
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], DENIED)]);
}

#[test]
fn host_that_can_be_none_is_an_invalid_uri() {
    let engine = engine(&["127.0.0.1:80", "web.test:80"]);
    let expected: Vec<_> = [
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://user@web.test/",
        "http://web..test/",
        "http://web.test:+80/",
        "http://[::1]web.test:80/",
    ]
    .map(|url| (url, INVALID))
    .into();
    gets(&engine, &[], &expected);
}

// S-W2
#[test]
fn failed_lookups_are_told_apart() {
    let names = ["unknown", "empty", "broken", "again"];
    let rules = names.map(|name| format!("{name}.test:80"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let rcode = |rcode: &str| {
        let payload = format!("DnsErrorPayload {{ rcode: Some({rcode:?}), info-code: None }}");
        format!("error ErrorCode::DnsError({payload})")
    };
    let [unknown, empty, broken] = ["NXDOMAIN", "NOERROR", "SERVFAIL"].map(rcode);
    gets(
        &engine,
        &[],
        &[
            ("http://unknown.test/", &[&unknown]),
            ("http://empty.test/", &[&empty]),
            ("http://broken.test/", &[&broken]),
            ("http://again.test/", &["error ErrorCode::DnsTimeout"]),
        ],
    );
}

#[test]
fn server_must_prove_its_name_to_a_trusted_authority() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = Server::https(&authority, &["web.test", "127.0.0.1"]);
    let port = server.port();
    let rules = ["web.test", "other.test", "127.0.0.1"].map(|host| format!("{host}:{port}"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let urls = ["web.test", "web.test.", "127.0.0.1", "other.test"]
        .map(|host| format!("https://{host}:{port}/"));
    let [web, dotted, address, other] = urls.each_ref().map(String::as_str);
    gets(
        &engine,
        &[&stranger, &authority],
        &[
            (web, HELLO),
            (dotted, HELLO),
            (address, HELLO),
            (other, NO_CERTIFICATE),
        ],
    );
    gets(&engine, &[&stranger], &[(web, NO_CERTIFICATE)]);
    assert_eq!(server.seen().len(), 3);
    // The name counts in https as in http.
    let denied = engine_of(
        Tables::builder().hosts_text(HOSTS).build().unwrap(),
        &[&format!("other.test:{port}")],
    );
    gets(&denied, &[&authority], &[(web, DENIED)]);
}

#[test]
fn plain_server_under_https_and_the_reverse_are_errors() {
    let authority = Authority::new();
    let (plain, tls) = (Server::http(), Server::https(&authority, &["web.test"]));
    let ports = [plain.port(), tls.port()];
    let rules = ports.each_ref().map(|port| format!("web.test:{port}"));
    let engine = engine(&[&rules[0], &rules[1]]);
    let urls = [
        format!("https://web.test:{}/", ports[0]),
        format!("http://web.test:{}/", ports[1]),
    ];
    let arguments = ["--timeout-ms", "10000", &urls[0], &urls[1]];
    let Some(lines) = run(&engine, &[&authority], "http_get", &arguments) else {
        return;
    };
    assert!(
        lines.iter().all(|line| line.starts_with("error ")),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn redirect_is_the_guests_to_follow() {
    let (first, second) = (Server::http(), Server::http());
    let engine = engine(&[&format!("web.test:{}", first.port())]);
    let to = format!("http://127.0.0.1:{}/", second.port());
    let url = format!("http://web.test:{}/redirect/{to}", first.port());
    gets(
        &engine,
        &[],
        &[(&url, &["status 302", "body "]), (&to, DENIED)],
    );
    assert_eq!((first.seen().len(), second.seen().len()), (1, 0));
}

#[test]
fn next_address_is_tried_when_one_refuses() {
    // Nothing listens at 127.0.0.3.
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("two.test:{port}"), &format!("closed.test:{port}")]);
    let urls = ["two", "closed"].map(|name| format!("http://{name}.test:{port}/"));
    let refused: &[&str] = &["error ErrorCode::ConnectionRefused"];
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], refused)]);
}

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

// S-W1
#[test]
fn requests_count_for_the_limits_of_the_guest() {
    let script = r#"rule = [{ host = "*.test", never = true }]"#;
    let script = Script::parse(script, "the test").unwrap();
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::deny_all().connect("*.test:80".parse().unwrap()))
        .limits(Limits {
            max_requests: 0,
            ..Limits::default()
        })
        .build();
    let limited: &[&str] = &["error ErrorCode::ConnectionLimitReached"];
    gets(&engine, &[], &[("http://a.test/", limited)]);
}

/// Reads the head of a request, up to its empty line.
fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A server that sends these bytes for each request, and sees its request line.
fn answering(answer: &'static [u8]) -> Server {
    Server::tcp_by(move |mut stream, see| {
        see(head(&mut stream).lines().next().unwrap_or("").into());
        let _ = stream.write_all(answer);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// Checks what a guest prints with one option, for a server that sends these bytes.
#[track_caller]
fn prints_for(answer: &'static [u8], options: &[&str], expected: &[&str]) {
    let server = answering(answer);
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = [options, &[&url]].concat();
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        assert_eq!(lines, expected, "{}", answer.escape_ascii());
    }
}

#[test]
fn answers_of_each_form_reach_the_guest_whole() {
    let no_body: &[&str] = &["status 204", "body "];
    prints_for(b"HTTP/1.1 204 No Content\r\n\r\n", &[], no_body);
    let none = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
    prints_for(none, &[], &["status 304", "body "]);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    prints_for(head, &["--method", "HEAD"], &["status 200", "body "]);
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: sum\r\n\r\n\
        3\r\nhel\r\n2\r\nlo\r\n0\r\nsum: 5\r\n\r\n";
    let trailers: &[&str] = &["status 200", "body hello", "trailer sum: 5"];
    prints_for(chunked, &[], trailers);
    let early = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello";
    prints_for(early, &[], &["status 200", "body hello"]);
    // What follows the answer is not a second one.
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 No\r\n\r\n";
    prints_for(two, &[], &["status 200", "body a"]);
    // The end of a tunnel that the server offers is the end of the connection.
    let tunnel = b"HTTP/1.1 200 OK\r\n\r\nhello";
    prints_for(tunnel, &["--method", "CONNECT"], &["status 200", "body "]);
}

#[test]
fn answers_that_are_none_are_errors() {
    let broken: &[&str] = &["error ErrorCode::HttpProtocolError"];
    prints_for(b"220 mail.test\r\n", &[], broken);
    prints_for(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", &[], broken);
    let lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    prints_for(lengths, &[], broken);
    let huge = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    prints_for(huge.leak().as_bytes(), &[], broken);
    let incomplete: &[&str] = &["error ErrorCode::HttpResponseIncomplete"];
    prints_for(b"", &[], incomplete);
    prints_for(b"HTTP/1.1 200 OK\r\nx:", &[], incomplete);
}

#[test]
fn request_names_no_other_host_and_holds_no_second_request() {
    let server = Server::tcp_by(|mut stream, see| {
        see(head(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let refused = |option: &str, value: &str, error: &str| {
        if let Some(lines) = run(&engine, &[], "http_get", &[option, value, &url]) {
            assert_eq!(lines, [format!("error {error}")], "{value}");
        }
    };
    for path in [
        "http://other.test/",
        "other.test",
        "*",
        "/ HTTP/1.1\r\nx: y",
        "/\r\nx: y",
        "/a b",
    ] {
        refused("--path", path, "no path");
    }
    for method in ["GET / HTTP/1.1\r\nx: y", "GET ", "GET\r\n"] {
        refused("--method", method, "no method");
    }
    for name in [
        "Host",
        "connection",
        "keep-alive",
        "proxy-authorization",
        "transfer-encoding",
        "Upgrade",
    ] {
        let header = format!("{name}:x");
        refused("--header", &header, "header HeaderError::Forbidden");
    }
    for header in [
        "x:a\r\ny: z",
        "x:a\ny: z",
        "x:\0",
        "x\r\ny:a",
        "x y:a",
        ":a",
    ] {
        if !header.contains('\0') {
            refused("--header", header, "header HeaderError::InvalidSyntax");
        }
    }
    assert_eq!(server.seen(), [""; 0]);
    let args = ["--method", "OTHER", "--path", "?q", "--body", "hi", &url];
    if run(&engine, &[], "http_get", &args).is_some() {
        let expected = format!(
            "OTHER /?q HTTP/1.1\r\nhost: web.test:{port}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        assert_eq!(server.seen(), [expected]);
    }
}

#[test]
fn body_goes_to_the_server_with_its_length_or_in_chunks() {
    let server = Server::tcp_by(|mut stream, see| {
        let head = head(&mut stream);
        let mut body = Vec::new();
        let end: &[u8] = if head.contains("chunked") {
            b"0\r\n\r\n"
        } else {
            b"hello"
        };
        let mut byte = [0];
        while !body.ends_with(end) && matches!(stream.read(&mut byte), Ok(1)) {
            body.push(byte[0]);
        }
        see(body.escape_ascii().to_string());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = ["--method", "POST", "--body", "hello", &url];
    let length = ["--header", "content-length:5", &url];
    let short = ["--header", "content-length:4", &url];
    let args = [&args[..], &length].concat();
    let Some(lines) = run(&engine, &[], "http_get", &args) else {
        return;
    };
    assert_eq!(lines, ["status 200", "body ", "status 200", "body "]);
    assert_eq!(server.seen(), [r"5\r\nhello\r\n0\r\n\r\n", "hello"]);
    let args = [&["--body", "hello"][..], &short].concat();
    let lines = run(&engine, &[], "http_get", &args).unwrap();
    assert_eq!(lines, ["error ErrorCode::HttpRequestBodySize(Some(5))"]);
}

#[test]
fn answer_before_the_end_of_the_body_reaches_the_guest() {
    let server = answering(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = ["--method", "POST", "--unfinished", "hello", &url];
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        assert_eq!(lines, ["status 413", "body no"]);
    }
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
fn requests_at_once_at_once_are_all_answered() {
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

// S-W4
#[test]
fn address_without_a_rule_is_skipped_beside_one_that_has_a_rule() {
    let server = Server::http();
    let address = server.address();
    // `two.test` has this address first.
    let forbidden = TcpListener::bind(("127.0.0.3", address.port())).unwrap();
    forbidden.set_nonblocking(true).unwrap();
    let tables = Tables::builder().hosts_text(HOSTS).build().unwrap();
    let policy = Policy::deny_all().allow_private();
    let policy = policy.allow("two.test".parse().unwrap());
    let policy = policy.connect(address.to_string().parse().unwrap());
    let engine = LookupEngine::builder()
        .resolver(tables)
        .policy(policy)
        .build();
    let url = format!("http://two.test:{}/", address.port());
    gets(&engine, &[], &[(&url, HELLO)]);
    assert!(forbidden.accept().is_err());
    assert_eq!(engine.metrics().total.connections_denied, 1);
}

/// Answers a host with another address each time.
struct Changing(Mutex<Vec<[u8; 4]>>);

impl Resolver for Changing {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let address = self.0.lock().unwrap().remove(0);
        Resolution::Ready(lookup.answer_host("web.test", [], [address.into()]))
    }
}

// S-W4
#[test]
fn name_that_changes_to_a_forbidden_address_leads_nowhere() {
    let server = Server::http();
    let port = server.port();
    let changing = Changing(Mutex::new(vec![
        [127, 0, 0, 1],
        [127, 0, 0, 3],
        [127, 0, 0, 1],
    ]));
    let forbidden = TcpListener::bind(("127.0.0.3", server.address().port())).unwrap();
    forbidden.set_nonblocking(true).unwrap();
    let policy = Policy::deny_all().allow_answers("127.0.0.1".parse().unwrap());
    let policy = policy.connect(format!("web.test:{port}").parse().unwrap());
    let engine = LookupEngine::builder()
        .resolver(changing)
        .policy(policy)
        .build();
    let url = format!("http://web.test:{port}/");
    gets(
        &engine,
        &[],
        &[(&url, HELLO), (&url, DENIED), (&url, HELLO)],
    );
    assert!(forbidden.accept().is_err());
    assert_eq!(server.seen().len(), 2);
}

// S-W4
#[test]
fn star_stands_for_no_private_answer() {
    let server = Server::http();
    let port = server.port();
    let tables = Tables::builder().hosts_text(HOSTS).build().unwrap();
    let policy = Policy::deny_all().allow_private().allow_network();
    let engine = LookupEngine::builder()
        .resolver(tables)
        .policy(policy)
        .build();
    let urls = ["web.test", "127.0.0.1"].map(|host| format!("http://{host}:{port}/"));
    gets(&engine, &[], &[(&urls[0], DENIED), (&urls[1], DENIED)]);
    assert_eq!(server.seen(), [""; 0]);
}

#[test]
fn failures_of_tls_are_told_apart() {
    let authority = Authority::new();
    let servers = [
        Server::https_with(authority.expired_server(&["web.test"])),
        // As a server of TLS 1.1 does: it knows no version of the client's.
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&[21, 3, 2, 0, 2, 2, 70]);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }),
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read(&mut [0; 4096]);
        }),
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read_to_end(&mut Vec::new());
        }),
    ];
    let ports = servers.each_ref().map(Server::port);
    let rules = ports.each_ref().map(|port| format!("web.test:{port}"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let urls = ports
        .each_ref()
        .map(|port| format!("https://web.test:{port}/"));
    let urls = urls.each_ref().map(String::as_str);
    let alert = r#"error ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload { alert-id: Some(70), alert-message: Some("ProtocolVersion") })"#;
    gets(
        &engine,
        &[&authority],
        &[
            (urls[0], NO_CERTIFICATE),
            (urls[1], &[alert]),
            (urls[2], &["error ErrorCode::ConnectionTerminated"]),
        ],
    );
    // The time to connect has the exchange of keys in it.
    let args = ["--timeout-ms", "50", urls[3]];
    if let Some(lines) = run(&engine, &[&authority], "http_get", &args) {
        assert_eq!(lines, ["error ErrorCode::ConnectionTimeout"]);
    }
}

#[test]
fn denied_lookup_counts_as_a_denied_connection() {
    let engine = engine(&["web.test:80"]);
    gets(&engine, &[], &[("http://other.test/", DENIED)]);
    assert_eq!(engine.metrics().total.connections_denied, 1);
}
