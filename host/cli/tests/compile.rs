//! `winsock-async compile`: what `run` makes of its files, and which it refuses.

#![cfg(unix)]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Output;

use support::{Scratch, assert_has, command, component, guest, refused, runner};
use winsock_async_tests::if_built;

/// Compiles a guest to a file of the test, and returns its path.
fn compiled(scratch: &Scratch, guest: &str) -> String {
    let path = scratch.path("guest.cwasm");
    let output = runner(&["compile", guest, "-o", &path]);
    succeeded(&output, "");
    path
}

#[track_caller]
fn succeeded(output: &Output, text: &str) {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    assert_eq!(output.stderr, b"", "{output:?}");
}

#[test]
fn compiled_guest_runs_like_its_source_and_uses_no_cache() {
    let scratch = Scratch::empty("compile-runs");
    let path = compiled(&scratch, &guest("lookup"));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for options in [&[][..], &["--timeout", "60s"]] {
        let output = command()
            .env("XDG_CACHE_HOME", scratch.path("cache"))
            .arg("run")
            .args(options)
            .args([&path, "proto:udp", "host:denied.example"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("proto:udp: udp (alias UDP) number 17\n"),
            "{text}"
        );
        assert!(text.contains("host:denied.example: WSAEACCES"), "{text}");
        assert_eq!(output.status.code(), Some(1), "{text}");
    }
    assert_eq!(scratch.names(), ["guest.cwasm"]);
}

#[test]
fn file_is_beside_the_guest_by_default() {
    let scratch = Scratch::empty("compile-beside");
    let guest = scratch.wat("guest.wasm", &component("i32.const 0"));
    succeeded(&runner(&["compile", &guest]), "");
    assert_eq!(scratch.names(), ["guest.cwasm", "guest.wasm"]);
    succeeded(&runner(&["run", &scratch.path("guest.cwasm")]), "");
    // A name says nothing about the content.
    let renamed = scratch.path("renamed");
    fs::rename(scratch.path("guest.cwasm"), &renamed).unwrap();
    succeeded(&runner(&["run", &renamed]), "");
}

#[test]
fn core_modules_and_guests_of_0_3_are_compiled_too() {
    let scratch = Scratch::empty("compile-kinds");
    let module = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    let path = compiled(&scratch, &scratch.wat("core.wasm", module));
    succeeded(&runner(&["run", &path]), "");
    let Some(p3) = if_built("lookups_0_3_0") else {
        return;
    };
    let path = compiled(&scratch, p3.to_str().unwrap());
    let output = runner(&["run", &path, "addresses", "denied.example"]);
    succeeded(&output, "name denied.example\nerror access-denied\n");
}

#[test]
fn compiled_guest_that_computes_is_stopped_in_time() {
    let scratch = Scratch::empty("compile-timeout");
    let endless = component("(loop $l (br $l)) i32.const 0");
    let path = compiled(&scratch, &scratch.wat("endless.wasm", &endless));
    let output = runner(&["run", "--timeout", "100ms", &path]);
    assert_eq!(output.status.code(), Some(124), "{output:?}");
}

#[test]
fn file_of_another_version_is_refused() {
    let scratch = Scratch::empty("compile-version");
    let path = compiled(&scratch, &scratch.wat("g.wasm", &component("i32.const 0")));
    let whole = fs::read(&path).unwrap();
    let version = format!("version {}", env!("CARGO_PKG_VERSION"));
    fs::write(
        &path,
        replaced(&whole, version.as_bytes(), b"version 0.0.9"),
    )
    .unwrap();
    let line = refused(&["run", &path]);
    let again = "run `winsock-async compile` again";
    assert_has(&line, &["guest.cwasm", "0.0.9 compiled it", again]);

    // wasmtime writes its major version behind its length.
    let newer = replaced(&whole, b"\x0248", b"\x0249");
    fs::write(&path, newer).unwrap();
    let line = refused(&["run", &path]);
    assert_has(&line, &["not for this runner", "version '49'", again]);
}

/// The bytes with the one `old` in them replaced by `new` of the same length.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut found = bytes.windows(old.len()).enumerate();
    let (at, _) = found.find(|(_, window)| *window == old).unwrap();
    assert!(!found.any(|(_, window)| window == old));
    let mut replaced = bytes.to_vec();
    replaced[at..at + new.len()].copy_from_slice(new);
    replaced
}

