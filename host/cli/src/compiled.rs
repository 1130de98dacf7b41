//! Compiled guests: the files of `winsock-async compile`.
//!
//! A file has a line of text and wasmtime's code. The code runs as it is, so it is taken from a
//! file alone that the user owns and others cannot write.

use std::fs::Metadata;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use wasmtime::Engine;
use wasmtime::component::Component;

/// What the line begins with.
const FORMAT: &str = "winsock-async compiled guest, version ";
/// The version of this runner, which has one version of wasmtime.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What to do about a file that cannot be used.
const AGAIN: &str = "run `winsock-async compile` again";

/// The line before the code of a guest.
pub(crate) fn header(uses_p3: bool, code_bytes: usize) -> String {
    let wasi = if uses_p3 { "0.3" } else { "0.2" };
    format!("{FORMAT}{VERSION}, WASI {wasi}, {code_bytes} bytes\n")
}

/// Whether a file is compiled, or is named like one that is.
pub(crate) fn is_compiled(path: &Path, bytes: &[u8]) -> bool {
    bytes.starts_with(FORMAT.as_bytes()) || path.extension().is_some_and(|name| name == "cwasm")
}

/// A compiled guest.
pub(crate) struct Compiled {
    bytes: Vec<u8>,
    header_bytes: usize,
    uses_p3: bool,
}

impl Compiled {
    /// Checks a file's bytes. `metadata` is of the open file that they are from.
    ///
    /// # Errors
    /// If the file is not the user's, or is not whole, or is of another version of the runner.
    pub(crate) fn new(bytes: Vec<u8>, metadata: &Metadata) -> Result<Compiled> {
        let Some(rest) = bytes.strip_prefix(FORMAT.as_bytes()) else {
            bail!(
                "its name says that it is compiled, and `winsock-async compile` did not write it"
            );
        };
        check_owner(metadata)?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let header_bytes = end.map_or(bytes.len(), |end| end + 1);
        let code_bytes = bytes.len() - header_bytes;
        let is = |uses_p3| bytes.starts_with(header(uses_p3, code_bytes).as_bytes());
        let Some(uses_p3) = [false, true].into_iter().find(|uses_p3| is(*uses_p3)) else {
            let version = rest.split(|byte| *byte == b',').next().unwrap_or_default();
            let version = String::from_utf8_lossy(version);
            if version != VERSION && end.is_some() {
                bail!("winsock-async {version} compiled it, and this is {VERSION}; {AGAIN}");
            }
            bail!("it is not whole; {AGAIN}");
        };
        Ok(Compiled {
            bytes,
            header_bytes,
            uses_p3,
        })
    }

    /// Whether the guest waits by the component model's async.
    pub(crate) fn uses_p3(&self) -> bool {
        self.uses_p3
    }

    /// The guest's code.
    ///
    /// # Errors
    /// If another version of wasmtime has compiled it, or for other settings or another processor.
    #[expect(unsafe_code, reason = "the code runs as it is")]
    pub(crate) fn code(&self, engine: &Engine) -> Result<Component> {
        let code = &self.bytes[self.header_bytes..];
        // SAFETY: `new` has checked that only the user can write the file, and that it is whole and
        // of this version. So the bytes are those that `compile` wrote. A user who changes them
        // gains nothing: the user can run any program. The version, the settings and the processor
        // that the code is for are checked by wasmtime.
        let code = unsafe { Component::deserialize(engine, code) };
        code.map_err(|error| anyhow!("its code is not for this runner: {error:#}; {AGAIN}"))
    }
}

/// Checks that only the user can have written a file.
#[cfg(unix)]
fn check_owner(metadata: &Metadata) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    if !metadata.is_file() {
        bail!("compiled code is taken from a file alone");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        bail!("it is compiled code of another user, which could be anything");
    }
    if metadata.mode() & 0o022 != 0 {
        bail!("it is compiled code that other users can write; {AGAIN}");
    }
    Ok(())
}

/// Checks that only the user can have written a file.
#[cfg(not(unix))]
fn check_owner(_: &Metadata) -> Result<()> {
    bail!("compiled code runs on Unix alone, where its file says who can write it")
}
