//! `--resolver dns`: a guest with a name server on loopback, and malformed settings.
#![cfg(feature = "dns")]

mod support;

use std::process::Output;

use support::{Scratch, command, guest, runner, with_enough_time};
use winsock_async_dns_server::{Lie, Server};

/// Runs the example guest that looks `what` up.
fn lookup(options: &[&str], what: &str) -> Output {
    let guest = guest("lookup");
    let mut args = vec!["run", "--allow-all", "--allow-private"];
    args.extend(options);
    args.extend([&guest, what]);
    runner(&args)
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// Asserts that the runner refuses to start, in one line with these parts.
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
fn the_given_server_answers_a_guest() {
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

// S-R15: each kind of failure has its error code.
#[test]
fn a_guest_sees_the_error_of_each_kind_of_failure() {
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

#[test]
fn the_second_server_is_asked_if_the_first_is_down() {
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
fn malformed_lines_cause_warnings_and_the_rest_is_used() {
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

// S-R16: the policy judges each name that the search list makes.
#[test]
fn the_search_list_makes_no_name_that_is_not_allowed() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let scratch = Scratch::new("dns-search");
    let conf = scratch.file("resolv.conf", b"search x.test\noptions ndots:5\n");
    let looked_up = |allowed: &[&str]| {
        let dns = ["--resolver", "dns", "--dns-server", &address];
        let mut args = vec!["run", "--allow-private", "--resolv-conf", &conf];
        args.extend(dns.iter().chain(allowed));
        let guest = guest("lookup");
        args.extend([&*guest, "host:good.test"]);
        text(&runner(&args).stdout).to_owned()
    };
    let alone = looked_up(&["--allow", "good.test"]);
    assert!(alone.contains("192.0.2.1"), "{alone}");
    assert!(!alone.contains("x.test"), "{alone}");
    let both = looked_up(&["--allow", "good.test", "--allow", "*.x.test"]);
    assert!(both.contains("good.test.x.test"), "{both}");
}

// resolv.conf(5): the environment precedes the file.
#[test]
fn the_environment_counts_beside_a_file_of_settings() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let scratch = Scratch::new("dns-environment");
    let conf = b"search x.test\noptions ndots:1\n";
    let conf = scratch.file("resolv.conf", conf);
    let looked_up = |variables: &[(&str, &str)], name: &str| {
        let output = command()
            .envs(variables.iter().copied())
            .args(["run", "--allow-all", "--allow-private"])
            .args(["--resolver=dns", "--dns-server", &address])
            .args(["--resolv-conf", &conf])
            .args([&guest("lookup"), &format!("host:{name}")])
            .output()
            .unwrap();
        assert_eq!(text(&output.stderr), "");
        text(&output.stdout).to_owned()
    };
    for (variables, name, found) in [
        (&[][..], "good", "good.x.test "),
        (&[("LOCALDOMAIN", "y.test")], "good", "good.y.test "),
        (&[], "good.test", "good.test "),
        (
            &[("RES_OPTIONS", "ndots:2")],
            "good.test",
            "good.test.x.test ",
        ),
        (
            &[("LOCALDOMAIN", "y.test"), ("RES_OPTIONS", "ndots:2")],
            "good.test",
            "good.test.y.test ",
        ),
    ] {
        let said = looked_up(variables, name);
        assert!(said.contains(found), "{variables:?}: {said:?}");
    }
}

#[test]
fn unusable_settings_are_refused_in_one_line() {
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
fn tables_alone_ask_no_server() {
    let scratch = Scratch::new("dns-tables");
    let hosts = scratch.file("hosts", b"192.0.2.9 here.test\n");
    let options = ["--resolver", "tables", "--hosts", &hosts];
    let output = lookup(&options, "host:here.test");
    assert!(text(&output.stdout).contains("192.0.2.9"));
    let output = lookup(&options, "host:elsewhere.invalid");
    let said = [text(&output.stdout), text(&output.stderr)].concat();
    assert!(said.contains("WSAHOST_NOT_FOUND"), "{said}");
}

// The time-outs for this server add up to more than ten seconds.
#[test]
fn the_process_ends_without_waiting_for_a_silent_server() {
    let server = Server::start().unwrap();
    let address = server.address().to_string();
    let asked = |ms| {
        let timeout = format!("--timeout={ms}ms");
        let options = ["--resolver", "dns", "--dns-server", &address, &timeout];
        let output = lookup(&options, "host:silent.test");
        assert_eq!(output.status.code(), Some(124), "{}", text(&output.stderr));
        server.asked(Lie::Silent)
    };
    let asked = with_enough_time(asked, |asked| *asked > 0);
    // A process that waits for ten seconds sends the query more often.
    assert!(asked < 6, "{asked} queries");
}
