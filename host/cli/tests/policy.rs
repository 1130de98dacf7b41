//! The runner's policy: hosts that a guest may look up, and addresses in answers.

mod support;

use support::{Scratch, guest, runner};

/// A host on a private network, a public host, and a name that someone points at loopback.
const HOSTS: &str = "10.0.0.7 printer.test\n\
                     93.184.216.34 www.test\n\
                     127.0.0.1 evil.test localhost\n";

/// The guest's line for each of these hosts.
fn looked_up(test: &str, options: &[&str], hosts: &[&str]) -> Vec<String> {
    let scratch = Scratch::new(&format!("policy-{test}"));
    let table = scratch.file("hosts", HOSTS.as_bytes());
    let guest = guest("lookup");
    let args = [&["run", "--hosts", &table], options, &[&guest], hosts].concat();
    let output = runner(&args);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[track_caller]
fn assert_are(lines: &[String], parts: &[&str]) {
    assert_eq!(lines.len(), parts.len(), "{lines:?}");
    for (line, part) in lines.iter().zip(parts) {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
}

// S-R16: an allowed name may point at the embedder's private network.
#[test]
fn a_private_address_is_removed_unless_allowed() {
    let hosts = ["host:www.test", "host:printer.test", "host:evil.test"];
    let got = looked_up("default", &["--allow", "*.test"], &hosts);
    assert_are(&got, &["93.184.216.34", "WSAEACCES", "WSAEACCES"]);
    let got = looked_up("all", &["--allow-all"], &hosts);
    assert_are(&got, &["93.184.216.34", "WSAEACCES", "WSAEACCES"]);
    let got = looked_up("private", &["--allow-all", "--allow-private"], &hosts);
    assert_are(&got, &["93.184.216.34", "10.0.0.7", "127.0.0.1"]);
    let options = ["--allow-all", "--allow-answers", "10.0.0.0/24"];
    let got = looked_up("some", &options, &hosts);
    assert_are(&got, &["93.184.216.34", "10.0.0.7", "WSAEACCES"]);
    let options = ["--allow-all", "--deny-answers", "93.184.0.0/16"];
    assert_are(&looked_up("fewer", &options, &hosts[..1]), &["WSAEACCES"]);
}

#[test]
fn localhost_is_loopback_without_an_option_for_answers() {
    let got = looked_up("localhost", &["--allow", "localhost"], &["host:localhost"]);
    assert_are(&got, &["127.0.0.1"]);
}

// S-R16: what a file allows and what options allow add up.
#[test]
fn a_policy_file_adds_to_the_options() {
    let scratch = Scratch::new("policy-file");
    let file = scratch.file(
        "policy.toml",
        b"allow = ['printer.test', 'evil.test']\nallow-answers = ['10.0.0.0/24']\n",
    );
    let hosts = ["host:printer.test", "host:evil.test", "host:www.test"];
    let options = ["--policy", &file];
    let got = looked_up("only-file", &options, &hosts);
    assert_are(&got, &["10.0.0.7", "WSAEACCES", "WSAEACCES"]);
    let options = ["--policy", &file, "--allow", "www.test", "--allow-private"];
    let got = looked_up("both", &options, &hosts);
    assert_are(&got, &["10.0.0.7", "127.0.0.1", "93.184.216.34"]);
}
