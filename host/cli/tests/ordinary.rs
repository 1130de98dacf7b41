//! Ordinary programs in the runner: they look up and connect by WASI's own interfaces (`S-W1` to
//! `S-W6`).

mod support;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use support::{Scratch, command};
use winsock_async_tests::if_built;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;

/// The path of a guest, if this machine can build it. Says so if not.
fn guest(name: &str) -> Option<String> {
    Some(if_built(name)?.into_os_string().into_string().unwrap())
}

/// Runs a guest, and returns its output, its errors and its status.
fn run(options: &[&str], guest: &str, args: &[&str]) -> (String, String, i32) {
    let mut command = command();
    command.arg("run").args(options).arg(guest).args(args);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (text(output.stdout), text(output.stderr), status)
}

/// Runs a guest that may connect to `localhost` at this port, and checks what it prints.
#[track_caller]
fn prints(port: u16, program: &str, args: &[&str], expected: &str) {
    let Some(guest) = guest(program) else {
        return;
    };
    let rule = format!("localhost:{port}");
    let hosts = hosts(program);
    let options = ["--hosts", &hosts.1, "--connect", &rule];
    let (output, errors, status) = run(&options, &guest, args);
    assert_eq!((&*output, status), (expected, 0), "{program}: {errors}");
}

/// A hosts file in which `localhost` is 127.0.0.1 alone.
fn hosts(test: &str) -> (Scratch, String) {
    let scratch = Scratch::new(&format!("ordinary-{test}"));
    let path = scratch.file("hosts", b"127.0.0.1 localhost\n");
    (scratch, path)
}

#[test]
fn rule_for_a_name_and_port_is_all_that_a_program_needs() {
    let (echo, http) = (Server::tcp_echo(), Server::http());
    let (port, number) = (echo.address().port(), echo.port());
    let connected = format!("found 127.0.0.1\nconnected 127.0.0.1:{port}\nreceived hello\n");
    prints(port, "std_tcp", &["localhost", &number], &connected);
    let p3 = ["tcp", "localhost", &number];
    prints(port, "sockets_0_3_0", &p3, &connected);
    let received = "received hello\n";
    let found = format!("name localhost\nfound 127.0.0.1\n{received}");
    prints(port, "wstd_tcp", &[&number, "localhost"], &found);
    let python = ["tcp", "localhost", &number];
    prints(port, "python_net", &python, received);
    let python = ["asyncio", "localhost", &number];
    let found = format!("found 127.0.0.1\n{received}");
    prints(port, "python_net", &python, &found);

    let port = http.address().port();
    let url = format!("http://localhost:{port}/");
    prints(port, "fetch", &[&url], "HTTP/1.0 200 OK\n");
    let answered = "status 200\nbody 'hello\\n'\n";
    prints(port, "python_net", &["urllib", &url], answered);
    let answered = format!("url {url}\nstatus 200\nbody \"hello\\n\"\n");
    prints(port, "javascript_fetch", &[&url], &answered);
}

#[test]
fn denial_is_logged_and_counted_with_the_rule_that_would_allow_it() {
    let Some(tcp) = guest("std_tcp") else { return };
    let server = Server::tcp_echo();
    let (port, (_scratch, hosts)) = (server.address().port(), hosts("denial"));
    let denied = "found 127.0.0.1\nconnect: PermissionDenied: Permission denied (os error 2)\n";
    let rule = format!("add --connect localhost:{port}");
    let other = format!("localhost:{}", port ^ 1);
    for options in [["--allow", "localhost"], ["--connect", &other]] {
        let common = ["--hosts", &hosts, "--log", "warn", "--stats"];
        let options = [&common[..], &options].concat();
        let (output, errors, _) = run(&options, &tcp, &["localhost", &port.to_string()]);
        assert_eq!(output, denied);
        assert!(errors.contains(&rule), "{errors}");
        let counted = errors
            .lines()
            .find(|line| line.starts_with("connections denied"));
        assert!(counted.is_some_and(|line| line.ends_with(" 1")), "{errors}");
    }
    // Nothing is allowed without an option.
    let (output, ..) = run(
        &["--hosts", &hosts],
        &tcp,
        &["localhost", &port.to_string()],
    );
    assert!(output.starts_with("lookup: "), "{output}");
}

