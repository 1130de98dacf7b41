//! `--resolver dns`: a guest against a name server on loopback, and what is wrong with its settings.
#![cfg(feature = "dns")]

mod support;

use std::path::Path;
use std::process::Output;

use support::{Scratch, runner};
use winsock_async_dns_server::{Lie, Server};

/// The example guest that looks up what it is told to.
fn lookup(options: &[&str], what: &str) -> Output {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests/lookup.wasm");
    let guest = guest.to_str().unwrap();
    assert!(
        Path::new(guest).exists(),
        "there is no {guest}: run `cargo xtask guests` first"
    );
    let mut args = vec!["run", "--allow-all", "--allow-private"];
    args.extend(options);
    args.extend([guest, what]);
    runner(&args)
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// The one line of a refusal, which has these parts.
#[track_caller]
fn assert_refused(output: &Output, parts: &[&str]) {
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert_eq!(
        (line.lines().count(), &*output.stdout),
        (1, &b""[..]),
        "{line}"
    );
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
}

#[test]
fn a_guest_is_answered_by_the_server_that_is_given() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let options = ["--resolver", "dns", "--dns-server", &address];
    let output = lookup(&options, "host:chain.test");
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for part in ["link100.test", "chain.test", "192.0.2.1"] {
        assert!(said.contains(part), "no {part:?} in {said:?}");
    }
    assert_eq!(server.asked(Lie::Chain), 1);
    assert_eq!(output.stderr, b"");
}

// S-R15
#[test]
fn a_guest_sees_which_error_it_is() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let options = ["--resolver", "dns", "--dns-server", &address];
    for (name, error) in [
        ("host:nobody.test", "WSAHOST_NOT_FOUND"),
        ("host:nodata.test", "WSANO_DATA"),
        ("host:servfail.test", "WSATRY_AGAIN"),
        ("host:refused.test", "WSANO_RECOVERY"),
    ] {
        let output = lookup(&options, name);
        let said = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(said.contains(error), "no {error} in {said:?}");
    }
}

// The second server is asked where the first is not there.
#[test]
fn servers_are_asked_in_their_order() {
    let gone = Server::start().unwrap().address().to_string();
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let first = ["--resolver", "dns", "--dns-server", &gone];
    let both = [&first[..], &["--dns-server", &address]].concat();
    let output = lookup(&both, "host:good.test");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(server.asked(Lie::Good), 1);
}

#[test]
fn malformed_lines_are_warned_about_and_the_rest_is_used() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let scratch = Scratch::new("dns-warned");
    let conf = b"nameserver 1.2.3\nsearch nobody.test\nfrobnicate \x1b[31m\n";
    let conf = scratch.file("resolv.conf", conf);
    let options = [
        "--resolver",
        "dns",
        "--resolv-conf",
        &conf,
        "--dns-server",
        &address,
    ];
    let output = lookup(&options, "host:good");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stderr),
        format!(
            "winsock-async: warning: {conf}:1: `1.2.3` is not an address\n\
             winsock-async: warning: {conf}:3: `frobnicate` is not a setting\n"
        )
    );
    assert!(text(&output.stdout).contains("good.nobody.test"));
}

#[test]
fn settings_of_no_use_are_one_line() {
    let scratch = Scratch::new("dns-refused");
    let conf = scratch.file("resolv.conf", b"nameserver nobody\noptions ndots:1\n");
    let dns = ["--resolver", "dns", "--resolv-conf"];
    let output = lookup(&[&dns[..], &[&conf]].concat(), "host:good.test");
    let malformed = format!("{conf}:1: `nobody` is not an address");
    let none = "no line names a name server";
    assert_refused(&output, &[&malformed, none, "--dns-server"]);
    let none = scratch.path("no-such.conf");
    let output = lookup(&[&dns[..], &[&none]].concat(), "host:good.test");
    assert_refused(&output, &[&none, "cannot be read", "--dns-server"]);
    let output = lookup(&["--dns-server", "127.0.0.1"], "host:good.test");
    assert_refused(&output, &["--dns-server is for --resolver dns"]);
    let output = lookup(
        &["--resolver", "dns", "--dns-server", "a.test"],
        "host:x.test",
    );
    assert_refused(&output, &["'a.test'", "--dns-server", "192.0.2.1:53"]);
    let output = lookup(&["--resolver", "host"], "host:x.test");
    assert_refused(&output, &["'host'", "system, dns, tables"]);
}

#[test]
fn tables_alone_ask_nobody() {
    let scratch = Scratch::new("dns-tables");
    let hosts = scratch.file("hosts", b"192.0.2.9 here.test\n");
    let options = ["--resolver", "tables", "--hosts", &hosts];
    let output = lookup(&options, "host:here.test");
    assert!(text(&output.stdout).contains("192.0.2.9"));
    let output = lookup(&options, "host:elsewhere.invalid");
    let said = [text(&output.stdout), text(&output.stderr)].concat();
    assert!(said.contains("WSAHOST_NOT_FOUND"), "{said}");
}

// The end of the process does not wait for a server: the time-outs of this one come to ten seconds and more.
#[test]
fn a_silent_server_holds_up_no_end() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let options = [
        "--resolver",
        "dns",
        "--dns-server",
        &address,
        "--timeout",
        "0.5",
    ];
    let output = lookup(&options, "host:silent.test");
    assert_eq!(output.status.code(), Some(124), "{}", text(&output.stderr));
    assert_eq!(
        server.asked(Lie::Silent),
        1,
        "it was asked, and not yet again"
    );
}
