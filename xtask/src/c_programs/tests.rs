//! Builds C programs with a script as the compiler.

use std::cell::RefCell;
use std::env;

use super::*;
use crate::clang::Clang;

/// Logs the name of the module, and fails for sources with `#error`.
const COMPILER: &str = r#"#!/bin/sh
for word; do
    case $word in
        --version) exec echo "$0 1.0" ;;
        *.c) source=$word ;;
    esac
    output=$word
done
echo "${output##*/}" >> "${0%/*}/made"
! grep -q '#error' "$source" && cp "$source" "$output"
"#;

/// A workspace in a directory that is removed when this is dropped.
struct Scratch {
    workspace: Workspace,
    sdk: Sdk,
}

impl Scratch {
    fn new(name: &str) -> Scratch {
        let root = env::temp_dir().join(format!("xtask-c-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let sdk = Sdk {
            clang: Clang {
                program: "sh".into(),
                options: vec![root.join("cc").into()],
            },
            include: root.join("include"),
            library: root.join("lib/libws2_32.a"),
        };
        let scratch = Scratch {
            workspace: Workspace::new(root, "cargo"),
            sdk,
        };
        scratch.write("include/winsock2.h", "");
        scratch.write("lib/libws2_32.a", "");
        scratch.write("tests/c/a.c", "");
        scratch.write("examples/c/b.c", "");
        scratch.write("cc", COMPILER);
        scratch
    }

    fn write(&self, name: &str, text: &str) {
        publish::replace(&self.workspace.root().join(name), text.as_bytes()).unwrap();
    }

    /// The modules that a build makes, in order, and its last message.
    fn build(&self) -> (Vec<String>, Result<String, String>) {
        let log = self.workspace.root().join("made");
        let _ = fs::remove_file(&log);
        let said = RefCell::new(String::new());
        let say = |line: &str| *said.borrow_mut() = line.to_owned();
        let built = build_with(&self.workspace, &self.sdk, say);
        let made = fs::read_to_string(log).unwrap_or_default();
        let mut made: Vec<String> = made.lines().map(|line| line.replace("-new", "")).collect();
        made.sort();
        let result = built.map(|()| said.take());
        (made, result.map_err(|error| format!("{error:#}")))
    }

    /// The modules that exist.
    fn there(&self) -> Vec<String> {
        let files = publish::files(&self.workspace.c_guests(), "wasm").unwrap();
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        files.iter().map(name).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.workspace.root());
    }
}

const TEST: [&str; 4] = ["a.c17.wasm", "a.c89.wasm", "a.c99.wasm", "a.cpp17.wasm"];
const ALL: [&str; 5] = [TEST[0], TEST[1], TEST[2], TEST[3], "b.wasm"];

#[test]
fn tests_are_built_in_each_standard_and_examples_once() {
    let scratch = Scratch::new("all");
    let (made, said) = scratch.build();
    assert_eq!(made, ALL);
    assert_eq!(said, Ok("Compiling 5 of 5 C programs".into()));
    assert_eq!(scratch.there(), ALL);
}

#[test]
fn unchanged_program_is_not_built_again() {
    let scratch = Scratch::new("changes");
    scratch.build().1.unwrap();
    assert_eq!(scratch.build().0, [""; 0]);
    scratch.write("tests/c/a.c", "changed");
    assert_eq!(scratch.build().0, TEST);
    scratch.write("tests/c/check.h", "new");
    assert_eq!(scratch.build().0, TEST);
    for common in ["include/winsock2.h", "lib/libws2_32.a"] {
        scratch.write(common, "changed");
        assert_eq!(scratch.build().0, ALL, "{common}");
    }
    fs::remove_file(scratch.workspace.c_guests().join("b.wasm")).unwrap();
    assert_eq!(scratch.build().0, ["b.wasm"]);
    assert_eq!(scratch.build().0, [""; 0]);
}

#[test]
fn module_without_a_source_is_removed() {
    let scratch = Scratch::new("stale");
    scratch.build().1.unwrap();
    fs::remove_file(scratch.workspace.root().join("tests/c/a.c")).unwrap();
    let (made, said) = scratch.build();
    assert_eq!((made.len(), scratch.there()), (0, vec!["b.wasm".into()]));
    assert!(said.unwrap().contains("a.cpp17.wasm removed"));
}

#[test]
fn program_that_does_not_compile_fails_the_build_and_not_the_others() {
    let scratch = Scratch::new("refused");
    scratch.write("tests/c/c.c", "#error");
    let refused = "4 of 9 C programs were not built; the compiler's messages are above";
    let (made, said) = scratch.build();
    assert_eq!((made.len(), said), (9, Err(refused.into())));
    assert_eq!(scratch.there(), ALL);
    // A refused source is compiled again in each build.
    assert_eq!(scratch.build().0.len(), 4);
    // The old module of a refused source is removed.
    scratch.write("tests/c/a.c", "#error");
    scratch.build().1.unwrap_err();
    assert_eq!(scratch.there(), ["b.wasm"]);
}
