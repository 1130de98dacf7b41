//! Composes a guest with the provider of its lookups.

use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions};
use wasmparser::Validator;

use crate::error::Error;

/// What the names of the interfaces begin with.
const INTERFACES: &str = "winsock:async-lookup/";

/// Composes a guest with a provider. The result has the exports of the guest, and imports what both
/// import. The provider serves the guest's `winsock:async-lookup`.
///
/// Both are components; [`component`](crate::component) makes one of a core module. A provider is
/// the component that the crate `winsock-async-provider` carries.
///
/// # Errors
/// - [`Error::Compose`] if one is not a valid component, or if an interface has other types in the
///   two.
/// - [`Error::NotProvided`] if the guest imports an interface of `winsock:async-lookup` that the
///   provider does not export, such as `readiness`.
/// - [`Error::NoLookups`] if the guest imports no interface of `winsock:async-lookup`.
pub fn compose(guest: &[u8], provider: &[u8]) -> Result<Vec<u8>, Error> {
    let mut graph = CompositionGraph::new();
    // One validator for both, because types of two cannot be compared.
    let mut validator = Validator::new();
    let mut add = |name: &str, bytes| {
        let component = Component::from_bytes(&mut validator, name, bytes)?;
        graph.add_component(component)
    };
    let guest_id = add("guest", guest).map_err(invalid)?;
    let provider_id = add("provider", provider).map_err(invalid)?;
    let guest = graph.get_component(guest_id).expect("it was added");
    let provider = graph.get_component(provider_id).expect("it was added");
    let (mut pairs, mut missing) = (Vec::new(), Vec::new());
    for (import, name, _) in guest.imports() {
        if !name.starts_with(INTERFACES) {
            continue;
        }
        match provider.export_by_name(name) {
            Some((export, ..)) => pairs.push((import, export)),
            None => missing.push(name.to_owned()),
        }
    }
    if !missing.is_empty() {
        return Err(Error::NotProvided { imports: missing });
    }
    if pairs.is_empty() {
        return Err(Error::NoLookups);
    }
    let target = graph.instantiate(guest_id).map_err(invalid)?;
    let source = graph.instantiate(provider_id).map_err(invalid)?;
    for (import, export) in pairs {
        let connected = graph.connect(source, Some(export), target, import);
        connected.map_err(invalid)?;
    }
    let options = EncodeOptions {
        define_components: true,
        export: Some(target),
        validate: true,
    };
    graph.encode(options).map_err(invalid)
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::Compose {
        // With its causes.
        reason: format!("{error:#}"),
    }
}
