//! What a module must be before a component is made of it.

use std::collections::BTreeSet;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

use crate::error::Error;
use crate::types::Types;

/// The module of a linker's undefined symbols.
const SYMBOLS: &str = "env";

/// Whether a module can become a command, as far as the names of its imports and exports say. Beside WASI
/// preview 1 it can import what `types` have.
pub fn check(bytes: &[u8], types: &Types) -> Result<(), Error> {
    // All of it first: the encoder trusts what it is given.
    Validator::new_with_features(WasmFeatures::all()).validate_all(bytes)?;
    let mut imports = BTreeSet::new();
    let mut is_command = false;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    imports.insert((import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    is_command |= export.name == "_start" && export.kind == ExternalKind::Func;
                }
            }
            _ => {}
        }
    }
    let provided = |module| module == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME || types.has(module);
    imports.retain(|(module, _)| !provided(module));
    if !imports.is_empty() {
        return Err(Error::Undefined {
            imports: imports.into_iter().map(shown).collect(),
        });
    }
    if !is_command {
        return Err(Error::NoStart);
    }
    Ok(())
}

/// An import as a person knows it.
fn shown((module, name): (&str, &str)) -> String {
    match module {
        SYMBOLS => format!("`{name}`"),
        _ => format!("`{module}.{name}`"),
    }
}
