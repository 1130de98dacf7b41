//! `cargo xtask circles`: checks that no modules of a crate import each other, directly or through
//! others.
//!
//! A file imports another if it names an item that is defined there, in `use` or in a path;
//! re-exports are followed to the definition. Declaring a module and re-exporting what is below it
//! imports nothing, unless the file uses the re-exported name itself. Code that is compiled only
//! for tests is exempt.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::cargo;
use crate::process::say;
use crate::workspace::Workspace;

/// Each file's imports: the files, and the names that it takes from each.
type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Looks for circles in every crate of the workspace.
///
/// # Errors
/// There are circles. This prints them, with the names that each file imports.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let read = |file: &str| fs::read_to_string(workspace.root().join(file)).ok();
    let (mut crates, mut found) = (0, 0);
    for root in roots(workspace)? {
        crates += 1;
        for circle in circles(&Crate::read(&root, &read)?.imports()) {
            found += 1;
            say(&format!(
                "A circle of {} files:\n  {}",
                circle.0,
                circle.1.join("\n  ")
            ));
        }
    }
    ensure!(crates > 0, "cargo names no crate of the workspace");
    ensure!(
        found == 0,
        "{found} circles of imports; move the imported items into a module below"
    );
    say(&format!("No circle of imports in {crates} crates"));
    Ok(())
}

/// The root files of all libraries and programs.
fn roots(workspace: &Workspace) -> Result<Vec<String>> {
    let metadata = cargo::metadata(workspace)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests = ["test", "bench", "example"];
    let code = targets.filter(|target| !tests.iter().any(|kind| target["kind"][0] == *kind));
    let files = code.filter_map(|target| target["src_path"].as_str());
    let files = files.map(|file| workspace.relative(Path::new(file)).to_string_lossy());
    Ok(files.map(|file| file.replace('\\', "/")).collect())
}

/// Returns the circles: the number of files of each, and a line for each of its imports.
fn circles(imports: &Imports) -> Vec<(usize, Vec<String>)> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = imports
        .keys()
        .map(|file| (file.as_str(), reach(imports, file)))
        .collect();
    let mut circles = BTreeMap::new();
    for (file, reached_by_it) in &reached {
        let with: BTreeSet<&str> = reached_by_it
            .iter()
            .copied()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(file)))
            .collect();
        if !with.is_empty() {
            let lines = imports[*file]
                .iter()
                .filter(|(other, _)| with.contains(other.as_str()));
            let line = |(other, names): (&String, &BTreeSet<String>)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("{file} imports {other}: {}", names.join(", "))
            };
            let lines: Vec<String> = lines.map(line).collect();
            circles.entry(with).or_insert_with(Vec::new).extend(lines);
        }
    }
    circles
        .into_iter()
        .map(|(files, lines)| (files.len(), lines))
        .collect()
}

/// Returns the files that a file imports, directly or through others.
fn reach<'a>(imports: &'a Imports, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut left = vec![file];
    while let Some(file) = left.pop() {
        for other in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(other.as_str()) {
                left.push(other);
            }
        }
    }
    reached
}

/// Gives the text of a file, if there is one.
type Read<'r> = dyn Fn(&str) -> Option<String> + 'r;

/// A crate.
struct Crate<'r> {
    /// Its modules. The first is the root.
    modules: Vec<Module>,
    read: &'r Read<'r>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// The module that declares this one; the root declares itself.
    parent: usize,
    children: Vec<(String, usize)>,
    /// The items that it defines.
    items: BTreeSet<String>,
    /// All names in it outside of `use`.
    names: BTreeSet<String>,
    uses: Vec<Use>,
    /// Paths of two names or more outside of `use`.
    paths: Vec<Vec<String>>,
}

/// One name of a `use`.
struct Use {
    path: Vec<String>,
    /// The name, or none for `*`.
    name: Option<String>,
    public: bool,
}

/// The target of a path.
#[derive(Clone, Copy)]
enum Place {
    Module(usize),
    /// An item that this module defines.
    Item(usize),
}

impl<'r> Crate<'r> {
    /// Reads the file of the root and those of all its modules.
    fn read(root: &str, read: &'r Read<'r>) -> Result<Self> {
        let mut all = Crate {
            modules: Vec::new(),
            read,
        };
        let directory = root.rsplit_once('/').map_or("", |(directory, _)| directory);
        all.add(0, root.to_owned());
        all.file(0, directory)?;
        Ok(all)
    }

