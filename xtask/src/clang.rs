//! The C compiler for WebAssembly.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::setup::{self, Machine};

/// Where the SDK of WASI is, if a person wants that.
pub const SDK_VARIABLE: &str = "WASI_SDK_PATH";

/// Debian's packages that compile C for WebAssembly.
const PACKAGES: [&str; 4] = [
    "clang-22",
    "libclang-rt-22-dev-wasm32",
    "wasi-libc",
    "lld-22",
];
/// Debian's compiler.
const DEBIAN_CLANG: &str = "/usr/bin/clang-22";
/// What it reads.
const FILES: [&str; 5] = [
    DEBIAN_CLANG,
    "/usr/lib/llvm-22/bin/wasm-ld",
    "/usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a",
    "/usr/include/wasm32-wasi/stdio.h",
    "/usr/lib/wasm32-wasi/crt1-command.o",
];
/// What makes it compile for WASI preview 1. The target is the old name, as Debian's C library has it, of which
/// clang warns.
const DEBIAN_OPTIONS: [&str; 3] = ["-Wno-deprecated", "--target=wasm32-wasi", "--sysroot=/usr"];

/// A C compiler for WASI preview 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clang {
    /// The file.
    pub program: PathBuf,
    /// The options that it needs for this target.
    pub options: Vec<OsString>,
}

impl Clang {
    /// A call of it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.options);
        command
    }

    /// What it says of its version.
    pub fn version(&self) -> Result<Vec<u8>, Error> {
        let mut command = self.command();
        let output = process::captured(command.arg("--version"))?;
        process::succeeded(&command, output.status)?;
        Ok(output.stdout)
    }

    /// Debian's.
    fn debian() -> Clang {
        Clang {
            program: DEBIAN_CLANG.into(),
            options: DEBIAN_OPTIONS.map(OsString::from).to_vec(),
        }
    }
}

/// Finds the compiler, `sdk` being the value of [`SDK_VARIABLE`], and installs Debian's where there is none.
pub fn set_up(
    machine: &impl Machine,
    sdk: Option<&OsStr>,
    say: impl Fn(&str),
) -> Result<Clang, Error> {
    let sdk = match sdk.filter(|path| !path.is_empty()) {
        Some(path) => {
            let program = Path::new(path).join("bin").join("clang");
            if program.exists() {
                let options = vec!["--target=wasm32-wasip1".into()];
                return Ok(Clang { program, options });
            }
            format!("{} is not there", program.display())
        }
        None => format!("{SDK_VARIABLE} is not set"),
    };
    if machine.missing_file(&FILES).is_none() {
        return Ok(Clang::debian());
    }
    match setup::install(machine, &PACKAGES, &FILES, say) {
        Ok(()) => Ok(Clang::debian()),
        Err(debian) => Err(Error::NoClang {
            sdk,
            debian,
            packages: PACKAGES.join(" "),
        }),
    }
}
