//! `cargo xtask guests`: builds the guest programs to `target/guests/NAME.wasm`.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::cargo::{self, Program};
use crate::machine::ThisMachine;
use crate::process::say;
use crate::publish;
use crate::setup;
use crate::toolchain::{Product, Target, Toolchain};
use crate::workspace::Workspace;

/// The packages whose programs are guests.
const PACKAGES: [&str; 4] = [
    "winsock-async-example-guests",
    "winsock-async-test-guests",
    "winsock-async-bench-guest",
    "winsock-async-soak-guest",
];

/// Sets up the toolchain for guests, builds all guests, and returns the toolchain.
pub(crate) fn build(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = set_up()?;
    let _lock = publish::lock(workspace, say)?;
    let with = toolchain.describe(Target::Wasip2);
    say(&format!("Building guests with {with}"));
    let mut programs = BTreeMap::new();
    for package in PACKAGES {
        // One package at a time: built together, one would get the features of the others.
        let built = programs_of(workspace, toolchain, Product::Programs(package))?;
        ensure!(!built.is_empty(), "package {package} has no program");
        add(&mut programs, built)?;
    }
    let existing = publish::files(&workspace.guests(), "wasm")?;
    publish_all(workspace, programs, &existing)?;
    Ok(toolchain)
}

/// Finds or installs the toolchain for guests.
pub(crate) fn set_up() -> Result<Toolchain> {
    setup::set_up(&ThisMachine, Target::Wasip2, say)
}

/// Builds one example. The other guests stay.
pub(crate) fn build_example(workspace: &Workspace, toolchain: Toolchain, name: &str) -> Result<()> {
    let _lock = publish::lock(workspace, say)?;
    let [examples, ..] = PACKAGES;
    let built = programs_of(workspace, toolchain, Product::Program(examples, name))?;
    let mut programs = BTreeMap::new();
    add(&mut programs, built)?;
    publish_all(workspace, programs, &[])
}

fn programs_of(
    workspace: &Workspace,
    toolchain: Toolchain,
    product: Product<'_>,
) -> Result<Vec<Program>> {
    let environment = env::vars_os().map(|(name, _)| name);
    cargo::build(&mut toolchain.build_command(workspace, product, environment))
}

/// Copies programs to the directory where tests look for them, and removes files of `existing` that
/// are not among them.
fn publish_all(
    workspace: &Workspace,
    programs: BTreeMap<String, PathBuf>,
    existing: &[PathBuf],
) -> Result<()> {
    let file = |(name, built)| (format!("{name}.wasm").into(), built);
    let files = programs.into_iter().map(file).collect();
    publish::publish(&files, &workspace.guests(), existing, workspace, say)
}

/// Adds programs by name. Fails if a name is there already.
fn add(programs: &mut BTreeMap<String, PathBuf>, built: Vec<Program>) -> Result<()> {
    for Program { name, path } in built {
        let other = programs.insert(name.clone(), path);
        ensure!(
            other.is_none(),
            "two guest programs are called {name}; rename one"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_programs_of_one_name_are_refused() {
        let program = |name: &str| Program {
            name: name.into(),
            path: name.into(),
        };
        let mut programs = BTreeMap::new();
        add(&mut programs, vec![program("lookup")]).unwrap();
        let error = add(&mut programs, vec![program("other"), program("lookup")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "two guest programs are called lookup; rename one"
        );
    }
}
