//! The types of the lookups, which a module is given anew.
//!
//! A module's own section `component-type` is not read: the parser for it is made for what a linker has just
//! written, and ends the process for some of what somebody else may write there.

use std::sync::LazyLock;

use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap, WorldId};

use crate::error::Error;

/// What a module may import beside WASI preview 1.
pub static LOOKUPS: LazyLock<Types> = LazyLock::new(Types::lookups);

/// How the names of sections of types begin.
const SECTION: &str = "component-type";

/// The package of `wit/`, by its files.
const PACKAGE: [(&str, &str); 6] = [
    ("types.wit", include_str!("../wit/types.wit")),
    ("lifecycle.wit", include_str!("../wit/lifecycle.wit")),
    ("requests.wit", include_str!("../wit/requests.wit")),
    ("completions.wit", include_str!("../wit/completions.wit")),
    ("readiness.wit", include_str!("../wit/readiness.wit")),
    ("worlds.wit", include_str!("../wit/worlds.wit")),
];
/// The package that it depends on.
const POLL: &str = include_str!("../wit/deps/io/poll.wit");
/// The world that imports all of it.
const WORLD: &str = "imports";

/// A world.
pub struct Types {
    resolve: Resolve,
    world: WorldId,
}

impl Types {
    /// The world of the lookups. Their texts are a part of this crate, so nothing can be wrong with them.
    fn lookups() -> Types {
        let mut resolve = Resolve::default();
        resolve
            .push_source("poll.wit", POLL)
            .expect("the package wasi:io");
        let mut files = SourceMap::new();
        for (name, text) in PACKAGE {
            files.push_str(name, text);
        }
        let Ok(package) = files.parse() else {
            panic!("the package of the lookups can be read");
        };
        let package = resolve.push_group(package).expect("what it uses is there");
        let world = resolve.select_world(&[package], Some(WORLD));
        Types {
            world: world.expect("the world of all imports"),
            resolve,
        }
    }

    /// Whether there is an interface of this name.
    pub fn has(&self, interface: &str) -> bool {
        let mut imports = self.resolve.worlds[self.world].imports.keys();
        imports.any(|key| self.resolve.name_world_key(key) == interface)
    }

    /// The module with these types in the place of its own.
    pub fn embed(&self, module: &[u8]) -> Result<Vec<u8>, Error> {
        let mut bytes = without_types(module)?;
        embed_component_metadata(&mut bytes, &self.resolve, self.world, StringEncoding::UTF8)
            .expect("the types can be written");
        Ok(bytes)
    }
}

/// A copy of a module without its sections of types.
fn without_types(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if matches!(&payload, Payload::CustomSection(custom) if custom.name().starts_with(SECTION))
        {
            continue;
        }
        let section = payload.as_section().and_then(|(id, range)| {
            Some((id, bytes.get(range.start as usize..range.end as usize)?))
        });
        if let Some((id, data)) = section {
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}
