//! The names by which the builds and sources of Windows programs know the headers and libraries of
//! the SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::publish;

/// The headers of the C library that old programs spell in capitals.
const C_HEADERS: [&str; 14] = [
    "assert", "ctype", "errno", "float", "limits", "locale", "malloc", "math", "memory", "stdarg",
    "stddef", "stdio", "stdlib", "string",
];
/// Other names of the library, as the options `-l` of real builds have them.
const SAME_LIBRARY: [&str; 8] = [
    "wsock32", "Wsock32", "WSock32", "WSOCK32", "Ws2_32", "WS2_32", "winsock", "mswsock",
];
/// Libraries of Windows whose functions, where they exist here, are in the one library.
const EMPTY_LIBRARIES: [&str; 34] = [
    "advapi32", "comctl32", "comdlg32", "crypt32", "dnsapi", "gdi32", "imm32", "iphlpapi",
    "kernel32", "mingw32", "mingwex", "moldname", "mpr", "msvcrt", "netapi32", "ntdll", "odbc32",
    "odbccp32", "ole32", "oleaut32", "psapi", "rpcrt4", "secur32", "setupapi", "shell32",
    "shlwapi", "user32", "userenv", "uuid", "version", "wininet", "winmm", "winspool", "ws2help",
];
/// An archive without members.
const EMPTY: &[u8] = b"!<arch>\n";

/// Adds all names to an SDK with the library `library`. Its headers are `headers`, by their names.
pub(crate) fn add(root: &Path, headers: &[String], library: &Path) -> Result<()> {
    let include = root.join("include");
    for (name, text) in spellings(&include, headers)? {
        publish::replace(&include.join(name), text.as_bytes())?;
    }
    let directory = library.parent().unwrap_or(root);
    for name in EMPTY_LIBRARIES {
        publish::replace(&directory.join(archive(name)), EMPTY)?;
    }
    let has_case = has_case(directory, library)?;
    for name in SAME_LIBRARY {
        let alias = directory.join(archive(name));
        if has_case || !name.eq_ignore_ascii_case("ws2_32") {
            link(library, &alias)?;
        }
    }
    Ok(())
}

/// Whether the path in an SDK, relative to it, is such a name.
pub(crate) fn is_added(path: &Path, headers: &[String]) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    if path.starts_with("include") {
        let lower = name.to_ascii_lowercase();
        let is_c = C_HEADERS.iter().any(|stem| lower == format!("{stem}.h"));
        return name != lower && (is_c || headers.contains(&lower));
    }
    let mut libraries = SAME_LIBRARY.iter().chain(&EMPTY_LIBRARIES);
    path.starts_with("lib") && libraries.any(|library| archive(library) == name)
}

/// Files that include a header under its name in small letters. None if the file system finds the
/// headers in any case, where such a file would replace its header.
fn spellings(include: &Path, headers: &[String]) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let Some(first) = headers.first() else {
        return Ok(files);
    };
    if !has_case(include, &include.join(first))? {
        return Ok(files);
    }
    let own = headers.iter().filter_map(|name| name.strip_suffix(".h"));
    for stem in own.chain(C_HEADERS) {
        for name in spelled(stem) {
            files.insert(name, format!("#include <{stem}.h>\n"));
        }
    }
    Ok(files)
}

/// The names of a header as programs spell it, other than in small letters.
fn spelled(stem: &str) -> BTreeSet<String> {
    let mut stems = vec![
        stem.to_owned(),
        capitalized(stem),
        stem.to_ascii_uppercase(),
    ];
    if let Some(rest) = stem.strip_prefix("win") {
        stems.push(format!("Win{}", capitalized(rest)));
    }
    if let Some(rest) = stem.strip_suffix('x') {
        stems.push(capitalized(rest) + "X");
    }
    let names = stems
        .iter()
        .flat_map(|stem| [format!("{stem}.h"), format!("{stem}.H")]);
    names.filter(|name| *name != format!("{stem}.h")).collect()
}

fn capitalized(text: &str) -> String {
    let (first, rest) = text.split_at(text.len().min(1));
    first.to_ascii_uppercase() + rest
}

fn archive(library: &str) -> String {
    format!("lib{library}.a")
}

/// Whether the file system tells this file of the directory from one in capitals.
fn has_case(directory: &Path, file: &Path) -> Result<bool> {
    let name = file.file_name().unwrap_or_default().to_ascii_uppercase();
    let listed = publish::entries(directory)?
        .iter()
        .any(|path| path.file_name() == Some(&*name));
    Ok(listed || !directory.join(name).exists())
}

/// Makes `alias` a second name of the file, or a copy where that is not possible.
fn link(file: &Path, alias: &PathBuf) -> Result<()> {
    let cannot = || format!("cannot make {}", alias.display());
    let new = alias.with_extension("a-new");
    let _ = fs::remove_file(&new);
    if fs::hard_link(file, &new).is_err() {
        fs::copy(file, &new).with_context(cannot)?;
    }
    fs::rename(&new, alias).with_context(cannot)?;
    // Renaming one name of a file to another of the same file leaves both.
    let _ = fs::remove_file(&new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_has_the_spellings_of_real_programs() {
        let names = spelled("winsock2");
        for name in [
            "WinSock2.h",
            "Winsock2.h",
            "WINSOCK2.H",
            "WINSOCK2.h",
            "winsock2.H",
        ] {
            assert!(names.contains(name), "{name}");
        }
        assert!(!names.contains("winsock2.h"));
        assert!(spelled("windowsx").contains("WindowsX.h"));
    }

    #[test]
    fn added_names_are_told_from_the_files_of_the_sdk() {
        let headers = ["winsock2.h".to_owned()];
        let is_added = |path: &str| is_added(Path::new(path), &headers);
        for added in [
            "include/WinSock2.h",
            "include/STDIO.H",
            "lib/libwsock32.a",
            "lib/libuser32.a",
        ] {
            assert!(is_added(added), "{added}");
        }
        for other in [
            "include/winsock2.h",
            "include/Gone.h",
            "lib/libws2_32.a",
            "share/WinSock2.h",
        ] {
            assert!(!is_added(other), "{other}");
        }
    }

    #[test]
    fn all_names_are_added_again_after_a_change() {
        let root = std::env::temp_dir().join(format!("xtask-names-{}", std::process::id()));
        let library = root.join("lib/libws2_32.a");
        let headers = ["windows.h".to_owned()];
        for bytes in [&b"old"[..], b"new", b"new"] {
            publish::replace(&root.join("include/windows.h"), b"").unwrap();
            publish::replace(&library, bytes).unwrap();
            add(&root, &headers, &library).unwrap();
            assert_eq!(fs::read(root.join("lib/libwsock32.a")).unwrap(), bytes);
            assert_eq!(fs::read(root.join("lib/libuser32.a")).unwrap(), EMPTY);
            assert_eq!(fs::read(root.join("include/windows.h")).unwrap(), b"");
        }
        let left = publish::tree(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert!(
            !left
                .iter()
                .any(|path| path.to_string_lossy().ends_with("-new"))
        );
    }
}
