//! Runs the programs of `tests/c` and `tests/python` with the library that cargo built.
//!
//! Each C program runs with the address sanitizer, which also finds leaks, against the shared
//! library, and under valgrind against the static one.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a program needs that is linked with the static library.
const OF_SYSTEM: [&str; 3] = ["-lpthread", "-ldl", "-lm"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directory in which cargo puts the libraries before the tests run.
fn libraries() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    test.parent().expect("a test is in a directory").to_owned()
}

/// The shared library.
fn library() -> PathBuf {
    libraries().join("libwinsock_async.so")
}

/// Runs a command, or says that this machine lacks it.
fn output(command: &mut Command) -> Option<Output> {
    // Cargo's has the library of the last `cargo build` before that of this test.
    match command.env_remove("LD_LIBRARY_PATH").output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = command.get_program().to_string_lossy();
            println!("!!! NOT TESTED: winsock-async-capi: this machine has no {name} !!!");
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// Runs a command, which must succeed. None if this machine lacks it.
fn succeeds(command: &mut Command) -> Option<Output> {
    let output = output(command)?;
    let (out, err) = (&output.stdout, &output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    );
    Some(output)
}

/// Compiles a C program with every warning as an error. None if there is no compiler.
fn compile(source: &Path, name: &str, options: &[&str], libraries: &[&str]) -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g"]);
    gcc.args(options).arg("-I").arg(root().join("include"));
    gcc.arg(source).arg("-o").arg(&program).args(libraries);
    succeeds(&mut gcc)?;
    Some(program)
}

/// Runs a program of `tests/c` in both ways. It must succeed.
fn run(name: &str) {
    let source = root().join("tests/c").join(name).with_extension("c");
    let (directory, shared) = (libraries(), library());
    let archive = directory.join("libwinsock_async.a");
    let rpath = format!("-Wl,-rpath,{}", directory.display());
    let shown = shared.display().to_string();

    let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let needed = [&*shown, &rpath, "-lpthread", "-ldl"];
    let checked = format!("{name}.checked");
    if let Some(program) = compile(&source, &checked, &sanitizers, &needed) {
        let mut command = Command::new(program);
        succeeds(command.arg(&shared).env("ASAN_OPTIONS", "detect_leaks=1"));
    }

    let archive = archive.display().to_string();
    let mut needed = vec![&*archive];
    needed.extend(OF_SYSTEM);
    if let Some(program) = compile(&source, &format!("{name}.static"), &[], &needed) {
        // Not linked with the shared library, so that `dlclose` could unload that.
        succeeds(Command::new(&program).arg(&shown));
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
        // No thread runs for long while the others wait.
        valgrind.args(["--fair-sched=yes", "--errors-for-leak-kinds=definite"]);
        succeeds(valgrind.arg(&program));
    }
}

macro_rules! programs {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[test]
            fn $test() {
                run($name);
            }
        )*

        #[test]
        fn every_program_has_a_test() {
            let mut names = vec![$($name),*];
            names.sort();
            let entries = fs::read_dir(root().join("tests/c")).expect("the programs");
            let paths = entries.map(|entry| entry.expect("an entry").path());
            let mut sources: Vec<_> = paths
                .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
                .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect();
            sources.sort();
            assert_eq!(sources, names);
        }
    };
}

programs! {
    each_query_has_its_answer_while_requests_overlap: "queries",
    cancel_in_each_state_returns_what_the_rules_say: "cancel",
    descriptor_is_readable_while_completions_can_be_taken: "descriptor",
    callback_comes_once_for_each_time_and_from_another_thread: "callback",
    wrong_use_is_an_error_and_writes_nothing: "wrong_use",
    engines_sessions_and_the_library_end_with_requests_pending: "ends",
    thousand_requests_of_each_of_four_threads_complete_or_are_cancelled: "thousand",
    connections_are_judged_by_the_policy_and_by_answers: "connections",
}

#[test]
fn example_prints_what_the_policy_allows() {
    let (directory, shared) = (libraries(), library().display().to_string());
    let rpath = format!("-Wl,-rpath,{}", directory.display());
    let source = root().join("examples/lookups.c");
    let Some(program) = compile(&source, "lookups", &[], &[&shared, &rpath]) else {
        return;
    };
    let mut command = Command::new(program);
    let output = succeeds(command.args(["localhost", "www.example.org"])).expect("it was made");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort();
    assert_eq!(lines[0], "localhost: localhost 127.0.0.1");
    assert_eq!(lines[1], "www.example.org: WSAEACCES: the policy denies it");
    assert_eq!(lines.len(), 2);
}

