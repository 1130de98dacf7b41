//! `wasi:http` by the guest's lookups and the policy's rules for connections (`S-W1` to `S-W6`).

use std::future::poll_fn;
use std::task::Poll;

use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Script, Tables};
use winsock_async_engine::{Limits, LookupEngine, Resolver};
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;
use winsock_async_wasmtime::http::{HttpHooks, tls_config};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, wasi};

struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    http: WasiHttpCtx,
    hooks: HttpHooks,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        WinsockCtxView {
            ctx: &mut self.winsock,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            hooks: &mut self.hooks,
            table: &mut self.table,
        }
    }
}

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
    let tls = tls_config(authorities.iter().map(|authority| authority.certificate()));
    let hooks = HttpHooks::with_tls(&winsock, tls.unwrap());
    move |wasi| State {
        wasi: wasi.build(),
        winsock,
        http: WasiHttpCtx::new(),
        hooks,
        table: ResourceTable::new(),
    }
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
    assert_eq!(lines[2], "body failed: connection read timeout");
    assert_eq!(lines[3..5], ["status 200", "body hel"]);
    assert_ne!(lines[5], lines[2]);
    assert!(lines[5].starts_with("body failed: "), "{lines:?}");
    assert_eq!(lines[6..], ["status 200", "body hel"]);
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
