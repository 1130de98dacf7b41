//! Measures a large hosts file: a block list of 200,000 lines.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs, process};

use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{Lookup, Resolver};

use crate::figures::{median_of, per};

const LINES: usize = 200_000;
const ROUNDS: usize = 21;

/// Prints one figure a line: loading, and lookups beside glibc's on the same file.
pub(crate) fn measure() {
    let file = env::temp_dir().join(format!("winsock-bench-tables-{}", process::id()));
    let name = |i: usize| format!("host-{i}.ads.example.com");
    let text: String = (0..LINES)
        .map(|i| format!("0.0.0.0 {}\n", name(i)))
        .collect();
    fs::write(&file, &text).expect("a temporary file");

    let load = || {
        let builder = Tables::builder().hosts_file(&file);
        let builder = builder.services_text("").protocols_text("");
        builder.build().expect("valid lines")
    };
    let nanoseconds = median_of((0..ROUNDS).map(|_| {
        let begun = Instant::now();
        black_box(load());
        per(begun.elapsed(), LINES)
    }));
    println!("a line of {LINES}, loaded\t{nanoseconds:.0} ns");
    let speed = 1000.0 / nanoseconds;
    let verdict = if speed >= 2.0 { "met" } else { "MISSED" };
    println!("  million lines a second\t{speed:.1}\tat least 2\t{verdict}");

    let tables = load();
    for (what, names) in [
        (
            "a name of the file",
            (0..LINES).map(name).collect::<Vec<_>>(),
        ),
        (
            "another name",
            (0..LINES).map(|i| format!("other-{i}.test")).collect(),
        ),
    ] {
        let lookups: Vec<_> = names
            .into_iter()
            .map(|name| Lookup::HostByName(name.into()))
            .collect();
        let begun = Instant::now();
        for lookup in &lookups {
            black_box(tables.try_resolve(lookup));
        }
        println!("lookup of {what}\t{:.0} ns", per(begun.elapsed(), LINES));
    }
    match getent(&file, &name(LINES - 1)) {
        Some(nanoseconds) => {
            println!("getent, lookup of the last name\t{nanoseconds:.0} ns");
            println!("  for each line\t{:.0} ns", nanoseconds / LINES as f64);
        }
        None => println!("getent: this machine allows no mount namespace"),
    }
    // A file that stays is in the system's directory for temporary files.
    let _ = fs::remove_file(&file);
}

/// Nanoseconds of one lookup by glibc, with the file as `/etc/hosts`. `getent` reads the file for
/// each of its keys, so the time of its start is that of one key.
fn getent(file: &Path, name: &str) -> Option<f64> {
    const SCRIPT: &str = "mount --bind \"$0\" /etc/hosts && exec getent ahostsv4 \"$@\"";
    const KEYS: usize = 11;
    let run = |keys: usize| {
        let begun = Instant::now();
        let status = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT])
            .arg(file)
            .args(vec![name; keys])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.ok()?.success().then(|| begun.elapsed())
    };
    let (one, all) = (run(1)?, run(KEYS)?);
    Some(per(all.saturating_sub(one), KEYS - 1))
}
