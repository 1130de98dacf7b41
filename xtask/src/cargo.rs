//! What cargo's builds produce.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// A program that cargo has built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name in its package.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Runs a `cargo build`, which shows its progress, and lists the programs of it.
pub fn build(command: &mut Command) -> Result<Vec<Program>, Error> {
    command.arg("--message-format=json-render-diagnostics");
    let mut programs = Vec::new();
    let status = process::each_line(command, None, |line| programs.extend(of_message(line)))?;
    process::succeeded(command, status)?;
    Ok(programs)
}

/// Builds one program for the host, as `how` says, and gives its file.
pub fn program(workspace: &Workspace, how: &[&str], name: &str) -> Result<PathBuf, Error> {
    let mut command = workspace.cargo();
    command.arg("build").args(how).args(["--bin", name]);
    let built = build(&mut command)?
        .into_iter()
        .find(|program| program.name == name);
    let missing = || Error::NoProgram {
        package: "the workspace".into(),
        program: name.into(),
    };
    built.map(|program| program.path).ok_or_else(missing)
}

/// Runs a `cargo build` of a static library, which shows its progress, and gives its file.
pub fn library(command: &mut Command) -> Result<PathBuf, Error> {
    command.arg("--message-format=json-render-diagnostics");
    let mut library = None;
    let status = process::each_line(command, None, |line| {
        library = library_of_message(line).or(library.take());
    })?;
    process::succeeded(command, status)?;
    library.ok_or_else(|| Error::NoLibrary {
        command: process::typed(command),
    })
}

/// The static library that one of cargo's messages is about, if any.
fn library_of_message(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let kinds = message["target"]["kind"].as_array()?;
    if message["reason"] != "compiler-artifact" || !kinds.contains(&"staticlib".into()) {
        return None;
    }
    let files = message["filenames"].as_array()?.iter();
    let mut paths = files.filter_map(|file| file.as_str()).map(PathBuf::from);
    paths.find(|path| path.extension().is_some_and(|extension| extension == "a"))
}

/// The program that one of cargo's messages is about, if any.
fn of_message(line: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let path = message["executable"].as_str()?;
    let name = message["target"]["name"].as_str()?;
    Some(Program {
        name: name.to_owned(),
        path: path.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_found_among_cargos_messages() {
        let built = r#"{"reason":"compiler-artifact","target":{"name":"c","kind":["staticlib"]},
            "filenames":["/w/target/c.d","/w/target/libc.a"],"executable":null}"#;
        assert_eq!(library_of_message(built), Some("/w/target/libc.a".into()));
        for other in [
            built.replace("staticlib", "lib"),
            built.replace("compiler-artifact", "other"),
            String::new(),
        ] {
            assert_eq!(library_of_message(&other), None, "{other}");
        }
    }

    #[test]
    fn programs_are_found_among_cargos_messages() {
        let built = r#"{"reason":"compiler-artifact","target":{"name":"lookup","kind":["bin"]},
            "executable":"/w/target/lookup.wasm","fresh":true}"#;
        let expected = Program {
            name: "lookup".into(),
            path: "/w/target/lookup.wasm".into(),
        };
        assert_eq!(of_message(built), Some(expected));
        for other in [
            r#"{"reason":"compiler-artifact","target":{"name":"a"},"executable":null}"#,
            r#"{"reason":"other","target":{"name":"a"},"executable":"/w/a"}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "not a message",
            "",
        ] {
            assert_eq!(of_message(other), None, "{other}");
        }
    }
}
