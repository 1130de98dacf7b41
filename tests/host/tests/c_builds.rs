//! Compiles and links C programs as the builds of real programs do.
//!
//! They have each kind of entry, an old or a new C library, and the libraries of Windows. A call of
//! a socket is refused.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use winsock_async_tests::{End, Kind, Program, lookups};

/// Debian's compiler, or that of wasi-sdk, for WASI preview 1, as `cargo xtask` chooses it.
fn clang() -> Command {
    match env::var_os("WASI_SDK_PATH").filter(|path| !path.is_empty()) {
        Some(sdk) => {
            let mut clang = Command::new(Path::new(&sdk).join("bin/clang"));
            clang.arg("--target=wasm32-wasip1");
            clang
        }
        None => {
            let mut clang = Command::new("/usr/bin/clang-22");
            clang.args(["-Wno-deprecated", "--target=wasm32-wasi", "--sysroot=/usr"]);
            clang
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A compiler that finds the headers of the SDK.
fn compiler() -> Command {
    let mut clang = clang();
    clang.args(["-Wall", "-Wextra", "-Werror", "-I"]);
    clang.arg(root().join("target/sdk/include"));
    clang
}

/// A compiler that finds the libraries of the SDK too.
fn linker() -> Command {
    let mut clang = compiler();
    clang.arg("-L").arg(root().join("target/sdk/lib"));
    clang
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("a compiler");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{messages}");
}

/// The directory of the modules of a test.
fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&directory).expect("a directory");
    directory
}

/// Runs a module with these arguments, and checks that it ends with status 0.
fn passes(module: &Path, arguments: &[&str]) {
    let (lookups, _) = lookups();
    // The guests' directory does not count before an absolute path.
    let name = module.with_extension("");
    let program = Program::load(name.to_str().expect("a name")).expect("a module");
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    let run = program.with_args(arguments).run(&lookups, Kind::Sync);
    let end = run.expect("a program that starts").end;
    assert!(
        matches!(end, End::Returned),
        "{}: {end:?}",
        module.display()
    );
}

/// The C library and start code of rustup's target, which are newer than Debian's, as options.
fn newer_library() -> Option<Vec<String>> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(sysroot.expect("rustc").stdout).expect("a path");
    let library = Path::new(sysroot.trim()).join("lib/rustlib/wasm32-wasip1/lib/self-contained");
    let mut builtins = clang();
    let builtins = builtins.arg("--print-libgcc-file-name").output();
    let builtins = String::from_utf8(builtins.expect("clang").stdout).expect("a path");
    if !library.exists() {
        eprintln!("not tested: there is no target wasm32-wasip1 with a newer C library");
        return None;
    }
    Some(vec![
        "-nostdlib".into(),
        library.join("crt1-command.o").display().to_string(),
        "-lws2_32".into(),
        library.join("libc.a").display().to_string(),
        builtins.trim().into(),
    ])
}

