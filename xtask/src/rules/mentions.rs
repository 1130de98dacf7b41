//! Where rules are named, and which of these places are tests.

use std::collections::BTreeSet;

use super::ids;
use super::outline::Outline;
use crate::error::Error;

/// A file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root, with slashes.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A place that names a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The id.
    pub id: String,
    /// The file, as in [`Source::path`].
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// Whether it is a comment of a test.
    pub is_test: bool,
    /// The function that it is in or before, if it can be told.
    pub function: Option<String>,
}

/// Every place that names a rule. What is a test:
///
/// - files called `tests.rs`, and all files in directories called `tests`, `fuzz` or `loom`, guest
///   programs among them; of Rust the comments, of C all of it;
/// - of other Rust files, comments in modules called `tests` and in what is there in tests only, also
///   where that is a file of its own.
pub fn mentions(sources: &[Source]) -> Result<Vec<Mention>, Error> {
    let mut outlines = Vec::new();
    for source in sources {
        let outline = match source.path.ends_with(".rs") {
            true => Some(Outline::of(&source.text).map_err(|error| Error::Source {
                path: source.path.clone(),
                line: error.span().start().line,
            })?),
            false => None,
        };
        outlines.push((source, outline));
    }
    let modules: BTreeSet<String> = outlines
        .iter()
        .filter_map(|(source, outline)| Some((source, outline.as_ref()?)))
        .flat_map(|(source, outline)| {
            let module = |name| format!("{}/{name}", directory(&source.path));
            outline.test_modules.iter().map(module)
        })
        .collect();
    let of = |(source, outline): &(&Source, Option<Outline>)| {
        let whole = is_test_file(&source.path) || is_within(&modules, &source.path);
        of_source(source, outline.as_ref(), whole)
    };
    Ok(outlines.iter().flat_map(of).collect())
}

/// The places of one source; `whole` says that all of it is a test.
fn of_source(source: &Source, outline: Option<&Outline>, whole: bool) -> Vec<Mention> {
    let mention = |(place, id): (usize, &str)| Mention {
        id: id.to_owned(),
        path: source.path.clone(),
        line: source.text[..place].matches('\n').count() + 1,
        is_test: match outline {
            Some(outline) => outline.is_comment(place) && (whole || outline.is_test(place)),
            None => whole && source.path.ends_with(".c"),
        },
        // A program's file says more than its `main`.
        function: outline
            .and_then(|outline| outline.function(place))
            .filter(|name| *name != "main")
            .map(str::to_owned),
    };
    ids::find(&source.text).map(mention).collect()
}

/// Whether a file is a test by its name, or by that of a directory that it is in.
fn is_test_file(path: &str) -> bool {
    let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_test = |part| ["tests", "fuzz", "loom"].contains(&part);
    name == "tests.rs" || directories.split('/').any(is_test)
}

/// Whether a file is one of these modules, or in one.
fn is_within(modules: &BTreeSet<String>, path: &str) -> bool {
    let is_in = |rest: &str| rest == ".rs" || rest.starts_with('/');
    modules
        .iter()
        .any(|module| path.strip_prefix(module.as_str()).is_some_and(is_in))
}

/// The directory of the modules that a Rust file declares.
fn directory(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    ["/mod", "/lib", "/main"]
        .iter()
        .find_map(|root| stem.strip_suffix(root))
        .unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sources: &[(&str, &str)]) -> Vec<Mention> {
        let source = |(path, text): &(&str, &str)| Source {
            path: path.to_string(),
            text: text.to_string(),
        };
        mentions(&sources.iter().map(source).collect::<Vec<_>>()).unwrap()
    }

    /// The ids that these sources name in tests.
    fn tested(sources: &[(&str, &str)]) -> Vec<String> {
        let tests = found(sources).into_iter().filter(|m| m.is_test);
        tests.map(|m| m.id).collect()
    }

    const NAMED: &str = "/// S-A1\nfn f() {\n    // S-A2\n    g(\"S-A3\");\n}\n";

    #[test]
    fn whole_files_are_tests_by_their_names() {
        for path in [
            "tests.rs",
            "host/src/a/tests.rs",
            "host/tests/a.rs",
            "tests/guests/src/bin/a.rs",
            "fuzz/a.rs",
            "host/src/loom/a.rs",
        ] {
            assert_eq!(tested(&[(path, NAMED)]), ["S-A1", "S-A2"], "{path}");
        }
        for path in ["host/src/a.rs", "src/contests/a.rs", "host/src/my_tests.rs"] {
            assert_eq!(tested(&[(path, NAMED)]), [""; 0], "{path}");
        }
        assert_eq!(tested(&[("tests/a.c", "/* S-A1 */")]), ["S-A1"]);
        assert_eq!(
            tested(&[("tests/a.md", "S-A1"), ("src/a.c", "// S-A1")]),
            [""; 0]
        );
    }

    #[test]
    fn only_the_tests_of_a_source_count() {
        let text = "/// S-A1\nfn f() {} // S-A2\n#[cfg(test)]\nmod tests {\n    // S-A3\n    #[test]\n    \
            fn g() {\n        // S-A4\n    }\n}\n";
        let mentions = found(&[("host/src/a.rs", text)]);
        let seen: Vec<_> = mentions
            .iter()
            .map(|m| (m.id.as_str(), m.line, m.is_test, m.function.as_deref()))
            .collect();
        assert_eq!(
            seen,
            [
                ("S-A1", 1, false, Some("f")),
                ("S-A2", 2, false, Some("g")),
                ("S-A3", 5, true, Some("g")),
                ("S-A4", 8, true, Some("g")),
            ]
        );
    }

    #[test]
    fn a_module_of_tests_may_be_a_file_of_its_own() {
        let declared = "#[cfg(test)]\nmod model;\n";
        for (by, file) in [
            ("host/src/lib.rs", "host/src/model.rs"),
            ("host/src/a/mod.rs", "host/src/a/model/mod.rs"),
            ("host/src/a.rs", "host/src/a/model.rs"),
            ("host/src/a.rs", "host/src/a/model/b.rs"),
        ] {
            let sources = [(by, declared), (file, NAMED)];
            assert_eq!(tested(&sources), ["S-A1", "S-A2"], "{by} {file}");
            let sources = [(by, "mod model;"), (file, NAMED)];
            assert_eq!(tested(&sources), [""; 0], "{by} {file}");
        }
        let elsewhere = [("host/src/a.rs", declared), ("host/src/model.rs", NAMED)];
        assert_eq!(tested(&elsewhere), [""; 0]);
    }

    #[test]
    fn a_programs_main_is_no_name_of_a_test() {
        let mentions = found(&[("tests/a.rs", "//! S-A1\nfn main() {}")]);
        assert_eq!(mentions[0].function, None);
    }

    #[test]
    fn what_is_no_rust_is_an_error_with_its_line() {
        let sources = [Source {
            path: "a.rs".into(),
            text: "fn f() {}\n\"".into(),
        }];
        let error = mentions(&sources).unwrap_err();
        assert_eq!(error.to_string(), "a.rs:2: this is not Rust");
    }
}
