//! Guests in Python and JavaScript, and a host in Python: set-up installs their compilers and the
//! host's runtime into the target directory.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo::Program;
use crate::process::{self, say};
use crate::publish;
use crate::workspace::Workspace;

/// The time limit of an install step.
const LIMIT: Duration = Duration::from_secs(300);

/// A guest in a language with a compiler of its own.
#[derive(Debug)]
struct Guest {
    /// Its name.
    name: &'static str,
    /// The compiler and its version, as its package manager names them.
    compiler: &'static str,
    /// What installs the compiler into the directory that is given.
    install: fn(&Path, &str) -> Vec<Command>,
    /// The compiler's command, which writes to the file: of the compiler's directory and the file.
    compile: fn(&Path, &Path) -> Command,
    /// The directories of its sources.
    sources: &'static [&'static str],
}

const GUESTS: [Guest; 2] = [
    Guest {
        name: "python_net",
        compiler: "componentize-py==0.25.1",
        install: install_python,
        compile: |directory, output| {
            let mut command = Command::new(directory.join("bin/componentize-py"));
            command.args(["--quiet", "--wit-path", "examples/python/wit"]);
            command.args(["--world", "command", "componentize", "python_net"]);
            command.args(["--python-path", "tests/wasi/python"]);
            command.args(["--python-path", "examples/python", "--output"]);
            command.arg(output);
            command
        },
        sources: &["tests/wasi/python", "examples/python"],
    },
    Guest {
        name: "javascript_fetch",
        compiler: "@bytecodealliance/componentize-js@0.23.0",
        install: |directory, compiler| {
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]);
            npm.arg(directory).arg(compiler);
            vec![npm]
        },
        compile: |directory, output| {
            let mut command = Command::new(directory.join("node_modules/.bin/componentize-js"));
            command.arg("tests/wasi/javascript/javascript_fetch.js");
            command.args([
                "--wit",
                "tests/wasi/javascript/wit",
                "--world-name",
                "command",
            ]);
            // Without a handler of requests, it is a program.
            command.args(["--disable", "fetch-event", "--out"]);
            command.arg(output);
            command
        },
        sources: &["tests/wasi/javascript"],
    },
];

/// What the host of `examples/host-python` needs, in an environment of Python.
const HOST_PYTHON: (&str, &str) = ("host-python", "wasmtime==50.0.1");

/// Installs a package into an environment of Python.
fn install_python(directory: &Path, package: &str) -> Vec<Command> {
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv"]).arg(directory);
    let mut pip = Command::new(directory.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", package]);
    vec![environment, pip]
}

/// Installs what the hosts of the examples need. Returns the name of one that this machine cannot
/// run, with the reason.
pub(crate) fn install_hosts(workspace: &Workspace) -> Vec<(String, String)> {
    let (name, package) = HOST_PYTHON;
    let directory = workspace.foreign().join(name);
    match install(&directory, package, install_python) {
        Ok(()) => Vec::new(),
        Err(error) => vec![(
            name.to_owned(),
            format!("cannot install {package}: {error:#}"),
        )],
    }
}

/// Installs a package into a directory unless it is there.
fn install(
    directory: &Path,
    package: &str,
    commands: fn(&Path, &str) -> Vec<Command>,
) -> Result<()> {
    let installed = directory.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|old| old == package) {
        return Ok(());
    }
    say(&format!("Installing {package}"));
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    for mut command in commands(directory, package) {
        process::check_within(&mut command, LIMIT)?;
    }
    publish::replace(&installed, package.as_bytes())?;
    Ok(())
}

/// What became of the guests.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The programs.
    pub(crate) built: Vec<Program>,
    /// The names of those that this machine cannot build, each with the reason.
    pub(crate) missing: Vec<(String, String)>,
}

/// Builds the guests whose sources have changed, all at the same time. A compiler that cannot be
/// installed is no error.
pub(crate) fn build(workspace: &Workspace) -> Result<Outcome> {
    let built: Vec<_> = thread::scope(|scope| {
        let guests = GUESTS.each_ref();
        let threads = guests.map(|guest| scope.spawn(move || guest.build(workspace)));
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("no panic");
        threads.into_iter().map(join).collect()
    });
    let mut outcome = Outcome::default();
    for (guest, built) in GUESTS.iter().zip(built) {
        let name = guest.name.to_owned();
        match built? {
            Ok(path) => outcome.built.push(Program { name, path }),
            Err(reason) => outcome.missing.push((name, reason)),
        }
    }
    Ok(outcome)
}

