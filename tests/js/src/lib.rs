//! Runs guests that `jco` has turned into JavaScript, on the host in `host/js`.
//!
//! `cargo xtask guests` installs the tools from npm. Where they cannot be had, every test says so.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

/// The root directory of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The directory of built guests.
pub fn guests() -> PathBuf {
    root().join("target/guests")
}

/// A file of [`guests`], named without `.wasm`, as a component.
pub fn component(program: &str) -> Vec<u8> {
    let file = guests().join(program).with_added_extension("wasm");
    let bytes = fs::read(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}: run `cargo xtask guests` first",
            file.display()
        )
    });
    let component = winsock_async_componentize::component(&bytes);
    component.expect("a program").into_owned()
}

/// Why this machine cannot have something, if set-up has found so.
fn missing(name: &str) -> Option<String> {
    fs::read_to_string(guests().join(name).with_added_extension("missing")).ok()
}

/// Debian's Chromium. If set-up has found that this machine cannot have it, prints why and returns
/// `None`.
pub fn chromium() -> Option<&'static Path> {
    if let Some(reason) = missing("javascript-browser") {
        println!("!!! NOT TESTED: the page in a browser: {reason} !!!");
        return None;
    }
    let program = Path::new("/usr/bin/chromium");
    let shown = program.display();
    assert!(
        program.exists(),
        "no {shown}: run `cargo xtask guests` first"
    );
    Some(program)
}

/// The tools of npm. `cargo xtask guests` has installed them.
#[derive(Clone, Debug)]
pub struct Tools(PathBuf);

impl Tools {
    /// Finds the tools. If set-up has found that this machine cannot have them, prints why and
    /// returns `None`.
    pub fn find() -> Option<Tools> {
        if let Some(reason) = missing("javascript-host") {
            println!("!!! NOT TESTED: the JavaScript host: {reason} !!!");
            return None;
        }
        let directory = root().join("target/foreign-guests/javascript-host");
        let shown = directory.display();
        assert!(
            directory.join("installed").exists(),
            "no tools in {shown}: run `cargo xtask guests` first"
        );
        Some(Tools(directory))
    }

    /// The directory that has the tools in its `node_modules`.
    pub fn directory(&self) -> &Path {
        &self.0
    }

    /// A program of npm.
    pub fn program(&self, name: &str) -> Command {
        Command::new(self.0.join("node_modules/.bin").join(name))
    }

    /// A Node of this mode: the machine's, or the one of npm that has JSPI.
    pub fn node(&self, mode: Mode) -> Command {
        match mode {
            Mode::Node => Command::new("node"),
            Mode::Jspi => self.program("node"),
        }
    }

    /// The path of a script of `tests/js/node`. A copy beside the tools, because Node looks for
    /// packages from where a script is.
    pub fn script(&self, name: &str) -> PathBuf {
        let copy = self.0.join(name);
        let source = root().join("tests/js/node").join(name);
        replace(&copy, &fs::read(source).expect("a script"));
        copy
    }
}

/// How a guest waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The thread blocks, and another one runs the lookups.
    Node,
    /// The runtime suspends the guest, and its thread runs the lookups.
    Jspi,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Mode::Node => "node",
            Mode::Jspi => "jspi",
        }
    }
}

/// Guests as JavaScript.
#[derive(Debug)]
pub struct Guests {
    tools: Tools,
    mode: Mode,
    directory: PathBuf,
}

