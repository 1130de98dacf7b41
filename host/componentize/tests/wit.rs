//! The interface in `wit/`, as a program's `deps` have it.

use std::fs;
use std::path::Path;

use wit_parser::{Resolve, SourceMap, WorldId, WorldItem, WorldKey};

/// The files of the interface.
fn interface() -> SourceMap {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("wit");
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    let mut sources = SourceMap::new();
    for file in files {
        sources.push_file(&file).unwrap();
    }
    sources
}

/// A part of a version of WASI 0.2.
fn wasi(version: &str) -> [String; 2] {
    let io = format!(
        "package wasi:io@{version};
        interface poll {{
            resource pollable {{ ready: func() -> bool; block: func(); }}
            poll: func(in: list<borrow<pollable>>) -> list<u32>;
        }}"
    );
    let cli = format!(
        "package wasi:cli@{version};
        interface environment {{ get-arguments: func() -> list<string>; }}
        interface run {{ run: func() -> result; }}
        world imports {{ import environment; import wasi:io/poll@{version}; }}"
    );
    [io, cli]
}

/// Parses a program's world beside the interface and a version of WASI.
fn world(version: &str, text: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    for package in wasi(version) {
        resolve.push_source("wasi.wit", &package).unwrap();
    }
    let group = interface().parse().map_err(|(_, error)| error);
    resolve.push_group(group.unwrap()).unwrap();
    let package = resolve.push_source("program.wit", text).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    (resolve, world)
}

/// The sorted names of what a world imports or exports.
fn names<'a>(
    resolve: &Resolve,
    items: impl IntoIterator<Item = (&'a WorldKey, &'a WorldItem)>,
) -> Vec<String> {
    let keys = items.into_iter().map(|(key, _)| key);
    let mut names: Vec<_> = keys.map(|key| resolve.name_world_key(key)).collect();
    names.sort();
    names
}

#[test]
fn interface_stands_beside_any_later_wasi_0_2() {
    for version in ["0.2.6", "0.2.12"] {
        let text = format!(
            "package a:program;
            world program {{
                include winsock:async-lookup/imports-without-readiness@0.1.0;
                include wasi:cli/imports@{version};
                export wasi:cli/run@{version};
            }}"
        );
        let (resolve, world) = world(version, &text);
        let world = &resolve.worlds[world];
        let expected = [
            &format!("wasi:cli/environment@{version}"),
            &format!("wasi:io/poll@{version}"),
            "winsock:async-lookup/completions@0.1.0",
            "winsock:async-lookup/lifecycle@0.1.0",
            "winsock:async-lookup/requests@0.1.0",
            "winsock:async-lookup/types@0.1.0",
        ];
        assert_eq!(names(&resolve, &world.imports), expected);
        let exports = names(&resolve, &world.exports);
        assert_eq!(exports, [format!("wasi:cli/run@{version}")]);
    }
}

#[test]
fn command_has_the_interface_the_command_line_and_run() {
    let text = "package a:program;
        world program { include winsock:async-lookup/command@0.1.0; }";
    let (resolve, world) = world("0.2.12", text);
    let world = &resolve.worlds[world];
    let expected = [
        "wasi:cli/environment@0.2.0",
        "wasi:cli/exit@0.2.0",
        "wasi:io/poll@0.2.0",
        "winsock:async-lookup/completions@0.1.0",
        "winsock:async-lookup/lifecycle@0.1.0",
        "winsock:async-lookup/readiness@0.1.0",
        "winsock:async-lookup/requests@0.1.0",
        "winsock:async-lookup/types@0.1.0",
    ];
    assert_eq!(names(&resolve, &world.imports), expected);
    assert_eq!(names(&resolve, &world.exports), ["wasi:cli/run@0.2.0"]);
}

#[test]
fn interface_needs_no_other_directory() {
    let mut resolve = Resolve::default();
    let group = interface().parse().map_err(|(_, error)| error);
    let package = resolve.push_group(group.unwrap()).unwrap();
    for world in ["imports", "imports-without-readiness", "command"] {
        resolve.select_world(&[package], Some(world)).unwrap();
    }
}