// S-W1 to S-W3: as for 0.2.
#[test]
fn guest_of_0_3_has_the_policy_the_statistics_and_the_log() {
    let (Some(lookups), Some(sockets)) = (guest("lookups_0_3_0"), guest("sockets_0_3_0")) else {
        return;
    };
    let server = Server::tcp_echo();
    let (port, (_scratch, hosts)) = (server.port(), hosts("p3"));
    let common = ["--hosts", &hosts, "--log", "warn", "--stats"];
    let options = [&common[..], &["--allow", "localhost"]].concat();
    let args = ["addresses", "localhost", "other.test", "a b"];
    let (output, errors, status) = run(&options, &lookups, &args);
    let expected = "name localhost\nfound 127.0.0.1\n\
                    name other.test\nerror access-denied\n\
                    name a b\nerror invalid-argument\n";
    assert_eq!((&*output, status), (expected, 0), "{errors}");
    assert!(counted(&errors, "requests", 2), "{errors}");

    let args = ["tcp", "localhost", &port];
    let (output, errors, status) = run(&options, &sockets, &args);
    let expected = "found 127.0.0.1\nconnect: ErrorCode::AccessDenied\n";
    assert_eq!((&*output, status), (expected, 0), "{errors}");
    let rule = format!("add --connect localhost:{port}");
    assert!(errors.contains(&rule), "{errors}");
    assert!(counted(&errors, "connections denied", 1), "{errors}");
}

/// Whether `--stats` has this number in the line of this name.
fn counted(errors: &str, name: &str, number: u32) -> bool {
    let lines = errors.lines();
    let mut counts = lines.filter_map(|line| line.trim_start().strip_prefix(name));
    counts.any(|rest| rest.trim() == number.to_string())
}

// S-F1, S-F2, S-F3
#[test]
fn guest_that_awaits_lookups_has_the_policy_the_limits_and_the_statistics() {
    let Some(guest) = guest("lookups_p3") else {
        return;
    };
    let scratch = Scratch::new("ordinary-lookups-p3");
    let script = br#"rule = [
        { host = "www.test", addresses = ["192.0.2.1"] },
        { host = "never.test", never = true },
    ]"#;
    let script = scratch.file("script.toml", script);
    let common = ["--script", &script, "--allow", "*.test", "--allow-private"];
    let options = [&common[..], &["--stats"]].concat();
    let args = ["hosts", "www.test", "other.example", "unknown.test"];
    let (output, errors, status) = run(&options, &guest, &args);
    let expected = "www.test: www.test at 192.0.2.1\n\
                    other.example: error access-denied\n\
                    unknown.test: error host-not-found\n";
    assert_eq!((&*output, status), (expected, 0), "{errors}");
    assert!(counted(&errors, "requests", 3), "{errors}");
    let (output, errors, status) = run(&options, &guest, &["drop", "never.test", "www.test"]);
    let expected = "dropped 1\nwww.test: www.test at 192.0.2.1\n";
    assert_eq!((&*output, status), (expected, 0), "{errors}");
    assert!(counted(&errors, "cancelled", 1), "{errors}");
    let options = [&options[..], &["--max-requests", "1"]].concat();
    let args = ["hosts", "www.test", "www.test"];
    let (output, errors, status) = run(&options, &guest, &args);
    let expected = "www.test: www.test at 192.0.2.1\nwww.test: error would-block\n";
    assert_eq!((&*output, status), (expected, 0), "{errors}");
    let options = [&options[..], &["--timeout", "0.2"]].concat();
    let (_, errors, status) = run(&options, &guest, &["hosts", "never.test"]);
    assert!(
        errors.contains("--timeout 200ms") && status == 124,
        "{errors}"
    );
}