impl Guests {
    /// Transpiles these files of [`guests`], named without `.wasm`, unless they are up to date.
    pub fn transpile(tools: Tools, mode: Mode, programs: &[String]) -> Guests {
        let directory = tools.directory().join(mode.name());
        let components = directory.join("components");
        fs::create_dir_all(&components).expect("a directory");
        replace(
            &directory.join("package.json"),
            b"{ \"type\": \"module\" }\n",
        );
        let script = tools.script("transpile.mjs");
        // Tests transpile some programs of others: one after the other, so that each is done once.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stale = BTreeMap::new();
        for program in programs {
            let bytes = component(program);
            let mut hasher = DefaultHasher::new();
            (&bytes, fs::read(&script).expect("a script")).hash(&mut hasher);
            let stamp = directory.join(flat(program)).join("stamp");
            let hash = format!("{:x}", hasher.finish());
            if fs::read_to_string(&stamp).is_ok_and(|old| old == hash) {
                continue;
            }
            let path = components.join(flat(program)).with_added_extension("wasm");
            fs::write(&path, bytes).expect("a component");
            stale.insert(path, (stamp, hash));
        }
        if !stale.is_empty() {
            let mut command = Command::new("node");
            command.arg(script).arg(mode.name()).arg(&directory);
            let status = command.args(stale.keys()).status().expect("node");
            assert!(status.success(), "jco has failed: {status}");
            for (stamp, hash) in stale.values() {
                fs::write(stamp, hash).expect("a stamp");
            }
        }
        Guests {
            tools,
            mode,
            directory,
        }
    }

    /// Runs a guest on a host with these options, which are those of `configure`.
    pub fn run(&self, program: &str, options: &Value, args: &[&str]) -> Run {
        let name = flat(program);
        let guest = self.directory.join(&name).join(format!("{name}.js"));
        let report = self
            .directory
            .join(&name)
            .join(format!("report-{}", args.len()));
        // The shell opens descriptor 3, which the guest does not know.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$@\" 3>\"$0\""]).arg(&report);
        let node = self.tools.node(self.mode);
        command
            .arg(node.get_program())
            .arg(self.tools.script("run.mjs"));
        command.arg(self.mode.name()).arg(guest);
        command.arg(options.to_string()).args(args);
        command.stdin(Stdio::null());
        let output = command.output().expect("node");
        let mut json = String::new();
        let read = fs::File::open(&report).and_then(|mut file| file.read_to_string(&mut json));
        read.expect("a report");
        let report = serde_json::from_str(&json);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let Report { stats, outstanding } =
            report.unwrap_or_else(|_| panic!("{program} has no report {json:?}: {error}"));
        Run {
            status: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            error,
            stats,
            outstanding,
        }
    }
}

/// How a guest ended.
#[derive(Debug)]
pub struct Run {
    /// The exit status. A trap is 1.
    pub status: Option<i32>,
    /// What it wrote to standard output.
    pub output: String,
    /// What it and the host wrote to standard error.
    pub error: String,
    /// The statistics of its session.
    pub stats: Stats,
    /// The requests that are left in the engine after the end of its session.
    pub outstanding: u64,
}

#[derive(Deserialize)]
struct Report {
    stats: Stats,
    outstanding: u64,
}

/// Counts of requests, as `host/js/src/stats.js` has them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[expect(missing_docs, reason = "the JavaScript host documents them")]
pub struct Stats {
    pub requests: u64,
    pub refused: u64,
    pub answered: u64,
    pub denied: u64,
    pub failed: BTreeMap<String, u64>,
    pub cancelled: u64,
    pub completed: u64,
    pub pending: u64,
}

/// The host that the programs of `tests/guests` and `tests/c` rely on: that of `tests/host`.
pub fn options() -> Value {
    let script = root().join("tests/host/src/script.toml");
    json!({
        "resolvers": [script_resolver(&script), { "kind": "tables", "hosts": "" }],
        "policy": { "allow": ["*.test", "192.0.2.0/24"] },
        "limits": { "maxRequests": 100 },
        "hostName": "quick.test",
    })
}

/// A script in TOML as a resolver of the JavaScript host.
pub fn script_resolver(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a script");
    let script: toml::Table = text.parse().expect("TOML");
    json!({ "kind": "script", "script": script })
}

/// A program's name without a directory.
fn flat(program: &str) -> String {
    program.replace('/', "-")
}

/// Writes a file if its content differs. Readers see the old file or the new one.
fn replace(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return;
    }
    let thread = std::thread::current().id();
    let new = path.with_added_extension(format!("new-{}-{thread:?}", std::process::id()));
    fs::write(&new, bytes).expect("a file");
    fs::rename(&new, path).expect("a file");
}
