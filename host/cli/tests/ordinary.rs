//! Ordinary programs in the runner: they look up and connect by WASI's own interfaces (`S-W1` to
//! `S-W6`).

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::{fs, thread};

use support::{Scratch, command};

/// The path of a guest, if this machine can build it. Says so if not.
fn guest(name: &str) -> Option<String> {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    let path = guests.join(name).with_extension("wasm");
    if let Ok(reason) = fs::read_to_string(path.with_extension("missing")) {
        println!("!!! NOT TESTED: guest {name}: {reason} !!!");
        return None;
    }
    let shown = path.display();
    assert!(path.exists(), "no {shown}: run `cargo xtask guests` first");
    Some(path.into_os_string().into_string().unwrap())
}

/// A server on loopback that answers each connection's first line with itself, or a request of HTTP
/// with `hello`. Returns its port.
fn server() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            // A guest that is denied closes at once.
            if reader.read_line(&mut line).is_err() || line.is_empty() {
                continue;
            }
            if line.starts_with("GET ") {
                while reader
                    .read_line(&mut line)
                    .is_ok_and(|_| !line.ends_with("\r\n\r\n"))
                {}
                line = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n".into();
            }
            let _ = stream.write_all(line.as_bytes());
        }
    });
    port
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
    let port = server();
    let number = port.to_string();
    let url = format!("http://localhost:{port}/");
    let connected = format!("found 127.0.0.1\nconnected 127.0.0.1:{port}\nreceived hello\n");
    prints(port, "std_tcp", &["localhost", &number], &connected);
    prints(port, "fetch", &[&url], "HTTP/1.0 200 OK\n");
    let found = "name localhost\nfound 127.0.0.1\nreceived hello\n";
    prints(port, "wstd_tcp", &[&number, "localhost"], found);
    prints(
        port,
        "python_net",
        &["tcp", "localhost", &number],
        "received hello\n",
    );
    prints(
        port,
        "python_net",
        &["urllib", &url],
        "status 200\nbody 'hello\\n'\n",
    );
    let found = "found 127.0.0.1\nreceived hello\n";
    prints(
        port,
        "python_net",
        &["asyncio", "localhost", &number],
        found,
    );
}

#[test]
fn denial_is_logged_and_counted_with_the_rule_that_would_allow_it() {
    let Some(tcp) = guest("std_tcp") else { return };
    let (port, (_scratch, hosts)) = (server(), hosts("denial"));
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

#[test]
fn addresses_need_a_rule_of_their_own() {
    let Some(guest) = guest("std_connect") else {
        return;
    };
    let port = server();
    let address = format!("127.0.0.1:{port}");
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
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut bytes = [0; 100];
        while let Ok((length, peer)) = socket.recv_from(&mut bytes) {
            let _ = socket.send_to(&bytes[..length], peer);
        }
    });
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
    let (port, (scratch, hosts)) = (server(), hosts("trace"));
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
