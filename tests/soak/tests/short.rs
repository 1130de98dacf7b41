//! A short soak, in a process of its own, whose memory and threads are looked at.

use std::path::Path;
use std::process::{Command, Output};

fn soak(guest: &str, args: &[&str]) -> Output {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    Command::new(env!("CARGO_BIN_EXE_soak"))
        .arg("--guest")
        .arg(guests.join(guest))
        .args(args)
        .output()
        .expect("the soak can be run")
}

// S-R6, S-C8: exactly one of completed and cancelled. S-S4, S-S7: nothing is left, however guests end.
// S-R17, S-C1, S-C2, S-C3, S-R2: by what the guests themselves check.
#[test]
fn every_request_is_accounted_for() {
    let output = soak("soak-guest.wasm", &["--requests", "50000", "--guests", "8"]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(
        shown.starts_with("soak --requests 50000 --guests 8 --seed 1\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("\nnothing lost, nothing twice\n"),
        "{shown}"
    );
    let count = |what: &str| {
        let line = shown.lines().find_map(|line| line.strip_prefix(what));
        let count = line.expect(what).trim().replace(',', "");
        count.parse::<u64>().expect("a number")
    };
    assert_eq!(count("requests "), 50_000);
    // It is no soak if one of these never happens.
    for what in [
        "  cleaned up",
        "  returned without",
        "  trapped",
        "  dropped in a call",
        "    with an answer",
        "    with an error",
        "  cancelled",
        "  gone with a clean-up",
        "  gone with their guest",
        "refused at the limit",
        "cancels that came too late (WSAEALREADY)",
        "cancels of no request (WSAEINVAL)",
    ] {
        assert!(count(what) > 0, "{what}: {shown}");
    }
}

// A guest that panics is told from one that traps because it was to.
#[test]
fn a_panic_of_a_guest_is_found() {
    let output = soak("trap.wasm", &["--requests", "1000", "--guests", "2"]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("\nFAILED: a guest of slot "), "{shown}");
    assert!(
        shown.contains("reported GoesOn, and ended as Trapped"),
        "{shown}"
    );
    assert!(shown.contains("on purpose"), "its message: {shown}");
}
