//! The modules of a crate, and what each file imports.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use proc_macro2::{TokenStream, TokenTree};

use super::tokens::{DEFINING, Use, file_of, is, is_test_only, item, uses};

/// Each file's imports: the files, and the names that it takes from each.
pub(super) type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Gives the text of a file, if there is one.
type Read<'r> = dyn Fn(&str) -> Option<String> + 'r;

/// A crate.
pub(super) struct Crate<'r> {
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

/// The target of a path.
#[derive(Clone, Copy)]
enum Place {
    Module(usize),
    /// An item that this module defines.
    Item(usize),
}

impl<'r> Crate<'r> {
    /// Reads the file of the root and those of all its modules.
    pub(super) fn read(root: &str, read: &'r Read<'r>) -> Result<Self> {
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
    pub(super) fn imports(&self) -> Imports {
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

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}
