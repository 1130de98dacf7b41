//! `winsock-async compile`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use tempfile::NamedTempFile;

use crate::args::Compile;
use crate::engine::{self, Settings};
use crate::guest::{self, Guest};
use crate::run::State;
use crate::{compiled, room};

/// Compiles a guest to a file that `run` takes.
///
/// # Errors
/// If the guest cannot be compiled or linked, or the file cannot be written.
pub(crate) fn compile(options: &Compile) -> Result<()> {
    room::check()?;
    let path = &options.guest;
    let output = options.output.clone();
    let output = output.unwrap_or_else(|| path.with_extension("cwasm"));
    let guest = Guest::read(path, options.max_guest_bytes, None)?;
    if matches!(guest, Guest::Compiled(_)) {
        bail!("{} is compiled already", path.display());
    }
    let settings = Settings {
        uses_p3: guest.uses_p3(),
        is_interruptible: true,
        is_cached: false,
    };
    let (_, code) = engine::with(&settings, |engine| {
        let component = guest.code(engine, path)?;
        guest::link::<State>(&component, path)?;
        let code = component.serialize();
        code.map_err(|error| anyhow!("cannot compile {}: {error:#}", path.display()))
    })?;
    write(
        &output,
        &compiled::header(guest.uses_p3(), code.len()),
        &code,
    )
    .with_context(|| format!("cannot write {}", output.display()))
}

/// Replaces a file by one that only its owner can read and write.
fn write(path: &Path, header: &str, code: &[u8]) -> std::io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(header.as_bytes())?;
    file.write_all(code)?;
    file.persist(path)?;
    Ok(())
}
