//! What the tests of `wasi:http` share: engines, guests and servers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use wasmtime::component::Linker;
use wasmtime_wasi::WasiCtxBuilder;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Script, Tables};
use winsock_async_engine::{LookupEngine, Resolver};
use winsock_async_tests::State;
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;
use winsock_async_wasmtime::{WinsockCtx, wasi};

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    wasi::replace_in_linker(linker)
}

pub(crate) const HOSTS: &str = "\
127.0.0.1 web.test other.test localhost
127.0.0.3 two.test
127.0.0.1 two.test
127.0.0.3 closed.test
";

/// An engine with rules for connections.
pub(crate) fn engine(connect: &[&str]) -> LookupEngine {
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

pub(crate) fn engine_of(resolver: impl Resolver, connect: &[&str]) -> LookupEngine {
    let policy = Policy::deny_all().allow_private();
    let policy = connect.iter().fold(policy, |policy, pattern| {
        policy.connect(pattern.parse().unwrap())
    });
    let builder = LookupEngine::builder().resolver(resolver);
    builder.policy(policy).build()
}

pub(crate) fn state(
    engine: &LookupEngine,
    authorities: &[&Authority],
) -> impl FnOnce(&mut WasiCtxBuilder) -> State {
    let winsock = WinsockCtx::new(engine);
    move |wasi| State::new(winsock, wasi.build(), authorities)
}

/// Runs a guest, and returns its lines without those that repeat the URL.
pub(crate) fn run(
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
pub(crate) fn gets(
    engine: &LookupEngine,
    authorities: &[&Authority],
    expected: &[(&str, &[&str])],
) {
    let urls: Vec<&str> = expected.iter().map(|(url, _)| *url).collect();
    let lines: Vec<&str> = expected
        .iter()
        .flat_map(|(_, lines)| lines.iter().copied())
        .collect();
    if let Some(printed) = run(engine, authorities, "http_get", &urls) {
        assert_eq!(printed, lines, "{urls:?}");
    }
}

pub(crate) const HELLO: &[&str] = &["status 200", r"body hello\n"];
pub(crate) const DENIED: &[&str] = &["error ErrorCode::HttpRequestDenied"];

/// Reads the head of a request, up to its empty line.
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A server that sends these bytes for each request, and sees its request line.
pub(crate) fn answering(answer: &'static [u8]) -> Server {
    Server::tcp_by(move |mut stream, see| {
        see(head(&mut stream).lines().next().unwrap_or("").into());
        let _ = stream.write_all(answer);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    })
}
