//! The guest: from a file with a component, a core module or compiled code to a linked command.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use wasmparser::{Chunk, Parser, Payload};
use wasmtime::component::{Accessor, Component, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiView, p2, p3};
use wasmtime_wasi_http::WasiHttpView;
use winsock_async_wasmtime::{WinsockView, wasi};

use crate::compiled::{self, Compiled};
use crate::files;

/// A guest, as its file has it.
pub(crate) enum Guest {
    /// A component, or what was a core module.
    Component(Vec<u8>),
    /// A file of `winsock-async compile`.
    Compiled(Compiled),
}

impl Guest {
    /// Reads the guest's file, and makes a component of a core module.
    ///
    /// # Errors
    /// If the file cannot be read, or is none of these.
    pub(crate) fn read(path: &Path, max_bytes: u64, timeout: Option<Duration>) -> Result<Guest> {
        if path.as_os_str().is_empty() {
            bail!("the guest's name is empty; try `winsock-async run GUEST.wasm`");
        }
        let file = path.display();
        let (bytes, metadata) = files::read_opened(path, max_bytes, timeout)
            .with_context(|| format!("cannot read the guest {file}"))?;
        let unusable = || format!("cannot use {file}");
        if compiled::is_compiled(path, &bytes) {
            let compiled = Compiled::new(bytes, &metadata).with_context(unusable)?;
            return Ok(Guest::Compiled(compiled));
        }
        let component = winsock_async_componentize::component(&bytes).with_context(unusable)?;
        Ok(Guest::Component(match component {
            Cow::Owned(component) => component,
            Cow::Borrowed(_) => bytes,
        }))
    }

    /// Whether the guest imports or exports an interface of WASI 0.3, which waits by the component
    /// model's async.
    pub(crate) fn uses_p3(&self) -> bool {
        match self {
            Guest::Component(bytes) => uses_p3(bytes),
            Guest::Compiled(compiled) => compiled.uses_p3(),
        }
    }

    /// Compiles a component, or takes the code of a compiled guest. `path` is for errors.
    pub(crate) fn code(&self, engine: &Engine, path: &Path) -> Result<Component> {
        let file = path.display();
        match self {
            Guest::Component(bytes) => Component::from_binary(engine, bytes)
                .map_err(|error| anyhow!("{file} is not a valid component: {error:#}")),
            Guest::Compiled(compiled) => compiled
                .code(engine)
                .with_context(|| format!("cannot use {file}")),
        }
    }
}

/// A linked command.
pub(crate) struct Command<T: 'static> {
    pub(crate) linked: InstancePre<T>,
    run: RunExport,
}

/// The export to call.
enum RunExport {
    P2(p2::bindings::CommandIndices),
    P3(p3::bindings::CommandIndices),
}

/// Links a component with WASI, `wasi:http` and the lookups. WASI's own lookups are the same ones.
/// WASI 0.3 needs an engine with concurrency support. `path` is for errors.
pub(crate) fn link<T>(component: &Component, path: &Path) -> Result<Command<T>>
where
    T: WasiView + WasiHttpView + WinsockView + 'static,
{
    let (file, engine) = (path.display(), component.engine());
    let linker = linker::<T>(engine).map_err(|error| anyhow!("cannot make a linker: {error:#}"))?;
    let linked = linker.instantiate_pre(component).map_err(|error| {
        anyhow!(
            "cannot link {file}: {error:#}; it can import WASI 0.2, WASI 0.3, \
             wasi:http/outgoing-handler@0.2, winsock:async-lookup@0.1.0 and \
             winsock:async-lookup-p3@0.1.0, and nothing else"
        )
    })?;
    if let Ok(indices) = p3::bindings::CommandIndices::new(&linked) {
        let run = RunExport::P3(indices);
        return Ok(Command { linked, run });
    }
    let indices = p2::bindings::CommandIndices::new(&linked).map_err(|error| {
        anyhow!(
            "{file} is no command: {error:#}; build a program, not a library, for wasm32-wasip2"
        )
    })?;
    let run = RunExport::P2(indices);
    Ok(Command { linked, run })
}