#[test]
fn file_that_is_not_whole_is_refused() {
    let scratch = Scratch::empty("compile-whole");
    let path = compiled(&scratch, &scratch.wat("g.wasm", &component("i32.const 0")));
    let whole = fs::read(&path).unwrap();
    for length in [39, 45, 60, 80, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let line = refused(&["run", &path]);
        assert_has(&line, &["guest.cwasm: it is not whole", "compile` again"]);
    }
    fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
    assert_has(&refused(&["run", &path]), &["guest.cwasm: it is not whole"]);
}

#[test]
fn file_that_is_only_named_so_is_refused() {
    let scratch = Scratch::empty("compile-named");
    let component = wat::parse_str(component("i32.const 0")).unwrap();
    for bytes in [&b""[..], b"text", b"\x7fELF", &component] {
        let line = refused(&["run", &scratch.file("guest.cwasm", bytes)]);
        let said = "`winsock-async compile` did not write it";
        assert_has(&line, &["guest.cwasm: its name says", said]);
    }
}

#[test]
fn file_that_others_can_write_is_refused() {
    let scratch = Scratch::empty("compile-writable");
    let path = compiled(&scratch, &scratch.wat("g.wasm", &component("i32.const 0")));
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let line = refused(&["run", &path]);
        assert_has(&line, &["guest.cwasm: ", "other users can write"]);
    }
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    succeeded(&runner(&["run", &path]), "");
    // What is said of a link is said of its file.
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    let link = scratch.path("link.cwasm");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_has(&refused(&["run", &link]), &["other users can write"]);
}

#[test]
fn file_of_another_user_is_refused() {
    let scratch = Scratch::empty("compile-owner");
    let path = compiled(&scratch, &scratch.wat("g.wasm", &component("i32.const 0")));
    if let Err(error) = chown(&path, Some(54321), None) {
        println!("!!! NOT TESTED: a compiled file of another user: chown: {error} !!!");
        return;
    }
    assert_has(
        &refused(&["run", &path]),
        &["guest.cwasm: ", "another user"],
    );
}

#[test]
fn code_from_a_pipe_is_refused() {
    let scratch = Scratch::empty("compile-pipe");
    let path = compiled(&scratch, &scratch.wat("g.wasm", &component("i32.const 0")));
    let mut cat = std::process::Command::new("cat");
    let mut cat = cat
        .arg(&path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut run = command();
    run.args(["run", "/dev/stdin"])
        .stdin(cat.stdout.take().unwrap());
    let output = run.output().unwrap();
    cat.wait().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let line = String::from_utf8(output.stderr).unwrap();
    assert_has(&line, &["/dev/stdin: ", "taken from a file alone"]);
}

// With little address space, a guest's memory is of another kind.
#[cfg(target_os = "linux")]
#[test]
fn file_for_other_settings_is_refused() {
    let scratch = Scratch::empty("compile-settings");
    let text = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    let path = compiled(&scratch, &scratch.wat("core.wasm", text));
    let run = command();
    let output = std::process::Command::new("prlimit")
        .arg(format!("--as={}", 8_u64 << 30))
        .arg(run.get_program())
        .args(["run", &path])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let line = String::from_utf8(output.stderr).unwrap();
    assert_has(
        &line,
        &["its code is not for this runner", "compile` again"],
    );
}

#[test]
fn what_cannot_be_compiled_is_refused() {
    let scratch = Scratch::empty("compile-refused");
    let guest = scratch.wat("g.wasm", &component("i32.const 0"));
    let path = compiled(&scratch, &guest);
    let line = refused(&["compile", &path]);
    assert_has(&line, &["guest.cwasm is compiled already"]);
    let library = scratch.wat("library.wasm", "(component)");
    assert_has(&refused(&["compile", &library]), &["is no command"]);
    let line = refused(&["compile", &guest, "-o", &scratch.path("none/guest.cwasm")]);
    assert_has(&line, &["cannot write", "none/guest.cwasm"]);
    assert!(!Path::new(&scratch.path("none")).exists());
    let line = refused(&["compile"]);
    assert_eq!(
        line,
        "no guest is given; try `winsock-async compile GUEST.wasm`"
    );
    let line = refused(&["compile", "--fast", &guest]);
    assert_has(&line, &["--fast", "try `winsock-async compile --help`"]);
}
