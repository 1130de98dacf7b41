//! `winsock-async compose`: a guest with the provider of its lookups in one component.

use anyhow::{Context, Result, bail};
use winsock_async_provider::COMPONENT;

use crate::args::{Compose, MAX_GUEST_BYTES};
use crate::guest::Guest;
use crate::output::Output;
use crate::stall::Writes;

/// Composes a guest, and writes the component.
///
/// # Errors
/// If the guest cannot be composed. The output is then as it was.
pub(crate) fn compose(options: &Compose) -> Result<()> {
    let provider = COMPONENT.context(
        "this build of the runner has no provider; run `cargo xtask guests`, and build it again",
    )?;
    let file = options.output.display();
    let cannot_write = || format!("cannot write {file}");
    let output = Output::open(&options.output).with_context(cannot_write)?;
    let Guest::Component(component) = Guest::read(&options.guest, MAX_GUEST_BYTES, None)? else {
        bail!("cannot compose {}: it is compiled", options.guest.display());
    };
    let composed = winsock_async_componentize::compose(&component, provider)
        .with_context(|| format!("cannot compose {}", options.guest.display()))?;
    let written = output.write(&Writes::default(), |to| to.write_all(&composed));
    written.with_context(cannot_write)
}
