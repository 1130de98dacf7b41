//! Checks a module before it becomes a component.

use std::collections::BTreeSet;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

use crate::error::Error;
use crate::types::Types;

/// The name of the module that a linker imports undefined symbols from.
const SYMBOLS: &str = "env";

/// Checks that a module is valid, exports `_start`, and imports nothing but WASI preview 1 and the
/// interfaces in `types`.
///
/// # Errors
/// The first check that fails.
pub(crate) fn check(bytes: &[u8], types: &Types) -> Result<(), Error> {
    // The whole module first: the encoder trusts its input.
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

/// The import's name for a message: a C programmer knows the symbol without its module.
fn shown((module, name): (&str, &str)) -> String {
    match module {
        SYMBOLS => format!("`{name}`"),
        _ => format!("`{module}.{name}`"),
    }
}
