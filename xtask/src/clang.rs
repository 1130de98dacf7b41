//! The C compiler for WebAssembly.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::process;
use crate::setup::{self, Machine};

/// The environment variable that names the directory of wasi-sdk.
pub(crate) const SDK_VARIABLE: &str = "WASI_SDK_PATH";

/// Debian's packages that compile C for WebAssembly. A test alone takes the C++ library, 2 MB: a
/// machine that has the others goes on without it.
const PACKAGES: [&str; 6] = [
    "clang-22",
    "libclang-rt-22-dev-wasm32",
    "wasi-libc",
    "lld-22",
    "libc++-22-dev-wasm32",
    "libc++abi-22-dev-wasm32",
];
/// Debian's compiler.
const DEBIAN_CLANG: &str = "/usr/bin/clang-22";
/// The files that it reads.
const FILES: [&str; 5] = [
    DEBIAN_CLANG,
    "/usr/lib/llvm-22/bin/wasm-ld",
    "/usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a",
    "/usr/include/wasm32-wasi/stdio.h",
    "/usr/lib/wasm32-wasi/crt1-command.o",
];
/// The options for WASI preview 1. Debian's C library has the target's old name, which clang warns
/// of.
const DEBIAN_OPTIONS: [&str; 3] = ["-Wno-deprecated", "--target=wasm32-wasi", "--sysroot=/usr"];

/// A C compiler for WASI preview 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clang {
    /// The executable.
    pub program: PathBuf,
    /// The options for this target.
    pub options: Vec<OsString>,
}

impl Clang {
    /// A command that starts with these options.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.options);
        command
    }

    /// The output of `--version`.
    pub(crate) fn version(&self) -> Result<Vec<u8>> {
        let mut command = self.command();
        let output = process::captured(command.arg("--version"))?;
        process::succeeded(&command, output.status)?;
        Ok(output.stdout)
    }

    /// Debian's compiler.
    fn debian() -> Clang {
        Clang {
            program: DEBIAN_CLANG.into(),
            options: DEBIAN_OPTIONS.map(OsString::from).to_vec(),
        }
    }
}

/// Finds the compiler, or installs Debian's. `sdk` is the value of [`SDK_VARIABLE`].
pub(crate) fn set_up(
    machine: &impl Machine,
    sdk: Option<&OsStr>,
    say: impl Fn(&str),
) -> Result<Clang> {
    if let Some(path) = sdk.filter(|path| !path.is_empty()) {
        let program = Path::new(path).join("bin").join("clang");
        if !program.exists() {
            let missing = program.display();
            bail!("WASI_SDK_PATH names a directory without {missing}; correct it, or unset it");
        }
        let options = vec!["--target=wasm32-wasip1".into()];
        return Ok(Clang { program, options });
    }
    if machine.missing_file(&FILES).is_some() {
        setup::install(machine, &PACKAGES, &FILES, say).map_err(|debian| {
            let packages = PACKAGES.join(" ");
            anyhow!(
                "found no C compiler for wasm32-wasip1, and Debian's clang cannot be installed: {debian:#}\n\
                 Do one of these, then try again:\n\
                 \x20 set WASI_SDK_PATH to the directory of https://github.com/WebAssembly/wasi-sdk\n\
                 \x20 apt-get update && apt-get install {packages}   (as root, Debian 12)"
            )
        })?;
    }
    Ok(Clang::debian())
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::env;
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::toolchain::Target;

    /// A machine without Rust's targets that can install packages.
    #[derive(Default)]
    struct Fake {
        packages: Cell<bool>,
        no_root: bool,
        installed: RefCell<Vec<String>>,
    }

    impl Machine for Fake {
        fn has_target(&self, _: Target) -> bool {
            false
        }

        fn add_target(&self, _: Target, _: Duration) -> Result<()> {
            bail!("no rustup")
        }

        fn missing_file(&self, files: &[&'static str]) -> Option<&'static Path> {
            (!self.packages.get()).then_some(Path::new(files[0]))
        }

        fn cannot_install(&self) -> Option<String> {
            self.no_root.then(|| "not root".into())
        }

        fn install_packages(&self, packages: &[&str]) -> Result<()> {
            self.packages.set(true);
            let packages = packages.iter().map(|package| (*package).to_owned());
            self.installed.borrow_mut().extend(packages);
            Ok(())
        }
    }

    fn found(fake: &Fake, sdk: Option<&Path>) -> Result<Clang, String> {
        set_up(fake, sdk.map(Path::as_os_str), |_| ()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn debians_compiler_is_installed_once() {
        let fake = Fake::default();
        assert_eq!(found(&fake, None), Ok(Clang::debian()));
        assert_eq!(fake.installed.take(), PACKAGES);
        // An empty variable counts as unset.
        assert_eq!(found(&fake, Some(Path::new(""))), Ok(Clang::debian()));
        assert_eq!(fake.installed.take(), [""; 0]);
    }

    #[test]
    fn message_says_why_and_what_to_do_if_clang_cannot_be_installed() {
        let fake = Fake {
            no_root: true,
            ..Fake::default()
        };
        let message = found(&fake, None).unwrap_err();
        for part in ["not root", "set WASI_SDK_PATH", "apt-get install clang-22 "] {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }

    #[test]
    fn wasi_sdk_precedes_debians_compiler_and_must_exist() {
        let sdk = env::temp_dir().join(format!("xtask-wasi-sdk-{}", std::process::id()));
        let missing = found(&Fake::default(), Some(&sdk)).unwrap_err();
        assert!(missing.starts_with("WASI_SDK_PATH names"), "{missing}");
        fs::create_dir_all(sdk.join("bin")).unwrap();
        fs::write(sdk.join("bin/clang"), "").unwrap();
        let clang = found(&Fake::default(), Some(&sdk));
        fs::remove_dir_all(&sdk).unwrap();
        let clang = clang.unwrap();
        assert_eq!(clang.program, sdk.join("bin/clang"));
        assert_eq!(clang.options, ["--target=wasm32-wasip1"]);
    }
}