    /// Adds an empty module, and returns its number.
    fn add(&mut self, parent: usize, file: String) -> usize {
        let module = Module {
            file,
            parent,
            ..Module::default()
        };
        self.modules.push(module);
        self.modules.len() - 1
    }

    /// Reads a module's file; `directory` has the files of its children.
    fn file(&mut self, module: usize, directory: &str) -> Result<()> {
        let file = &self.modules[module].file;
        let text = (self.read)(file).with_context(|| format!("cannot read {file}"))?;
        let tokens: Result<TokenStream, _> = text.parse();
        let Ok(tokens) = tokens else {
            bail!("{file} is not Rust")
        };
        self.tokens(module, tokens, directory)
    }

    /// Reads a part of a module.
    fn tokens(&mut self, module: usize, tokens: TokenStream, directory: &str) -> Result<()> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut i, mut test_only, mut place) = (0, false, None);
        while i < tokens.len() {
            match &tokens[i..] {
                [hash, TokenTree::Group(attribute), ..] if is(hash, "#") => {
                    test_only |= is_test_only(&attribute.stream());
                    place = file_of(&attribute.stream()).or(place);
                    i += 2;
                }
                rest if test_only => {
                    i += item(rest);
                    test_only = false;
                }
                [keyword, TokenTree::Ident(name), end, ..] if is(keyword, "mod") => {
                    let name = name.to_string();
                    let below = join(directory, &name);
                    let file = self.modules[module].file.clone();
                    let child = self.add(module, file.clone());
                    self.modules[module].children.push((name, child));
                    if let TokenTree::Group(body) = end {
                        self.tokens(child, body.stream(), &below)?;
                    } else {
                        let beside = file.rsplit_once('/').map_or("", |(directory, _)| directory);
                        let (own, folder) = (format!("{below}.rs"), format!("{below}/mod.rs"));
                        let here = place.take().map(|place: String| join(beside, &place));
                        let found = here.unwrap_or(if (self.read)(&own).is_some() {
                            own
                        } else {
                            folder
                        });
                        self.modules[child].file = found;
                        self.file(child, &below)?;
                    }
                    i += 3;
                }
                [keyword, rest @ ..] if is(keyword, "use") => {
                    let end = rest
                        .iter()
                        .position(|token| is(token, ";"))
                        .unwrap_or(rest.len());
                    let before = tokens[..i]
                        .iter()
                        .rev()
                        .find(|token| !matches!(token, TokenTree::Group(_)));
                    let public = before.is_some_and(|token| is(token, "pub"));
                    uses(&rest[..end], &[], public, &mut self.modules[module].uses);
                    i += end + 2;
                }
                [TokenTree::Group(group), ..] => {
                    self.tokens(module, group.stream(), directory)?;
                    i += 1;
                }
                [TokenTree::Ident(name), rest @ ..] => {
                    let module = &mut self.modules[module];
                    let before = i.checked_sub(1).map(|before| &tokens[before]);
                    if before.is_some_and(|token| DEFINING.iter().any(|word| is(token, word))) {
                        module.items.insert(name.to_string());
                    }
                    let mut path = vec![name.to_string()];
                    let mut rest = rest;
                    while let [one, two, TokenTree::Ident(next), after @ ..] = rest
                        && is(one, ":")
                        && is(two, ":")
                    {
                        path.push(next.to_string());
                        rest = after;
                    }
                    module.names.insert(name.to_string());
                    i += 1;
                    if path.len() > 1 {
                        i += 3 * (path.len() - 1);
                        module.paths.push(path);
                    }
                }
                _ => i += 1,
            }
        }
        Ok(())
    }

    /// Returns the imports between the files of this crate.
    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (number, module) in self.modules.iter().enumerate() {
            let mut add = |to: usize, name: String| {
                let to = &self.modules[to].file;
                if *to != module.file {
                    let names = imports.entry(module.file.clone()).or_default();
                    names.entry(to.clone()).or_default().insert(name);
                }
            };
            for path in &module.paths {
                if let Some(Place::Item(to)) = self.resolve(number, path, 0) {
                    add(to, path.join("::"));
                }
            }
            for Use { path, name, public } in &module.uses {
                let to = match self.resolve(number, path, 0) {
                    Some(Place::Item(to)) => to,
                    Some(Place::Module(to)) if name.is_none() => to,
                    // The paths that begin with a module's name are imports.
                    _ => continue,
                };
                let used = name
                    .as_ref()
                    .is_some_and(|name| module.names.contains(name));
                if used || !public || !self.is_below(to, number) {
                    add(
                        to,
                        name.clone()
                            .unwrap_or_else(|| format!("{}::*", path.join("::"))),
                    );
                }
            }
        }
        imports
    }

    /// Returns the target of a path in a module, or none outside of this crate.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<Place> {
        let mut place = Place::Module(module);
        for (i, name) in path.iter().enumerate() {
            let Place::Module(module) = place else { break };
            place = match name.as_str() {
                "crate" => Place::Module(0),
                "self" => place,
                "super" => Place::Module(self.modules[module].parent),
                name => self.named(module, name, i == 0, depth)?,
            };
        }
        Some(place)
    }

    /// Returns the target of a name in a module. The first name of a path may also be another
    /// crate.
    fn named(&self, number: usize, name: &str, first: bool, depth: usize) -> Option<Place> {
        let module = &self.modules[number];
        if let Some((_, child)) = module.children.iter().find(|(child, _)| child == name) {
            return Some(Place::Module(*child));
        }
        // `use anyhow::anyhow` would lead to itself.
        if depth > 16 {
            return None;
        }
        if let Some(of) = module
            .uses
            .iter()
            .find(|of| of.name.as_deref() == Some(name))
        {
            return self.resolve(number, &of.path, depth + 1);
        }
        if module.items.contains(name) {
            return Some(Place::Item(number));
        }
        for glob in module.uses.iter().filter(|of| of.name.is_none()) {
            if let Some(Place::Module(of)) = self.resolve(number, &glob.path, depth + 1)
                && let found @ Some(_) = self.named(of, name, true, depth + 1)
            {
                return found;
            }
        }
        // A macro may define it.
        (!first).then_some(Place::Item(number))
    }

    /// Whether `module` is below `other`.
    fn is_below(&self, module: usize, other: usize) -> bool {
        let parent = self.modules[module].parent;
        module != 0 && (parent == other || self.is_below(parent, other))
    }
}

