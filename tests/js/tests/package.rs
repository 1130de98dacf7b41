//! The package `winsock-async` of npm: its unit tests, its types, and what it packs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use winsock_async_js_tests::{Guests, Mode, Tools, component, root};

fn package() -> PathBuf {
    root().join("host/js")
}

/// Runs a command to its end, which must be a success, and returns its output.
#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("a program that starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}\n{error}");
    text
}

/// The files below a directory, in order.
fn tree(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let files = paths.flat_map(|path| match path.is_dir() {
        true => tree(&path),
        false => vec![path],
    });
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    files
}

// Also on the Node of npm: its URLs have other tables of IDNA.
#[test]
fn unit_tests_pass_on_the_oldest_node_and_on_a_new_one() {
    let Some(tools) = Tools::find() else { return };
    let files = tree(&package().join("test"));
    let tests = files
        .iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.js"));
    for mode in [Mode::Node, Mode::Jspi] {
        let mut node = tools.node(mode);
        node.args(["--test", "--test-reporter", "tap"])
            .args(tests.clone());
        let output = succeeds(&mut node);
        let count = output.lines().find_map(|line| line.strip_prefix("# pass "));
        let count: u32 = count.expect("a count").parse().expect("a number");
        println!("{mode:?}: {count} tests have passed");
        assert!(count > 55, "{output}");
    }
}

/// The first block of code in a language, in Markdown.
fn block<'a>(markdown: &'a str, language: &str) -> &'a str {
    let fence = format!("```{language}\n");
    let (_, rest) = markdown.split_once(&fence).expect("a block");
    rest.split_once("```").expect("its end").0
}

/// Follows the page of the package: its command makes the guest, and its program runs it.
#[test]
fn example_of_the_readme_runs_a_guest() {
    let Some(tools) = Tools::find() else { return };
    let readme = fs::read_to_string(package().join("README.md")).expect("a page");
    let directory = tools.directory().join("readme");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a directory");
    let write = |name: &str, bytes: &[u8]| fs::write(directory.join(name), bytes).expect("a file");
    write("package.json", br#"{ "type": "module" }"#);
    write("guest.wasm", &component("first-future"));
    write("run.js", block(&readme, "js").as_bytes());
    let commands = block(&readme, "sh").lines();
    let transpile = commands.filter_map(|line| line.strip_prefix("npx ")).next();
    let bin = tools.directory().join("node_modules/.bin");
    let script = format!("{}\nexec \"$0\" run.js", transpile.expect("a command"));
    let mut shell = Command::new("sh");
    shell.arg("-ec").arg(script).current_dir(&directory);
    // The Node of npm is in that directory too: the machine's is asked for by its path.
    let node = succeeds(Command::new("node").args(["-p", "process.execPath"]));
    shell.arg(node.trim());
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = [bin].into_iter().chain(env::split_paths(&path));
    shell.env("PATH", env::join_paths(paths).expect("a PATH"));
    let output = succeeds(&mut shell);
    assert!(
        output.contains("localhost at [127.0.0.1], port 80"),
        "{output}"
    );
    assert!(output.contains("answered: 2"), "{output}");
}

/// The declarations in `host/js/types` are what the compiler makes of the sources, whose types it
/// checks.
#[test]
fn types_are_those_of_the_sources() {
    let Some(tools) = Tools::find() else { return };
    let made = tools.directory().join("types");
    let _ = fs::remove_dir_all(&made);
    let roots = tools.directory().join("node_modules/@types");
    let mut compiler = tools.program("tsc");
    compiler
        .arg("--project")
        .arg(package())
        .arg("--outDir")
        .arg(&made);
    succeeds(compiler.arg("--typeRoots").arg(roots));
    let types = package().join("types");
    let relative = |directory: &Path| {
        let files = tree(directory).into_iter();
        let file = |path: PathBuf| {
            let name = path
                .strip_prefix(directory)
                .expect("a file in it")
                .to_owned();
            (name, fs::read_to_string(&path).expect("text"))
        };
        files.map(file).collect::<Vec<_>>()
    };
    let mut committed = relative(&types);
    committed.retain(|(name, _)| name != Path::new("wit.d.ts"));
    let help = "run `tsc --project host/js` of npm's typescript, and commit what it writes";
    assert!(relative(&made) == committed, "{help}");
}

#[test]
fn types_check_a_program_in_typescript() {
    let Some(tools) = Tools::find() else { return };
    let program = tools.script("consumer.mts");
    let mut compiler = tools.program("tsc");
    compiler.args(["--noEmit", "--strict", "--module", "nodenext"]);
    compiler.args(["--target", "es2022", "--types", "node"]);
    succeeds(compiler.arg(program).current_dir(tools.directory()));
}

/// `types/wit.d.ts` is what jco makes of the interface, without its comments.
#[test]
fn types_of_the_interface_are_those_of_its_wit() {
    let Some(tools) = Tools::find() else { return };
    let guest = "cancel";
    let _guests = Guests::transpile(tools.clone(), Mode::Node, &[guest.into()]);
    let made = tools.directory().join("node").join(guest);
    let made = made.join("interfaces/winsock-async-lookup-types.d.ts");
    let made = fs::read_to_string(made).expect("declarations");
    let mut types =
        String::from("// Made by jco from wit/types.wit. A test fails if it is out of date.\n");
    let mut is_comment = false;
    for line in made.lines() {
        is_comment |= line.trim_start().starts_with("/**");
        if !is_comment {
            types.push_str(line);
            types.push('\n');
        }
        is_comment &= !line.trim_end().ends_with("*/");
    }
    let committed = fs::read_to_string(package().join("types/wit.d.ts")).expect("types");
    assert_eq!(types, committed);
}

#[test]
fn package_has_its_sources_types_readme_and_licence_and_nothing_else() {
    if Tools::find().is_none() {
        return;
    }
    let mut npm = Command::new("npm");
    npm.args(["pack", "--dry-run", "--json", "--ignore-scripts"]);
    let output = succeeds(npm.current_dir(package()));
    let packed: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    let files = packed[0]["files"].as_array().expect("files").iter();
    let names: Vec<&str> = files.filter_map(|file| file["path"].as_str()).collect();
    for needed in [
        "LICENSE",
        "README.md",
        "package.json",
        "src/index.js",
        "types/wit.d.ts",
    ] {
        assert!(names.contains(&needed), "{names:?}");
    }
    for name in names {
        let is_ours = ["src/", "types/"]
            .iter()
            .any(|folder| name.starts_with(folder));
        assert!(
            is_ours || ["LICENSE", "README.md", "package.json"].contains(&name),
            "{name}"
        );
    }
}