#[test]
fn guest_of_0_3_ends_as_one_of_0_2_does() {
    let (Some(lookups), Some(sockets)) = (guest("lookups_0_3_0"), guest("sockets_0_3_0")) else {
        return;
    };
    let scratch = Scratch::new("ordinary-p3-end");
    let script = b"rule = [{ host = \"never.test\", never = true }]";
    let script = scratch.file("script.toml", script);
    // WASI's exit has no number: every failure is 1.
    let (_, errors, status) = run(&[], &sockets, &["exit", "7"]);
    assert_eq!((&*errors, status), ("", 1));
    let (_, errors, status) = run(&[], &sockets, &["exit", "0"]);
    assert_eq!((&*errors, status), ("", 0));
    let (_, errors, status) = run(&[], &sockets, &["unknown"]);
    assert!(errors.contains(" trapped: ") && status == 134, "{errors}");
    // A guest that computes, and one that waits.
    let (_, errors, status) = run(&["--timeout", "0.2"], &sockets, &["loop"]);
    assert!(
        errors.contains("--timeout 200ms") && status == 124,
        "{errors}"
    );
    let options = [
        "--script",
        &script,
        "--allow",
        "*.test",
        "--timeout",
        "0.2",
        "--stats",
    ];
    let (_, errors, status) = run(&options, &lookups, &["addresses", "never.test"]);
    assert!(
        errors.contains("--timeout 200ms") && status == 124,
        "{errors}"
    );
    assert!(counted(&errors, "requests", 1), "{errors}");
}

#[test]
fn addresses_need_a_rule_of_their_own() {
    let Some(guest) = guest("std_connect") else {
        return;
    };
    let server = Server::tcp_echo();
    let address = server.address().to_string();
    let connected = format!("connected {address}\nreceived hello\n");
    let denied = "connect: PermissionDenied: Permission denied (os error 2)\n";
    for (option, expected) in [
        (&["--connect", &address][..], &*connected),
        (&["--connect", "127.0.0.0/8:*"], &connected),
        (&["--connect", "*:*"], denied),
        (&["--allow-network"], denied),
        (&["--allow-all", "--allow-private"], denied),
        (&["--connect", &format!("udp:{address}")], denied),
    ] {
        let (output, errors, _) = run(option, &guest, &[&address]);
        assert_eq!(output, expected, "{option:?}: {errors}");
    }
}

#[test]
fn datagrams_need_a_rule_for_udp() {
    let Some(guest) = guest("std_udp") else {
        return;
    };
    let server = Server::udp_echo();
    let port = server.address().port();
    let (_scratch, hosts) = hosts("udp");
    let (udp, tcp) = (format!("udp:localhost:{port}"), format!("localhost:{port}"));
    let args = ["localhost", &port.to_string()];
    let common = ["--hosts", &hosts, "--connect"];
    let (output, errors, _) = run(&[&common[..], &[&udp]].concat(), &guest, &args);
    let address = format!("127.0.0.1:{port}");
    let expected = format!(
        "found 127.0.0.1\nreceived hello from {address}\nconnected {address}\nreceived hello\n"
    );
    assert_eq!(output, expected, "{errors}");
    let (output, ..) = run(&[&common[..], &[&tcp]].concat(), &guest, &args);
    assert!(output.contains("PermissionDenied"), "{output}");
}

#[test]
fn listening_needs_a_rule_except_on_loopback_at_any_port() {
    let Some(guest) = guest("std_listen") else {
        return;
    };
    let listens = "listening 127.0.0.1\naccepted 127.0.0.1\nreceived hello\n";
    let denied = "listen: PermissionDenied: Permission denied (os error 2)\n";
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    for (options, at, expected) in [
        (&[][..], "127.0.0.1:0", listens),
        (&[], &*address, denied),
        (&["--listen", &address], &address, listens),
        (&[], "0.0.0.0:0", denied),
        (&["--connect", "*:*"], "0.0.0.0:0", denied),
    ] {
        let (output, errors, _) = run(options, &guest, &[at]);
        assert_eq!(output, expected, "{options:?} {at}: {errors}");
    }
}

