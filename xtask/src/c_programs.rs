//! Compiles C programs to `target/guests/c`: tests in each standard, examples in one.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::process::{self, say};
use crate::publish;
use crate::sdk::{self, Sdk};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// The directory of the tests.
const TESTS: &str = "tests/c";
/// The directory of the examples.
const EXAMPLES: &str = "examples/c";

/// The standards of the tests, each with its options for the compiler.
const STANDARDS: [(&str, &[&str]); 4] = [
    ("c89", &["-std=c89"]),
    ("c99", &["-std=c99"]),
    ("c17", &["-std=c17"]),
    ("cpp17", &["-x", "c++", "-std=c++17", "-fno-exceptions"]),
];
/// The standard of the examples.
const OF_EXAMPLES: &[&str] = STANDARDS[0].1;
/// The options of every program.
const OPTIONS: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-O1", "-Wl,--strip-debug"];

/// Builds the SDK, then every program whose inputs have changed. `guests` is the toolchain of the
/// guests.
pub(crate) fn build(workspace: &Workspace, guests: Toolchain) -> Result<()> {
    let _lock = publish::lock(workspace, say)?;
    let sdk = sdk::build(workspace, Some(guests))?;
    build_with(workspace, &sdk, say)
}

/// Builds the programs whose inputs have changed, and removes modules that have no source.
fn build_with(workspace: &Workspace, sdk: &Sdk, say: impl Fn(&str)) -> Result<()> {
    let programs = programs(workspace)?;
    let common = common(sdk)?;
    let mut due = Vec::new();
    for program in &programs {
        let command = program.command(sdk);
        let inputs = program.inputs(common, &command)?;
        if !program.is_made_of(inputs) {
            due.push((program, command, inputs));
        }
    }
    let (all, made) = (programs.len(), due.len());
    say(&format!("Compiling {made} of {all} C programs"));
    let failed = compile(due)?;
    let existing = publish::files(&workspace.c_guests(), "wasm")?;
    let is_made = |path: &PathBuf| programs.iter().any(|program| program.output == *path);
    let stale = existing.iter().filter(|path| !is_made(path));
    publish::remove(stale, workspace, say)?;
    if failed > 0 {
        bail!("{failed} of {all} C programs were not built; the compiler's messages are above");
    }
    Ok(())
}

/// A program: a source in a standard.
#[derive(Debug)]
struct Program {
    /// The source.
    source: PathBuf,
    /// The standard.
    standard: &'static [&'static str],
    /// The core module.
    output: PathBuf,
    /// The file that holds the hash of the module's inputs.
    stamp: PathBuf,
}

impl Program {
    /// The compiler's command, which writes to [`Program::unfinished`].
    fn command(&self, sdk: &Sdk) -> Command {
        let mut command = sdk.clang.command();
        command.args(self.standard).args(OPTIONS);
        command.arg("-I").arg(&sdk.include).arg(&self.source);
        let libraries = sdk.library.parent().unwrap_or(Path::new("."));
        command.arg("-L").arg(libraries).arg("-lws2_32");
        command.arg("-o").arg(self.unfinished());
        command
    }

    /// The file of a module while the compiler writes it.
    fn unfinished(&self) -> PathBuf {
        self.output.with_extension("wasm-new")
    }

    /// A hash of the module's inputs. `common` is the hash of the inputs that all modules share.
    fn inputs(&self, common: u64, command: &Command) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        (common, process::typed(command)).hash(&mut hasher);
        hash_file(&self.source, &mut hasher)?;
        let directory = self.source.parent().unwrap_or(Path::new("."));
        for header in publish::files(directory, "h")? {
            hash_file(&header, &mut hasher)?;
        }
        Ok(hasher.finish())
    }

    /// Whether the module exists and was made of these inputs.
    fn is_made_of(&self, inputs: u64) -> bool {
        let noted = fs::read_to_string(&self.stamp);
        self.output.exists() && noted.is_ok_and(|noted| noted == inputs.to_string())
    }

    /// Compiles the program, shows the compiler's messages, and returns whether it succeeded.
    fn compile(&self, mut command: Command, inputs: u64) -> Result<bool> {
        // A failed compile must not leave the module of older inputs.
        let _ = fs::remove_file(&self.output);
        let output = process::captured(&mut command)?;
        // One write, because other threads write too. A closed standard error is no failure.
        let _ = io::stderr().lock().write_all(&output.stderr);
        if output.status.success() {
            let unfinished = self.unfinished();
            fs::rename(&unfinished, &self.output)
                .with_context(|| format!("cannot rename {}", unfinished.display()))?;
            publish::replace(&self.stamp, inputs.to_string().as_bytes())?;
        }
        Ok(output.status.success())
    }
}

/// Every program that has a source.
fn programs(workspace: &Workspace) -> Result<Vec<Program>> {
    let program = |source: &Path, suffix: &str, standard| {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{name}{suffix}");
        Program {
            source: source.to_owned(),
            standard,
            output: workspace.c_guests().join(format!("{name}.wasm")),
            stamp: workspace.guest_build().join("c").join(name),
        }
    };
    let mut programs = Vec::new();
    for source in publish::files(&workspace.root().join(TESTS), "c")? {
        for (name, standard) in STANDARDS {
            programs.push(program(&source, &format!(".{name}"), standard));
        }
    }
    for source in publish::files(&workspace.root().join(EXAMPLES), "c")? {
        programs.push(program(&source, "", OF_EXAMPLES));
    }
    let directory = workspace.c_guests();
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    Ok(programs)
}

/// Compiles on all processors, and returns the number of programs that failed.
fn compile(due: Vec<(&Program, Command, u64)>) -> Result<usize> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let due = Mutex::new(due.into_iter());
    let next = || due.lock().expect("nothing panics with it").next();
    let work = || {
        let mut failed = 0;
        while let Some((program, command, inputs)) = next() {
            failed += usize::from(!program.compile(command, inputs)?);
        }
        Ok(failed)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join());
        results.map(|r| r.expect("a compile does not panic")).sum()
    })
}

/// A hash of the inputs that all programs share: the compiler, the headers and the library.
fn common(sdk: &Sdk) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    sdk.clang.version()?.hash(&mut hasher);
    for header in publish::tree(&sdk.include)? {
        hash_file(&header, &mut hasher)?;
    }
    hash_file(&sdk.library, &mut hasher)?;
    Ok(hasher.finish())
}

fn hash_file(path: &Path, hasher: &mut impl Hasher) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    (path, bytes).hash(hasher);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