/// The keywords before the name of an item.
const DEFINING: [&str; 8] = [
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

/// Adds the names of a `use`, behind `prefix`.
fn uses(tokens: &[TokenTree], prefix: &[String], public: bool, found: &mut Vec<Use>) {
    for tree in tokens.split(|token| is(token, ",")) {
        let mut path = prefix.to_vec();
        let mut name = None;
        for (i, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                    uses(&tokens, &path, public, found);
                }
                TokenTree::Ident(_) if i > 0 && is(&tree[i - 1], "as") => {
                    name = Some(token.to_string());
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) if word != "as" => path.push(word.to_string()),
                _ => {}
            }
        }
        match tree.last() {
            Some(TokenTree::Ident(_)) => {
                let name = name.or_else(|| path.last().cloned());
                found.push(Use { path, name, public });
            }
            Some(star) if is(star, "*") => found.push(Use {
                path,
                name: None,
                public,
            }),
            _ => {}
        }
    }
}

/// Returns the number of tokens of an item, or of a field or other part of one.
fn item(tokens: &[TokenTree]) -> usize {
    let word = tokens
        .iter()
        .find(|token| matches!(token, TokenTree::Ident(word) if word != "pub"));
    let is_use = word.is_some_and(|word| is(word, "use"));
    let others = [
        "impl",
        "macro_rules",
        "mod",
        "unsafe",
        "use",
        "async",
        "extern",
        "let",
    ];
    let mut known = DEFINING.iter().chain(&others);
    let is_item = word.is_some_and(|word| known.any(|keyword| is(word, keyword)));
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_use,
        token => is(token, ";") || (is(token, ",") && !is_item),
    };
    tokens
        .iter()
        .position(is_end)
        .map_or(tokens.len(), |end| end + 1)
}

/// Whether an item with this attribute is compiled only for tests.
fn is_test_only(attribute: &TokenStream) -> bool {
    let text = attribute.to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let tests = ["test", "loom", "shuttle"];
    match words[0] {
        "test" => true,
        "cfg" => !words.contains(&"not") && words.iter().any(|word| tests.contains(word)),
        _ => false,
    }
}

/// The file that an attribute `path` names.
fn file_of(attribute: &TokenStream) -> Option<String> {
    let text = attribute.to_string();
    let file = text.strip_prefix("path")?.trim_start().strip_prefix('=')?;
    Some(file.trim().trim_matches('"').to_owned())
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let after =
            "#[cfg(test)] use crate::b::{X}; struct S { #[cfg(test)] a: A, y: crate::b::Y }";
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
}