#[test]
fn traced_policy_allows_the_same_run_again() {
    let Some(guest) = guest("std_tcp") else {
        return;
    };
    let server = Server::tcp_echo();
    let (port, (scratch, hosts)) = (server.address().port(), hosts("trace"));
    let trace = scratch.path("trace.toml");
    let args = ["localhost", &port.to_string()];
    let options = [
        "--hosts",
        &hosts,
        "--allow",
        "localhost",
        "--policy-trace",
        &trace,
    ];
    let (output, ..) = run(&options, &guest, &args);
    assert!(output.contains("PermissionDenied"), "{output}");
    let text = fs::read_to_string(&trace).unwrap();
    let expected = format!(
        "allow = [\n    \"localhost\",\n]\nconnect = [\n    \"localhost:{port}\",\n]\nlisten = [\n]\n"
    );
    assert_eq!(text, expected);
    let options = [
        "--hosts",
        &hosts,
        "--policy",
        &trace,
        "--policy-trace",
        &trace,
    ];
    let (output, errors, status) = run(&options, &guest, &args);
    assert!(
        output.ends_with("received hello\n") && status == 0,
        "{errors}"
    );
    // A run that is allowed leaves the same policy.
    assert_eq!(fs::read_to_string(&trace).unwrap(), expected);
    let (_, errors, status) = run(&["--policy-trace", "/no/such/place"], &guest, &args);
    assert!(
        errors.contains("--policy-trace /no/such/place") && status == 2,
        "{errors}"
    );
}

#[test]
fn requests_of_http_go_by_the_rules_past_no_proxy() {
    let Some(guest) = guest("http_get") else {
        return;
    };
    let authority = Authority::new();
    let server = Server::https(&authority, &["localhost"]);
    let proxy = Server::http();
    let port = server.port();
    let (scratch, hosts) = hosts("https");
    let authorities = scratch.file("authority.pem", authority.pem().as_bytes());
    let url = format!("https://localhost:{port}/");
    let shown = format!("url {url}\n");
    let rule = format!("localhost:{port}");
    let get = |options: &[&str]| {
        let mut command = command();
        for name in ["http_proxy", "https_proxy", "ALL_PROXY"] {
            let proxy = format!("http://{}", proxy.address());
            command.env(name, &proxy).env(name.to_uppercase(), proxy);
        }
        command
            .args(["run", "--hosts", &hosts, "--log", "warn"])
            .args(options);
        let output = command.args([&guest, &url]).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        (printed.replace(&shown, ""), errors)
    };
    let (printed, errors) = get(&["--connect", &rule, "--tls-ca", &authorities]);
    assert_eq!(printed, "status 200\nbody hello\\n\n", "{errors}");
    let (printed, _) = get(&["--connect", &rule]);
    assert_eq!(printed, "error ErrorCode::TlsCertificateError\n");
    let (printed, errors) = get(&["--allow", "localhost", "--tls-ca", &authorities]);
    assert_eq!(printed, "error ErrorCode::HttpRequestDenied\n");
    assert!(
        errors.contains(&format!("add --connect {rule}")),
        "{errors}"
    );
    assert_eq!((server.seen().len(), proxy.seen().len()), (1, 0));
}

// The port is known where HTTP's lookup is denied, so the first run has the whole policy.
#[test]
fn first_run_of_a_denied_request_traces_the_whole_policy() {
    let Some(guest) = guest("http_get") else {
        return;
    };
    let server = Server::http();
    let (port, (scratch, hosts)) = (server.port(), hosts("http-trace"));
    let trace = scratch.path("trace.toml");
    let url = format!("http://localhost:{port}/");
    let options = ["--hosts", &hosts, "--log", "warn", "--policy-trace", &trace];
    let (output, errors, _) = run(&options, &guest, &[&url]);
    let expected = format!("url {url}\nerror ErrorCode::HttpRequestDenied\n");
    assert_eq!(output, expected);
    let denied = format!("connection denied: the lookup is denied; add --connect localhost:{port}");
    assert!(errors.contains(&denied), "{errors}");
    let options = ["--hosts", &hosts, "--policy", &trace];
    let (output, errors, _) = run(&options, &guest, &[&url]);
    assert!(output.ends_with("body hello\\n\n"), "{output}{errors}");
}

#[test]
fn authority_that_cannot_be_used_is_an_error_that_names_the_file() {
    let scratch = Scratch::new("ordinary-authorities");
    let empty = scratch.file("empty.pem", b"no certificate\n");
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = scratch.file("broken.pem", broken);
    let missing = scratch.path("missing.pem");
    for file in [&empty, &broken, &missing] {
        let (_, errors, status) = run(&["--tls-ca", file], "no.wasm", &[]);
        assert_eq!(status, 2);
        let named = format!("winsock-async: --tls-ca {file}: ");
        assert!(errors.starts_with(&named), "{errors}");
    }
}
