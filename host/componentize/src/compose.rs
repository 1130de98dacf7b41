//! Composes a guest with the provider of its lookups.

use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions};
use wasmparser::Validator;

use crate::error::Error;

/// What the names of the interfaces begin with.
const INTERFACES: &str = "winsock:async-lookup/";

/// Composes a guest with a provider: the result has the exports of the guest, and imports what
/// both import, except the interfaces of `winsock:async-lookup`, which the provider exports.
///
/// Both are components; [`component`](crate::component) makes one of a core module. A provider is
/// the crate `winsock-async-provider`, built for `wasm32-wasip2`.
///
/// # Errors
/// [`Error::Compose`] if one is not a valid component, if the guest imports no interface of
/// `winsock:async-lookup`, or if it imports one that the provider does not export: `readiness`
/// needs a host.
pub fn compose(guest: &[u8], provider: &[u8]) -> Result<Vec<u8>, Error> {
    let mut graph = CompositionGraph::new();
    let mut add = |name: &str, bytes| {
        let component = Component::from_bytes(&mut Validator::new(), name, bytes);
        component.and_then(|component| graph.add_component(component))
    };
    let guest_id = add("guest", guest).map_err(invalid)?;
    let provider_id = add("provider", provider).map_err(invalid)?;
    let guest = graph.get_component(guest_id).expect("it was added");
    let provider = graph.get_component(provider_id).expect("it was added");
    let mut pairs = Vec::new();
    for (import, name, _) in guest.imports() {
        if !name.starts_with(INTERFACES) {
            continue;
        }
        let Some((export, ..)) = provider.export_by_name(name) else {
            return Err(Error::Compose {
                reason: format!("the provider has no {name}"),
            });
        };
        pairs.push((import, export));
    }
    if pairs.is_empty() {
        return Err(Error::Compose {
            reason: format!("the guest imports nothing of {INTERFACES}*"),
        });
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
