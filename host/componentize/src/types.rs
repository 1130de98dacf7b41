//! The WIT types of the lookups, which replace those in a module.
//!
//! A module's own types are in sections `component-type`, which are not read. The parser of these
//! sections trusts a linker's output, and ends the process on some malformed input.

use std::sync::LazyLock;

use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap, WorldId};

use crate::error::Error;

/// The interfaces that a module may import besides WASI preview 1.
pub(crate) static LOOKUPS: LazyLock<Types> = LazyLock::new(Types::lookups);

/// The prefix of the names of sections of types.
const SECTION: &str = "component-type";

/// The files of the package in `wit/`.
const PACKAGE: [(&str, &str); 7] = [
    ("types.wit", include_str!("../wit/types.wit")),
    ("lifecycle.wit", include_str!("../wit/lifecycle.wit")),
    ("requests.wit", include_str!("../wit/requests.wit")),
    ("completions.wit", include_str!("../wit/completions.wit")),
    ("readiness.wit", include_str!("../wit/readiness.wit")),
    ("worlds.wit", include_str!("../wit/worlds.wit")),
    ("wasi.wit", include_str!("../wit/wasi.wit")),
];
/// The world that imports every interface.
const WORLD: &str = "imports";

/// A world and its interfaces.
pub(crate) struct Types {
    resolve: Resolve,
    world: WorldId,
}

impl Types {
    /// The world of the lookups. Its files are part of this crate, so parsing cannot fail.
    fn lookups() -> Types {
        let mut resolve = Resolve::default();
        let mut files = SourceMap::new();
        for (name, text) in PACKAGE {
            files.push_str(name, text);
        }
        let Ok(package) = files.parse() else {
            panic!("wit can be parsed");
        };
        let package = resolve
            .push_group(package)
            .expect("wit uses its own packages alone");
        let world = resolve.select_world(&[package], Some(WORLD));
        Types {
            world: world.expect("wit has the world `imports`"),
            resolve,
        }
    }

    /// Whether the world imports an interface of this name.
    pub(crate) fn has(&self, interface: &str) -> bool {
        let mut imports = self.resolve.worlds[self.world].imports.keys();
        imports.any(|key| self.resolve.name_world_key(key) == interface)
    }

    /// Replaces the types in a module with these.
    pub(crate) fn embed(&self, module: &[u8]) -> Result<Vec<u8>, Error> {
        let mut bytes = without_types(module)?;
        embed_component_metadata(&mut bytes, &self.resolve, self.world, StringEncoding::UTF8)
            .expect("the types can be written");
        Ok(bytes)
    }
}

/// Copies a module without its sections of types.
fn without_types(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if matches!(&payload, Payload::CustomSection(custom) if custom.name().starts_with(SECTION))
        {
            continue;
        }
        let section = payload
            .as_section()
            .and_then(|(id, range)| Some((id, bytes.get(range)?)));
        if let Some((id, data)) = section {
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}