impl Guest {
    /// Builds the guest, or says why this machine cannot.
    fn build(&self, workspace: &Workspace) -> Result<Result<PathBuf, String>> {
        let directory = workspace.foreign().join(self.name);
        let output = directory.join(self.name).with_extension("wasm");
        let stamp = directory.join("inputs");
        let inputs = self.inputs(workspace)?;
        if output.exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
            return Ok(Ok(output));
        }
        let compiler = directory.join("compiler");
        if let Err(error) = install(&compiler, self.compiler, self.install) {
            return Ok(Err(format!("cannot install {}: {error:#}", self.compiler)));
        }
        say(&format!("Compiling {} with {}", self.name, self.compiler));
        let mut command = (self.compile)(&compiler, &output);
        process::check_within(command.current_dir(workspace.root()), LIMIT)?;
        publish::replace(&stamp, inputs.as_bytes())?;
        Ok(Ok(output))
    }

    /// A hash of all that the component is made of.
    fn inputs(&self, workspace: &Workspace) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        self.compiler.hash(&mut hasher);
        let command = (self.compile)(Path::new("compiler"), Path::new("output"));
        process::typed(&command).hash(&mut hasher);
        for directory in self.sources {
            let mut paths = publish::tree(&workspace.root().join(directory))?;
            // The compiler writes these.
            paths.retain(|path| path.extension().is_none_or(|extension| extension != "pyc"));
            for path in paths {
                workspace.relative(&path).hash(&mut hasher);
                let bytes = fs::read(&path);
                bytes
                    .with_context(|| format!("cannot read {}", path.display()))?
                    .hash(&mut hasher);
            }
        }
        Ok(format!("{:x}", hasher.finish()))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::env;

    use super::*;

    /// Compiles by copying the source, and counts by appending to a file.
    const COPY: Guest = Guest {
        name: "copy",
        compiler: "compiler 1",
        install: |_, _| vec![Command::new("true")],
        compile: |_, output| {
            let mut command = Command::new("sh");
            let script = "cp source/guest \"$0\" && echo compiled >> compiled";
            command.args(["-c", script]).arg(output);
            command
        },
        sources: &["source"],
    };

    /// A workspace with one source, in a directory that is removed when this is dropped.
    struct Scratch(Workspace);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let root = env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            let scratch = Scratch(Workspace::new(&root, "cargo"));
            scratch.write("one");
            scratch
        }

        fn write(&self, source: &str) {
            let directory = self.0.root().join("source");
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("guest"), source).unwrap();
        }

        fn compiled(&self) -> usize {
            let lines = fs::read_to_string(self.0.root().join("compiled"));
            lines.map_or(0, |lines| lines.lines().count())
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.root());
        }
    }

    #[test]
    fn guest_is_compiled_again_only_if_its_sources_or_its_compiler_change() {
        let scratch = Scratch::new("foreign");
        let read = |guest: &Guest| {
            let path = guest.build(&scratch.0).unwrap().unwrap();
            fs::read_to_string(path).unwrap()
        };
        assert_eq!((read(&COPY).as_str(), scratch.compiled()), ("one", 1));
        assert_eq!((read(&COPY).as_str(), scratch.compiled()), ("one", 1));
        scratch.write("two");
        assert_eq!((read(&COPY).as_str(), scratch.compiled()), ("two", 2));
        let newer = Guest {
            compiler: "compiler 2",
            ..COPY
        };
        assert_eq!((read(&newer).as_str(), scratch.compiled()), ("two", 3));
    }

    #[test]
    fn compiler_that_cannot_be_installed_is_a_reason_and_a_failed_build_is_an_error() {
        let scratch = Scratch::new("foreign-fails");
        let absent = Guest {
            install: |_, _| vec![Command::new("false")],
            ..COPY
        };
        let reason = absent.build(&scratch.0).unwrap().unwrap_err();
        assert!(
            reason.starts_with("cannot install compiler 1: `false` failed"),
            "{reason}"
        );
        let broken = Guest {
            compile: |_, _| Command::new("false"),
            ..COPY
        };
        assert!(broken.build(&scratch.0).is_err());
    }
}
