//! The Markdown files of this repository: their links lead to files, and their programs are
//! compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Markdown file that git knows, with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .current_dir(root())
        .args(["ls-files", "*.md"])
        .output()
        .expect("git lists files");
    let listed = String::from_utf8(listed.stdout).expect("paths are UTF-8");
    let read = |name: &str| {
        let path = root().join(name);
        let text = fs::read_to_string(&path).expect("a listed file is there");
        (path, text)
    };
    let documents: Vec<_> = listed.lines().map(read).collect();
    assert!(!documents.is_empty());
    documents
}

/// Returns the targets of links, between `](` and `)`, without fragments.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| {
        let link = rest.split(')').next()?;
        let path = link.split('#').next()?;
        (!path.is_empty() && !path.contains("://")).then_some(path)
    })
}

#[test]
fn relative_links_lead_to_files() {
    let mut broken = Vec::new();
    for (path, text) in documents() {
        let folder = path.parent().expect("a file has a folder");
        for link in links(&text).filter(|link| !folder.join(link).exists()) {
            broken.push(format!("{}: {link}", path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn programs_in_documents_equal_the_compiled_files() {
    let mut programs = 0;
    for (path, text) in documents() {
        for block in text.split("<!-- ").skip(1) {
            let program = ["rust", "c"].iter().find_map(|language| {
                let start = format!(" -->\n```{language}\n");
                block.split_once(&start)
            });
            let Some((file, block)) = program else {
                continue;
            };
            let (shown, _) = block.split_once("```").expect("a block ends");
            let compiled = fs::read_to_string(root().join(file)).expect("the file is there");
            assert_eq!(shown, compiled, "{} shows {file}", path.display());
            programs += 1;
        }
    }
    assert!(programs > 0, "no document names a program");
}

#[test]
fn page_of_the_runner_has_every_option() {
    let page = fs::read_to_string(root().join("docs/runner.md")).expect("there is a page");
    let options = options();
    assert!(options.len() > 20, "{options:?}");
    let missing: Vec<_> = options.iter().filter(|o| !page.contains(*o)).collect();
    assert!(missing.is_empty(), "docs/runner.md lacks {missing:?}");
}

/// The runner's options, each with the backtick before it. A field after `#[arg(long` is the option
/// of its name.
fn options() -> Vec<String> {
    let files = ["host/cli/src/args.rs", "host/cli/src/args/mod.rs"];
    let read = |file| fs::read_to_string(root().join(file)).unwrap_or_default();
    let source = files.map(read).concat();
    let fields = source.split("#[arg(long").skip(1).filter_map(|rest| {
        let field = rest.lines().nth(1)?.trim().split(':').next()?;
        field.rsplit(' ').next()
    });
    fields
        .map(|field| format!("`--{}", field.replace('_', "-")))
        .collect()
}

#[test]
fn readme_has_at_most_150_lines() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    assert!(readme.lines().count() <= 150);
}
