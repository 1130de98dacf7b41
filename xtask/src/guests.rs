//! `cargo xtask guests`: builds the guest programs to `target/guests/NAME.wasm`, and the provider.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::cargo::{self, Program};
use crate::foreign;
use crate::javascript;
use crate::machine::ThisMachine;
use crate::process::say;
use crate::provider;
use crate::publish;
use crate::setup::{self, Machine};
use crate::toolchain::{Product, Target, Toolchain};
use crate::workspace::Workspace;

/// The packages whose programs are guests.
const PACKAGES: [&str; 4] = [
    "winsock-async-example-guests",
    "winsock-async-test-guests",
    "winsock-async-bench-guest",
    "winsock-async-soak-guest",
];

/// The packages whose programs are core modules too, for hosts without components.
const MODULE_PACKAGES: [&str; 2] = [PACKAGES[0], PACKAGES[1]];
/// What a machine lacks that does not build them.
const MODULES: &str = "core-modules";

/// Packages that need rustup's target, each with its directory and the reason.
const WASI_PACKAGES: [(&str, &str, &str); 4] = [
    ("winsock-async-p3-guests", "tests/p3", P3),
    ("winsock-async-std-guests", "tests/wasi/std", SOCKETS),
    ("winsock-async-wasi-examples", "examples/wasi", SOCKETS),
    ("winsock-async-wasi-guests", "tests/wasi/guests", SOCKETS),
];
const SOCKETS: &str = "Debian's C library has no sockets; use rustup's target";
const P3: &str = "WASI 0.3 is built with rustup's target alone";

/// Sets up the toolchain for guests, builds all guests, and returns the toolchain.
pub(crate) fn build(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = set_up()?;
    let _lock = publish::lock(workspace, say)?;
    provider::build(workspace)?;
    let with = toolchain.describe(Target::Wasip2);
    say(&format!("Building guests with {with}"));
    let mut programs = BTreeMap::new();
    let mut missing = Vec::new();
    let mut build = |package| {
        // One package at a time: built together, one would get the features of the others.
        let built = programs_of(workspace, toolchain, Product::Programs(package))?;
        ensure!(!built.is_empty(), "package {package} has no program");
        add(&mut programs, built)
    };
    for package in PACKAGES {
        build(package)?;
    }
    for (package, directory, reason) in WASI_PACKAGES {
        match toolchain {
            Toolchain::Target => build(package)?,
            Toolchain::Debian => {
                let sources = workspace.root().join(directory).join("src/bin");
                let names = publish::files(&sources, "rs")?;
                let names = names.iter().filter_map(|path| path.file_stem());
                let name = |name: &OsStr| name.to_string_lossy().into_owned();
                missing.extend(names.map(|stem| (name(stem), reason.to_owned())));
            }
        }
    }
    // Each of these waits for a network.
    let (foreign, javascript) = thread::scope(|scope| {
        let javascript = scope.spawn(|| javascript::set_up(workspace));
        (foreign::build(workspace), javascript.join())
    });
    let foreign = foreign?;
    add(&mut programs, foreign.built)?;
    missing.extend(foreign.missing);
    missing.extend(javascript.expect("no panic"));
    missing.extend(core_modules(workspace, toolchain)?);
    let hosts = foreign::install_hosts(workspace);
    report_missing(&workspace.guests(), &missing, &hosts, say)?;
    let existing = publish::files(&workspace.guests(), "wasm")?;
    publish_all(workspace, &workspace.guests(), programs, &existing)?;
    Ok(toolchain)
}

/// Builds the guests that are core modules too. Returns their name and the reason if the toolchain
/// lacks their target: Debian's links components alone. `guests` is the toolchain of components.
fn core_modules(workspace: &Workspace, guests: Toolchain) -> Result<Option<(String, String)>> {
    let has_target = || ThisMachine.has_target(Target::Wasip1);
    // If rustup has just failed to fetch one target, this does not ask it for a second.
    if guests == Toolchain::Target && !has_target() {
        setup::set_up(&ThisMachine, Target::Wasip1, say)?;
    }
    let mut modules = BTreeMap::new();
    let mut missing = None;
    if has_target() {
        say("Building core modules with the installed target wasm32-wasip1");
        for package in MODULE_PACKAGES {
            let built = programs_of(workspace, Toolchain::Target, Product::Modules(package))?;
            add(&mut modules, built)?;
        }
    } else {
        let reason = "the toolchain has no target wasm32-wasip1; add it with rustup";
        missing = Some((MODULES.into(), reason.into()));
    }
    let directory = workspace.core_guests();
    let existing = publish::files(&directory, "wasm")?;
    publish_all(workspace, &directory, modules, &existing)?;
    Ok(missing)
}

/// Says which guests are not built, which hosts are not installed, and why, here and in
/// `NAME.missing` for the tests. Removes such files of those that are there now.
fn report_missing(
    directory: &Path,
    guests: &[(String, String)],
    hosts: &[(String, String)],
    say: impl Fn(&str),
) -> Result<()> {
    for path in publish::files(directory, "missing")? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    let guests = guests.iter().map(|guest| ("guest", guest));
    let hosts = hosts.iter().map(|host| ("host", host));
    for (kind, (name, reason)) in guests.chain(hosts) {
        say(&format!("!!! NOT BUILT: {kind} {name}: {reason} !!!"));
        let path = directory.join(name).with_extension("missing");
        publish::replace(&path, reason.as_bytes())?;
    }
    Ok(())
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
    publish_all(workspace, &workspace.guests(), programs, &[])
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
    directory: &Path,
    programs: BTreeMap<String, PathBuf>,
    existing: &[PathBuf],
) -> Result<()> {
    let file = |(name, built)| (format!("{name}.wasm").into(), built);
    let files = programs.into_iter().map(file).collect();
    publish::publish(&files, directory, existing, workspace, say)
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
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn guests_that_are_not_built_are_reported_until_they_are() {
        let directory = env::temp_dir().join(format!("xtask-missing-{}", std::process::id()));
        let said = RefCell::new(Vec::new());
        let missing = [("a".to_owned(), "no tool".to_owned())];
        let hosts = [("b".to_owned(), "no package".to_owned())];
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        report_missing(&directory, &missing, &hosts, say).unwrap();
        let expected = [
            "!!! NOT BUILT: guest a: no tool !!!",
            "!!! NOT BUILT: host b: no package !!!",
        ];
        assert_eq!(said.take(), expected);
        let file = directory.join("a.missing");
        assert_eq!(fs::read_to_string(&file).unwrap(), "no tool");
        report_missing(&directory, &[], &[], |_| panic!("nothing is missing")).unwrap();
        assert!(!file.exists() && !directory.join("b.missing").exists());
        fs::remove_dir_all(directory).unwrap();
    }

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
