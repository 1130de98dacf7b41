//! A short soak, in its own process, because the soak checks the memory and the threads of the
//! process.

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

// S-R6, S-C8: a request either completes or is cancelled. S-S4, S-S7: no request outlives its
// guest. S-R17, S-C1, S-C2, S-C3, S-R2: the model in each guest checks these.
#[test]
fn a_soak_accounts_for_every_request() {
    let output = soak(
        "soak-guest.wasm",
        &["--requests", "50000", "--guests", "8", "--patience", "600"],
    );
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(
        shown.starts_with("soak --requests 50000 --guests 8 --seed 1\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("\nno request lost, no completion twice\n"),
        "{shown}"
    );
    let count = |what: &str| {
        let line = shown.lines().find_map(|line| line.strip_prefix(what));
        let count = line.expect(what).trim().replace(',', "");
        count.parse::<u64>().expect("a number")
    };
    assert_eq!(count("requests "), 50_000);
    // A soak must reach each of these.
    for what in [
        "  cleaned up",
        "  returned without a clean-up",
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

// A planned trap is reported before; a panic is not.
#[test]
fn a_guest_that_panics_fails_the_soak() {
    let output = soak("trap.wasm", &["--requests", "1000", "--guests", "2"]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("\nFAILED: a guest of slot "), "{shown}");
    assert!(
        shown.contains("reported GoesOn, and it ended as Trapped"),
        "{shown}"
    );
    assert!(shown.contains("on purpose"), "its message: {shown}");
}
