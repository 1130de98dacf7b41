//! Guests that know nothing of this project, under wasmtime-wasi's own host. The tests of our
//! lookups and connections rely on what they import and print here.

use wasmtime_wasi::WasiCtxBuilder;
use winsock_async_engine::LookupEngine;
use winsock_async_tests::State;
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;
use winsock_async_wasmtime::WinsockCtx;

/// Runs a guest that may look up and connect if `allowed`, and checks what it prints.
#[track_caller]
fn prints(program: &str, args: &[&str], allowed: bool, expected: &[&str]) {
    let Some(guest) = Ordinary::load(program) else {
        return;
    };
    // The linker below links nothing with this engine, which denies all.
    let unused = WinsockCtx::new(&LookupEngine::builder().build());
    let state = |wasi: &mut WasiCtxBuilder| {
        wasi.allow_ip_name_lookup(true);
        wasi.allow_tcp(true).allow_udp(true);
        wasi.socket_addr_check(move |_, _| Box::pin(async move { allowed }));
        State::new(unused, wasi.build(), &[])
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let run = guest.run(args, state, wasmtime_wasi::p2::add_to_linker_async);
    let (output, succeeded) = runtime.block_on(run).unwrap();
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines, expected, "{program} {args:?}");
    assert!(succeeded, "{program} {args:?}");
}

#[test]
fn guests_import_lookups_of_exactly_their_version() {
    for version in ["0.2.0", "0.2.6", "0.2.12"] {
        let program = format!("lookups_{}", version.replace('.', "_"));
        let Some(guest) = Ordinary::load(&program) else {
            continue;
        };
        let imports = guest.imports();
        let lookups: Vec<&String> = imports
            .iter()
            .filter(|import| import.starts_with("wasi:sockets/ip-name-lookup@"))
            .collect();
        assert_eq!(lookups, [&format!("wasi:sockets/ip-name-lookup@{version}")]);
    }
}

#[test]
fn guests_of_each_version_look_up() {
    for program in ["lookups_0_2_0", "lookups_0_2_6", "lookups_0_2_12"] {
        let expected = ["name 127.0.0.1", "found 127.0.0.1"];
        prints(program, &["addresses", "127.0.0.1"], true, &expected);
        prints(program, &["drop", "localhost"], true, &["dropped 1"]);
        let expected = ["looked up 10", "found 10"];
        prints(program, &["each", "10", "127.0.0.1"], true, &expected);
        prints(program, &["together", "10", "127.0.0.1"], true, &expected);
    }
}

#[test]
fn tcp_guests_connect_by_name_and_report_a_denial() {
    let server = Server::tcp_echo();
    let (port, address) = (server.port(), server.address().to_string());
    let connected = format!("connected {address}");
    let (found, received) = ("found 127.0.0.1", "received hello");
    let denied = "connect: PermissionDenied: Permission denied (os error 2)";
    let by_name = ["127.0.0.1", &port];

    prints("std_tcp", &by_name, true, &[found, &connected, received]);
    prints("std_tcp", &by_name, false, &[found, denied]);
    prints("std_connect", &[&address], true, &[&connected, received]);
    prints("std_connect", &[&address], false, &[denied]);
    let name = "name 127.0.0.1";
    prints(
        "wstd_tcp",
        &[&port, "127.0.0.1"],
        true,
        &[name, found, received],
    );

    let python = ["tcp", "127.0.0.1", &port];
    prints("python_net", &python, true, &[received]);
    let denied = "error PermissionError: [Errno 2] Permission denied";
    prints("python_net", &python, false, &[denied]);
    let python = ["asyncio", "127.0.0.1", &port];
    prints("python_net", &python, true, &[found, received]);
}

#[test]
fn udp_guest_exchanges_datagrams_with_and_without_a_connection() {
    let server = Server::udp_echo();
    let (port, address) = (server.port(), server.address());
    let from = format!("received hello from {address}");
    let connected = format!("connected {address}");
    let args = ["127.0.0.1", &port];
    let expected = ["found 127.0.0.1", &from, &connected, "received hello"];
    prints("std_udp", &args, true, &expected);
    let denied = "bind: PermissionDenied: Permission denied (os error 2)";
    let expected = ["found 127.0.0.1", denied, denied];
    prints("std_udp", &args, false, &expected);
}

#[test]
fn listening_guest_connects_to_itself() {
    let expected = [
        "listening 127.0.0.1",
        "accepted 127.0.0.1",
        "received hello",
    ];
    prints("std_listen", &["127.0.0.1:0"], true, &expected);
    let denied = "listen: PermissionDenied: Permission denied (os error 2)";
    prints("std_listen", &["127.0.0.1:0"], false, &[denied]);
}

#[test]
fn guests_fetch_a_page() {
    let server = Server::http();
    let url = format!("http://127.0.0.1:{}/", server.port());
    prints("fetch", &[&url], true, &["HTTP/1.0 200 OK"]);
    prints("python_net", &["fetch", &url], true, &["HTTP/1.0 200 OK"]);
    let expected = ["status 200", r"body 'hello\n'"];
    prints("python_net", &["urllib", &url], true, &expected);
}
