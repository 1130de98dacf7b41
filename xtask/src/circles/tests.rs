//! What imports what, in crates of a few lines.

use super::circles;
use super::modules::{Crate, Imports};

/// The imports of a crate with these files, of which the first is the root.
fn imports(files: &[(&str, &str)]) -> Imports {
    let read = |file: &str| {
        let found = files.iter().find(|(path, _)| *path == file);
        found.map(|(_, text)| (*text).to_owned())
    };
    Crate::read(files[0].0, &read).unwrap().imports()
}

/// The imports as lines `file > file: names`.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (from, to) in imports(files) {
        for (to, names) in to {
            let names: Vec<String> = names.into_iter().collect();
            lines.push(format!("{from} > {to}: {}", names.join(" ")));
        }
    }
    lines
}

const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b;");

#[test]
fn circle_is_reported_with_the_imported_names() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::{B, other};"),
        ("b.rs", "use super::c; fn f() { c::g() }"),
        ("c/mod.rs", "pub fn g() -> crate::a::A {}"),
        ("d.rs", "use crate::a::A;"),
    ];
    let lines = [
        "a.rs imports b.rs: B, other",
        "b.rs imports c/mod.rs: c::g",
        "c/mod.rs imports a.rs: crate::a::A",
    ];
    assert_eq!(
        circles(&imports(&files)),
        [(3, lines.map(str::to_owned).to_vec())]
    );
}

#[test]
fn crate_without_a_circle_reports_none() {
    let files = [
        ROOT,
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use std::fmt; use anyhow::anyhow;"),
    ];
    assert!(circles(&imports(&files)).is_empty());
}

#[test]
fn imports_are_found_in_every_form() {
    for code in [
        "use crate::b::X;",
        "use super::b::X as Y;",
        "use super::b::{self, X};",
        "use crate::{a, b::{self as c, X}};",
        "use crate::b; fn f() { b::X }",
        "use crate::b as c; type T = c::X;",
        "fn f() { assert!(crate::b::X > 0); }",
        "mod inner { use super::super::b::X; }",
        "#[derive(Debug)] pub struct S { x: crate::b::X }",
        "use crate::b::*;",
        "#[cfg(not(test))] use crate::b::X;",
        "pub use crate::b::X;",
    ] {
        let found = lines(&[ROOT, ("a.rs", code), ("b.rs", "pub struct X;")]);
        assert!(
            found.len() == 1 && found[0].starts_with("a.rs > b.rs"),
            "{code}: {found:?}"
        );
    }
}

#[test]
fn code_for_tests_and_names_in_comments_import_nothing() {
    for code in [
        "#[cfg(test)] use crate::b::X;",
        "#[cfg(test)] mod tests { use crate::b::X; }",
        "#[cfg(any(test, loom))] use crate::b::{X, Y};",
        "#[test] fn f<A, B>() { crate::b::X }",
        "struct S { #[cfg(test)] x: crate::b::X, y: u8 }",
        "/// [`crate::b::X`]\n fn f() {} // crate::b::X",
        "const A: &str = \"crate::b::X\";",
        "use crate::b;",
        "use other::b::X; use std::b::Y;",
        "pub(in crate::b) struct S;",
    ] {
        let found = lines(&[ROOT, ("a.rs", code), ("b.rs", "pub struct X;")]);
        assert_eq!(found, [""; 0], "{code}");
    }
    let after = "#[cfg(test)] use crate::b::{X}; struct S { #[cfg(test)] a: A, y: crate::b::Y }";
    assert_eq!(
        lines(&[ROOT, ("a.rs", after), ("b.rs", "")]),
        ["a.rs > b.rs: crate::b::Y"]
    );
}

#[test]
fn re_exports_are_followed_to_the_definition() {
    let child = ("a/child.rs", "use super::X; use crate::Y;");
    for parent in [
        "pub mod child; mod x; pub use x::X;",
        "pub mod child; mod x; pub(crate) use self::x::*;",
    ] {
        let root = ("lib.rs", "mod a; pub use a::x::Y;");
        let files = [
            root,
            ("a/mod.rs", parent),
            child,
            ("a/x.rs", "pub struct X; pub struct Y;"),
        ];
        assert_eq!(lines(&files), ["a/child.rs > a/x.rs: X Y"], "{parent}");
    }
}

#[test]
fn parent_that_uses_what_it_re_exports_imports_it() {
    let child = ("a.rs", "use super::f; pub struct X;");
    let quiet = [("lib.rs", "mod a; pub use a::X; pub fn f() {}"), child];
    assert_eq!(lines(&quiet), ["a.rs > lib.rs: f"]);
    let circle = [("lib.rs", "mod a; pub use a::X; pub fn f() -> X {}"), child];
    assert_eq!(lines(&circle), ["a.rs > lib.rs: f", "lib.rs > a.rs: X"]);
    assert_eq!(circles(&imports(&circle)).len(), 1);
}

#[test]
fn module_with_a_path_attribute_is_read_from_that_path() {
    let root = (
        "s/main.rs",
        "#[cfg(unix)] #[path = \"one.rs\"] mod sys; #[cfg(windows)] #[path = \"two.rs\"] mod sys; mod b;",
    );
    let files = [
        root,
        ("s/one.rs", "use crate::b::X;"),
        ("s/two.rs", "use crate::b::Y;"),
        ("s/b.rs", ""),
    ];
    assert_eq!(
        lines(&files),
        ["s/one.rs > s/b.rs: X", "s/two.rs > s/b.rs: Y"]
    );
}

#[test]
fn missing_file_is_an_error() {
    let read = |file: &str| (file == "lib.rs").then(|| "mod a;".to_owned());
    let error = Crate::read("lib.rs", &read).err().unwrap();
    assert_eq!(error.to_string(), "cannot read a/mod.rs");
}
