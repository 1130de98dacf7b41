//! The example runs, and prints the lines that its comments announce.

use std::process::Command;

#[test]
fn two_answers_come_and_the_cancelled_one_does_not() {
    let output = Command::new(env!("CARGO_BIN_EXE_embed-engine"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "1: printer.test is 192.0.2.7, aliases [\"printer\"]\n\
         2: http is port 80/tcp\n\
         0 outstanding, 1 cancelled\n"
    );
}