#[test]
fn example_ends_with_the_error_if_no_completion_can_be_taken() {
    let (directory, shared) = (libraries(), library().display().to_string());
    let failing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing_take.c");
    let text = "#include <stdlib.h>\n\
        int __wrap_winsock_async_session_take(void);\n\
        int __wrap_winsock_async_session_take(void) {\n\
        static int calls;\n\
        if (calls++) abort();\n\
        return 12;\n\
        }\n";
    fs::write(&failing, text).expect("a file");
    let (failing, source) = (
        failing.display().to_string(),
        root().join("examples/lookups.c"),
    );
    let wrap = "-Wl,--wrap=winsock_async_session_take";
    let rpath = format!("-Wl,-rpath,{}", directory.display());
    let needed = [&*failing, wrap, &*shared, &*rpath];
    let Some(program) = compile(&source, "lookups.failing", &[], &needed) else {
        return;
    };
    let output = output(Command::new(program).arg("localhost")).expect("it was made");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        errors,
        "no completion: the library has a fault: it panicked\n"
    );
}

/// Python with the standard library alone, by ctypes.
#[test]
fn python_looks_up_cancels_and_is_woken() {
    let mut python = Command::new("python3");
    let program = root().join("tests/python/lookups.py");
    if let Some(output) = succeeds(python.arg(program).arg(library())) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "6 tests passed\n");
    }
}

#[test]
fn header_alone_compiles_without_a_warning_as_c_and_as_cpp() {
    for (compiler, language, standards) in [
        ("gcc", "c", ["-std=c99", "-std=c11", "-std=gnu17"]),
        ("g++", "c++", ["-std=c++11", "-std=c++17", "-std=c++20"]),
    ] {
        for standard in standards {
            let mut command = Command::new(compiler);
            command.args([standard, "-Wpedantic", "-Wall", "-Wextra", "-Werror"]);
            command.args(["-fsyntax-only", "-x", language]);
            succeeds(command.arg(root().join("include/winsock_async.h")));
        }
    }
}

#[test]
fn cpp_program_links_with_both_libraries() {
    let (directory, shared) = (libraries(), library());
    let (temporary, source) = (
        Path::new(env!("CARGO_TARGET_TMPDIR")),
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("linked.cpp"),
    );
    // A header of the host's declares a type without the library's.
    let text = "struct winsock_async_completion_t;\n\
        void print(const struct winsock_async_completion_t *completion);\n\
        #include <winsock_async.h>\n\
        int main() { return winsock_async_abi() == WINSOCK_ASYNC_ABI ? 0 : 1; }\n";
    fs::write(&source, text).expect("a file");
    let archive = directory.join("libwinsock_async.a");
    for (name, library) in [("linked.shared", &shared), ("linked.static", &archive)] {
        let program = temporary.join(name);
        let mut compiler = Command::new("g++");
        compiler.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I"]);
        compiler.arg(root().join("include")).arg(&source);
        compiler
            .arg(library)
            .args(OF_SYSTEM)
            .arg("-o")
            .arg(&program);
        compiler.arg(format!("-Wl,-rpath,{}", directory.display()));
        if succeeds(&mut compiler).is_some() {
            succeeds(&mut Command::new(program));
        }
    }
}

#[test]
fn library_exports_the_functions_of_the_header_and_nothing_else() {
    let mut nm = Command::new("nm");
    nm.args(["--dynamic", "--defined-only", "--format=posix"]);
    let Some(output) = succeeds(nm.arg(library())) else {
        return;
    };
    let text = String::from_utf8(output.stdout).expect("text");
    let mut exported: Vec<_> = text
        .lines()
        .map(|line| line.split(' ').next().expect("a name"))
        .collect();
    exported.sort_unstable();
    let header = fs::read_to_string(root().join("include/winsock_async.h")).expect("a header");
    let mut declared: Vec<_> = header
        .lines()
        .filter(|line| !line.starts_with(" *"))
        .filter_map(|line| line.split_once('(')?.0.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("winsock_async_"))
        .collect();
    declared.sort_unstable();
    assert!(declared.len() > 20, "{declared:?}");
    assert_eq!(exported, declared);
}
