//! Builds the provider, a component that is composed with guests, into its crate. The runner embeds
//! it, and packages of the crate carry it.

use std::env;
use std::fs;

use anyhow::{Context, Result};
use wit_component::ComponentEncoder;

use crate::cargo;
use crate::machine::ThisMachine;
use crate::process::say;
use crate::publish;
use crate::setup;
use crate::toolchain::{Product, Target};
use crate::workspace::Workspace;

/// The package of the provider.
const PACKAGE: &str = "winsock-async-provider";
/// The component, in the workspace.
const COMPONENT: &str = "guest/provider/winsock-async-provider.wasm";

/// Sets up the toolchain for the provider, and builds it.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let toolchain = setup::set_up(&ThisMachine, Target::Unknown, say)?;
    let with = toolchain.describe(Target::Unknown);
    say(&format!("Building the provider with {with}"));
    let environment = env::vars_os().map(|(name, _)| name);
    let mut build = toolchain.build_command(workspace, Product::Module(PACKAGE), environment);
    let module = cargo::library(&mut build)?;
    let module = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    // The compiler of this target links core modules only.
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .context("the provider's module does not become a component")?;
    let note = if publish::replace(&workspace.root().join(COMPONENT), &component)? {
        ""
    } else {
        ", unchanged"
    };
    let size = component.len().div_ceil(1000);
    say(&format!("  {COMPONENT} ({size} kB{note})"));
    Ok(())
}