fn linker<T>(engine: &Engine) -> wasmtime::Result<Linker<T>>
where
    T: WasiView + WasiHttpView + WinsockView + 'static,
{
    let mut linker = Linker::new(engine);
    p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wasi::replace_in_linker(&mut linker)?;
    if engine.get_concurrency_support() {
        p3::add_to_linker(&mut linker)?;
        wasi::p3::replace_in_linker(&mut linker)?;
        winsock_async_wasmtime::add_to_linker_p3(&mut linker)?;
    }
    winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
    Ok(linker)
}

impl<T: Send> Command<T> {
    /// Calls `run` of `wasi:cli/run`, and returns whether the command succeeded.
    pub(crate) async fn call_run(
        &self,
        store: &mut Store<T>,
        instance: &Instance,
    ) -> wasmtime::Result<bool> {
        let result = match &self.run {
            RunExport::P2(indices) => {
                let command = indices.load(&mut *store, instance)?;
                command.wasi_cli_run().call_run(store).await?
            }
            RunExport::P3(indices) => {
                let command = indices.load(&mut *store, instance)?;
                let run = async |store: &Accessor<T>| command.wasi_cli_run().call_run(store).await;
                store.run_concurrent(run).await??
            }
        };
        Ok(result.is_ok())
    }
}

/// Whether a component imports or exports an interface of WASI 0.3, or imports its lookups of this
/// project. All of them wait by the component model's async.
fn uses_p3(component: &[u8]) -> bool {
    // wasmtime reports what is malformed.
    names(component).is_ok_and(|names| names.iter().any(|name| is_p3(name)))
}

fn is_p3(name: &str) -> bool {
    let version = name
        .strip_prefix("wasi:")
        .and_then(|name| name.split_once('@'));
    version.is_some_and(|(_, version)| version.starts_with("0.3."))
        || name.starts_with("winsock:async-lookup-p3/")
}

/// The names of what a component imports and exports.
fn names(component: &[u8]) -> wasmparser::Result<Vec<&str>> {
    let (mut parser, mut rest, mut names) = (Parser::new(0), component, Vec::new());
    loop {
        let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
            return Ok(names);
        };
        rest = &rest[consumed..];
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section {
                    names.push(import?.name.name);
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    names.push(export?.name.name);
                }
            }
            // What is inside has names of its own.
            Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } => {
                let length = unchecked_range.end - unchecked_range.start;
                rest = rest.get(length..).unwrap_or_default();
            }
            Payload::End(_) => return Ok(names),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn needs_p3(text: &str, expected: bool) {
        assert_eq!(uses_p3(&wat::parse_str(text).unwrap()), expected, "{text}");
    }

    #[test]
    fn component_uses_0_3_if_it_imports_or_exports_an_interface_of_it() {
        needs_p3("(component)", false);
        needs_p3(
            r#"(component (import "wasi:cli/stdin@0.2.12" (instance)))"#,
            false,
        );
        needs_p3(
            r#"(component (import "wasi:cli/stdin@0.3.0" (instance)))"#,
            true,
        );
        needs_p3(r#"(component (import "test:a/b@0.3.0" (instance)))"#, false);
        let lookups = "winsock:async-lookup-p3/lookups@0.1.0";
        needs_p3(
            &format!(r#"(component (import "{lookups}" (instance)))"#),
            true,
        );
        let requests = "winsock:async-lookup/requests@0.1.0";
        needs_p3(
            &format!(r#"(component (import "{requests}" (instance)))"#),
            false,
        );
        let exports = r#"(instance $run) (export "wasi:cli/run@0.3.0" (instance $run))"#;
        needs_p3(&format!("(component {exports})"), true);
        // The names come after a module, or are those of a component inside.
        needs_p3(&format!("(component (core module (func)) {exports})"), true);
        needs_p3(&format!("(component (component {exports}))"), false);
        assert!(!uses_p3(b"no component"));
    }
}