/// The entries: each a function that returns 0 if it got `one` and `two words`.
const ENTRIES: [(&str, &str); 9] = [
    ("main_void", "int main(void) { return 0; }"),
    (
        "main",
        "int main(int argc, char **argv) { return !(argc == 3 && !strcmp(argv[2], \"two words\") && !argv[3]); }",
    ),
    (
        "main_environment",
        "int main(int argc, char **argv, char **environment) {
             return !(argc == 3 && !strcmp(argv[2], \"two words\") && environment && !*environment); }",
    ),
    (
        "win_main",
        "int PASCAL WinMain(HINSTANCE instance, HINSTANCE previous, LPSTR line, int show) {
             return !(instance && !previous && show && !strcmp(line, \"one \\\"two words\\\"\")); }",
    ),
    (
        "wide_win_main",
        "int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR line, int show) {
             return !(instance && !previous && show && !wcscmp(line, L\"one \\\"two words\\\"\")); }",
    ),
    ("wide_main_void", "int wmain() { return 0; }"),
    (
        "wide_main",
        "int wmain(int argc, wchar_t *argv[]) { return !(argc == 3 && !wcscmp(argv[2], L\"two words\") && !argv[3]); }",
    ),
    (
        "wide_main_environment",
        "int wmain(int argc, wchar_t *argv[], wchar_t *environment[]) {
             return !(argc == 3 && !wcscmp(argv[2], L\"two words\") && environment && !*environment); }",
    ),
    (
        "generic_main",
        "int _tmain(int argc, TCHAR **argv) { return !(argc == 3 && !_tcscmp(argv[1], _T(\"one\"))); }",
    ),
];

#[test]
fn every_entry_gets_its_arguments_with_an_old_and_a_new_c_library() {
    let directory = directory("entries");
    let libraries = [Some(vec!["-lws2_32".into()]), newer_library()];
    for (name, entry) in ENTRIES {
        for (i, library) in libraries.iter().flatten().enumerate() {
            for (language, option) in [("c", "-DUNICODE"), ("cpp", "-std=c++17")] {
                let source = directory.join(format!("{name}.{language}"));
                let text = format!("#include <tchar.h>\n{entry}\n");
                fs::write(&source, text).expect("a source");
                let module = directory.join(format!("{name}-{i}-{language}.wasm"));
                let mut clang = linker();
                clang.arg(option).arg(&source).args(library);
                succeeds(clang.arg("-o").arg(&module));
                passes(&module, &["one", "two words"]);
            }
        }
    }
}

#[test]
fn entry_in_an_archive_of_the_program_is_linked() {
    let directory = directory("archived");
    let source = directory.join("entry.c");
    let text = "#include <windows.h>\n
        int PASCAL WinMain(HINSTANCE a, HINSTANCE b, LPSTR c, int d) { return !(a && !b && c && d); }";
    fs::write(&source, text).expect("a source");
    let object = directory.join("entry.o");
    succeeds(compiler().arg("-c").arg(&source).arg("-o").arg(&object));
    let module = directory.join("entry.wasm");
    let start = ["-Wl,--start-lib"];
    succeeds(
        linker()
            .args(start)
            .arg(&object)
            .args(["-Wl,--end-lib", "-lws2_32", "-o"])
            .arg(&module),
    );
    passes(&module, &[]);
}

#[test]
fn program_without_an_entry_does_not_link_and_the_message_says_why() {
    let directory = directory("none");
    let source = directory.join("none.c");
    fs::write(&source, "int none;\n").expect("a source");
    let mut clang = linker();
    let output = clang
        .arg(&source)
        .args(["-lws2_32", "-o"])
        .arg(directory.join("none.wasm"))
        .output();
    let output = output.expect("a compiler");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && messages.contains("this_program_has_no_main_or_WinMain"),
        "{messages}"
    );
}

#[test]
fn program_links_with_the_libraries_of_windows() {
    let directory = directory("libraries");
    let source = root().join("tests/c/addresses.c");
    for (i, libraries) in [
        "-lwsock32 -luser32 -lkernel32 -lgdi32 -ladvapi32",
        "-lws2_32 -lwinmm -lcomctl32 -lcomdlg32 -lshell32 -lole32 -loleaut32 -luuid",
        "-lmingw32 -lwsock32 -lws2_32 -lmswsock -lmsvcrt -liphlpapi -ldnsapi -lversion -lm",
        "-lkernel32 -luser32 -lgdi32 -lwinspool -ladvapi32 -lodbc32 -lodbccp32 -lWs2_32",
    ]
    .iter()
    .enumerate()
    {
        let module = directory.join(format!("{i}.wasm"));
        let mut clang = linker();
        clang
            .arg(&source)
            .args(libraries.split(' '))
            .arg("-o")
            .arg(&module);
        succeeds(&mut clang);
        passes(&module, &[]);
    }
}

#[test]
fn program_compiles_with_the_macros_of_windows() {
    let source = root().join("tests/c/habits.c");
    for options in [
        "-D_WIN32 -DWIN32 -D_WINDOWS -std=c89",
        "-D_WIN32 -D__WIN32__ -DWIN32_LEAN_AND_MEAN -std=gnu17",
        "-D_WIN32 -DWIN32 -DUNICODE -D_UNICODE -x c++ -std=c++98",
        "-D_WIN32 -DWIN32 -x c++ -std=c++20",
        "-D_WIN32 -fms-extensions -std=gnu99",
    ] {
        succeeds(
            compiler()
                .args(options.split(' '))
                .arg("-fsyntax-only")
                .arg(&source),
        );
    }
}

#[test]
fn cpp_library_compiles_with_win32() {
    let directory = directory("cpp");
    let source = directory.join("library.cpp");
    let text = "#include <string>\n#include <vector>\n#include <algorithm>\n#include <iostream>\n
        #include <functional>\n#include <map>\n#include <WinSock2.h>\n#ifndef _WIN32\n#error\n#endif\n
        int main() { std::vector<int> v{2, 1}; std::sort(v.begin(), v.end());
            std::cout << std::string(\"\"); return std::max(1, 2) - std::min(2, 3); }";
    fs::write(&source, text).expect("a source");
    let cpp = [
        "-D_WIN32",
        "-DWIN32",
        "-std=c++17",
        "-fno-exceptions",
        "-fsyntax-only",
    ];
    let mut probe = compiler();
    fs::write(directory.join("probe.cpp"), "#include <vector>\n").expect("a source");
    let probe = probe
        .arg("-fsyntax-only")
        .arg(directory.join("probe.cpp"))
        .output();
    if !probe.expect("a compiler").status.success() {
        eprintln!("not tested: there is no C++ library for wasm32");
        return;
    }
    succeeds(compiler().args(cpp).arg(&source));
}

#[test]
fn call_of_a_socket_does_not_compile_and_the_message_says_what_to_do() {
    let source = root().join("tests/c/refused/sockets.c");
    for options in ["-std=c89", "-std=c99", "-std=c17", "-x c++ -std=c++17"] {
        let mut clang = compiler();
        clang
            .args(options.split(' '))
            .args(["-fsyntax-only", "-Xclang", "-verify"]);
        succeeds(clang.arg(&source));
    }
}

#[test]
fn main_without_a_status_does_not_compile() {
    let source = root().join("tests/c/refused/main.c");
    for options in ["-std=c89", "-std=gnu89", "-std=c17", "-x c++ -std=c++17"] {
        let mut clang = compiler();
        clang.args(options.split(' '));
        let verify = [
            "-Xclang",
            "-verify",
            "-Xclang",
            "-verify-ignore-unexpected=note",
        ];
        succeeds(clang.arg("-fsyntax-only").args(verify).arg(&source));
    }
}
