//! Runs cargo: builds and their products, tests, metadata.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

/// A program that cargo has built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The name of its target.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
}

/// A package of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The directory of its manifest.
    pub(crate) directory: PathBuf,
}

/// Cargo's metadata of the workspace's packages.
pub(crate) fn metadata(workspace: &Workspace) -> Result<Value> {
    let mut command = workspace.cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let output = process::captured(&mut command)?;
    process::succeeded(&command, output.status)?;
    serde_json::from_slice(&output.stdout).context("cannot read the output of `cargo metadata`")
}

/// Cargo's target directory.
pub(crate) fn target_directory(workspace: &Workspace) -> Result<PathBuf> {
    let metadata = metadata(workspace)?;
    let directory = metadata["target_directory"].as_str();
    directory
        .map(PathBuf::from)
        .context("`cargo metadata` names no target directory")
}

/// The directories of all packages of the workspace.
pub(crate) fn members(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let metadata = metadata(workspace)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifests = packages.filter_map(|package| package["manifest_path"].as_str());
    let directory = |manifest: &str| Some(PathBuf::from(manifest).parent()?.to_owned());
    Ok(manifests.filter_map(directory).collect())
}

/// The packages that may be published.
pub(crate) fn published(workspace: &Workspace) -> Result<Vec<Package>> {
    Ok(published_of(&metadata(workspace)?))
}

/// The packages of this metadata that may be published.
fn published_of(metadata: &Value) -> Vec<Package> {
    let package = |package: &Value| {
        let manifest = PathBuf::from(package["manifest_path"].as_str()?);
        let package = Package {
            name: package["name"].as_str()?.to_owned(),
            version: package["version"].as_str()?.to_owned(),
            directory: manifest.parent()?.to_owned(),
        };
        Some(package)
    };
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages = packages.filter(|package| package["publish"].is_null());
    packages.filter_map(package).collect()
}

/// Runs a `cargo build`, which shows its progress, and returns the programs that it built.
pub(crate) fn build(command: &mut Command) -> Result<Vec<Program>> {
    command.arg("--message-format=json-render-diagnostics");
    let mut programs = Vec::new();
    let status = process::each_line(command, None, |line| programs.extend(of_message(line)))?;
    process::succeeded(command, status)?;
    Ok(programs)
}

/// Builds one program for this machine with the arguments `how`, and returns its file.
pub(crate) fn program(workspace: &Workspace, how: &[&str], name: &str) -> Result<PathBuf> {
    let mut command = workspace.cargo();
    command.arg("build").args(how).args(["--bin", name]);
    let built = build(&mut command)?
        .into_iter()
        .find(|program| program.name == name);
    let missing = || format!("`{}` made no program {name}", process::typed(&command));
    built.map(|program| program.path).with_context(missing)
}

/// Runs a `cargo build` of a static library or a module, which shows its progress, and returns its
/// file.
pub(crate) fn library(command: &mut Command) -> Result<PathBuf> {
    command.arg("--message-format=json-render-diagnostics");
    let mut library = None;
    let status = process::each_line(command, None, |line| {
        library = library_of_message(line).or(library.take());
    })?;
    process::succeeded(command, status)?;
    library.with_context(|| format!("`{}` made no library", process::typed(command)))
}

/// Runs a `cargo test`, passes each line that it writes to `show`, and returns the number of tests
/// that passed. With `must_run`, it is an error if no test ran.
pub(crate) fn test(command: &mut Command, must_run: bool, show: impl Fn(&str)) -> Result<u64> {
    let shown = process::typed(command);
    show(&format!("\n$ {shown}"));
    let mut ran = 0;
    let status = process::each_line(command, None, |line| {
        show(line);
        ran += passed(line).unwrap_or(0);
    })?;
    process::succeeded(command, status)?;
    ensure!(ran > 0 || !must_run, "no test ran in `{shown}`");
    Ok(ran)
}

/// The number of passed tests in the summary line of a test program.
fn passed(line: &str) -> Option<u64> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    counts.split_once(" passed;")?.0.parse().ok()
}

/// The static library or module in one of cargo's messages, if any.
fn library_of_message(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let kinds = message["target"]["kind"].as_array()?;
    let of_kind = |(kind, extension)| kinds.contains(&Value::from(kind)).then_some(extension);
    let extension = [("staticlib", "a"), ("cdylib", "wasm")]
        .into_iter()
        .find_map(of_kind)?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let files = message["filenames"].as_array()?.iter();
    let mut paths = files.filter_map(|file| file.as_str()).map(PathBuf::from);
    paths.find(|path| path.extension().is_some_and(|found| found == extension))
}

/// The program in one of cargo's messages, if any.
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
        let module = built
            .replace("staticlib", "cdylib")
            .replace("libc.a", "c.wasm");
        assert_eq!(library_of_message(&module), Some("/w/target/c.wasm".into()));
        for other in [
            built.replace("staticlib", "lib"),
            built.replace("staticlib", "cdylib"),
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

    #[test]
    fn packages_without_publish_false_are_published() {
        let metadata = r#"{"packages":[
            {"name":"a","version":"1.2.3","manifest_path":"/w/a/Cargo.toml","publish":null},
            {"name":"b","version":"1.2.3","manifest_path":"/w/b/Cargo.toml","publish":[]}]}"#;
        let expected = Package {
            name: "a".into(),
            version: "1.2.3".into(),
            directory: "/w/a".into(),
        };
        let metadata = serde_json::from_str(metadata).unwrap();
        assert_eq!(published_of(&metadata), [expected]);
    }

    #[test]
    fn only_summary_lines_are_counted() {
        let summary = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(passed(summary), Some(12));
        assert_eq!(
            passed("test result: FAILED. 3 passed; 1 failed; 0 ignored"),
            Some(3)
        );
        for other in [
            "test a ... ok",
            "running 3 tests",
            "",
            "12 passed; 0 failed",
        ] {
            assert_eq!(passed(other), None, "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn run_fails_if_a_test_fails_or_none_ran() {
        let run = |script: &str, must_run| {
            let mut command = Command::new("sh");
            test(command.args(["-c", script]), must_run, |_| ())
        };
        let two = "echo 'test result: ok. 2 passed; 0 failed'; echo 'test result: ok. 1 passed;'";
        assert_eq!(run(two, true).unwrap(), 3);
        let error = run("exit 0", true).unwrap_err().to_string();
        assert_eq!(error, "no test ran in `sh -c 'exit 0'`");
        assert_eq!(run("exit 0", false).unwrap(), 0);
        let failing = format!("{two}; exit 101");
        let error = run(&failing, true).unwrap_err().to_string();
        assert!(error.ends_with("failed (exit status: 101)"), "{error}");
    }
}
