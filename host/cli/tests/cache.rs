//! The compilation cache: when it is used, and what happens without it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use support::{Scratch, command, component};

/// Runs a guest with its cache and its settings in the test's directory.
fn run(scratch: &Scratch, options: &[&str], guest: &str) -> Output {
    command()
        .env("XDG_CACHE_HOME", scratch.path("cache"))
        .env("XDG_CONFIG_HOME", scratch.path("config"))
        .arg("run")
        .args(options)
        .arg(guest)
        .output()
        .unwrap()
}

#[track_caller]
fn assert_status(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert_eq!(output.stderr, b"", "{output:?}");
}

/// The files of compiled code below a directory.
fn compiled(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.unwrap().path()).flat_map(|path| {
        if path.is_dir() {
            compiled(&path)
        } else {
            vec![path]
        }
    });
    // Statistics of a file's use have an extension.
    files.filter(|path| path.extension().is_none()).collect()
}

#[test]
fn a_second_run_takes_the_code_from_the_cache() {
    let scratch = Scratch::empty("cache-second");
    let cache = scratch.path("cache");
    let success = scratch.wat("success.wasm", &component("i32.const 0"));
    let failure = scratch.wat("failure.wasm", &component("i32.const 1"));
    assert_status(&run(&scratch, &[], &success), 0);
    let first = compiled(cache.as_ref());
    assert_status(&run(&scratch, &[], &failure), 1);
    let both = compiled(cache.as_ref());
    let second: Vec<_> = both.iter().filter(|file| !first.contains(file)).collect();
    let ([first], [second]) = (&first[..], &second[..]) else {
        panic!("not one file for each guest: {first:?}, {both:?}");
    };
    // With the other guest's code in its file, a guest ends as the other does.
    fs::copy(second, first).unwrap();
    assert_status(&run(&scratch, &[], &success), 1);
    assert_status(&run(&scratch, &["--no-cache"], &success), 0);
}

#[test]
fn damaged_code_is_compiled_anew() {
    let scratch = Scratch::empty("cache-damaged");
    let guest = scratch.wat("guest.wasm", &component("i32.const 0"));
    assert_status(&run(&scratch, &[], &guest), 0);
    let cache = scratch.path("cache");
    let files = compiled(cache.as_ref());
    assert_eq!(files.len(), 1, "{files:?}");
    let whole = fs::read(&files[0]).unwrap();
    for damaged in [&b""[..], b"damaged", &whole[..whole.len() / 2]] {
        fs::write(&files[0], damaged).unwrap();
        assert_status(&run(&scratch, &[], &guest), 0);
        assert_eq!(fs::read(&files[0]).unwrap(), whole);
    }
}

#[test]
fn without_the_cache_no_file_is_written() {
    let scratch = Scratch::empty("cache-none");
    let guest = scratch.wat("guest.wasm", &component("i32.const 0"));
    assert_status(&run(&scratch, &["--no-cache"], &guest), 0);
    assert!(!Path::new(&scratch.path("cache")).exists());
}

#[test]
fn a_guest_runs_without_a_cache_that_cannot_be_used() {
    let scratch = Scratch::empty("cache-unusable");
    let guest = scratch.wat("guest.wasm", &component("i32.const 0"));
    // A file is where the directory should be.
    scratch.file("cache", b"");
    assert_logged(&scratch, &guest);
}

#[test]
fn a_guest_runs_without_a_cache_whose_settings_are_malformed() {
    let scratch = Scratch::empty("cache-settings");
    let guest = scratch.wat("guest.wasm", &component("i32.const 0"));
    fs::create_dir_all(scratch.path("config/wasmtime")).unwrap();
    let settings = "[cache]\n\"no\u{202e}such\" = 1\n";
    scratch.file("config/wasmtime/config.toml", settings.as_bytes());
    assert_logged(&scratch, &guest);
}

/// The log has a warning of one line, without format characters. Without a log the runner writes
/// nothing.
#[track_caller]
fn assert_logged(scratch: &Scratch, guest: &str) {
    assert_status(&run(scratch, &[], guest), 0);
    let output = run(scratch, &["--log", "warn"], guest);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("WARN"), "{text}");
    assert!(
        text.contains("running without the compilation cache: "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}
