//! The toolchains for guests, and cargo's command lines for them.

use std::ffi::OsString;
use std::process::Command;

use crate::workspace::Workspace;

/// How guests are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The toolchain in use, which has the target.
    Target,
    /// Debian's compiler, which also builds the standard library.
    Debian,
}

/// A product for WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product<'a> {
    /// All programs of a package, as components.
    Programs(&'a str),
    /// One program of a package, as a component: the package and the program.
    Program(&'a str, &'a str),
    /// All programs of a package, as core modules.
    Modules(&'a str),
    /// The static library of a package, and its target.
    Library(&'a str, Target),
    /// A package as a core module that is no program.
    Module(&'a str),
}

/// A target: what its programs import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// WASI preview 1: linkers make core modules.
    Wasip1,
    /// WASI 0.2: linkers make components.
    Wasip2,
    /// Nothing but what their sources declare: the standard library has neither files nor a clock.
    Unknown,
}

/// Debian's packages, which build for every [`Target`] without rustup.
///
/// `lld-22` is the linker that `rust-web-llvm` names but does not depend on.
pub(crate) const PACKAGES: [&str; 5] = [
    "rustc-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
    "wasi-libc",
];

/// Debian's compiler.
pub(crate) const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// Debian's linker, which its `wasm-component-ld` does not find by itself.
pub(crate) const WASM_LD: &str = "/usr/bin/wasm-ld-22";
/// Debian's C library for WebAssembly.
pub(crate) const WASI_LIBRARIES: &str = "/usr/lib/wasm32-wasi";
/// The start-up object of a program, in [`WASI_LIBRARIES`].
pub(crate) const WASI_START: &str = "/usr/lib/wasm32-wasi/crt1-command.o";

/// The files that a build with Debian's compiler reads. Other packages too have a [`DEBIAN_RUSTC`].
pub(crate) const FILES: [&str; 6] = [
    DEBIAN_RUSTC,
    "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
    "/usr/bin/rust-lld",
    WASM_LD,
    WASI_LIBRARIES,
    WASI_START,
];

impl Target {
    /// Its name for compilers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Target::Wasip1 => "wasm32-wasip1",
            Target::Wasip2 => "wasm32-wasip2",
            Target::Unknown => "wasm32-unknown-unknown",
        }
    }
}

impl Product<'_> {
    /// Its target.
    pub(crate) fn target(self) -> Target {
        match self {
            Product::Programs(_) | Product::Program(..) => Target::Wasip2,
            Product::Modules(_) => Target::Wasip1,
            Product::Library(_, target) => target,
            Product::Module(_) => Target::Unknown,
        }
    }
}

impl Toolchain {
    /// Names the toolchain in messages about a build for this target.
    pub(crate) fn describe(self, target: Target) -> String {
        match self {
            Toolchain::Target => format!("the installed target {}", target.name()),
            Toolchain::Debian => "Debian's rustc and wasi-libc, building std from source".into(),
        }
    }

    /// The `cargo build` of a product. `environment` has the names of all variables that the
    /// command would inherit. The command does not inherit variables that change the build.
    pub(crate) fn build_command(
        self,
        workspace: &Workspace,
        product: Product<'_>,
        environment: impl IntoIterator<Item = OsString>,
    ) -> Command {
        let mut command = workspace.cargo();
        for name in environment
            .into_iter()
            .filter(|name| changes_builds(&name.to_string_lossy()))
        {
            command.env_remove(name);
        }
        // Empty values also override cargo's configuration files.
        command
            .env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "");
        let flags = self.rustflags(product.target()).join("\x1f");
        command.env("CARGO_ENCODED_RUSTFLAGS", flags);
        let (package, part, profile) = match product {
            Product::Programs(package) => (package, vec!["--bins"], "guest"),
            Product::Program(package, name) => (package, vec!["--bin", name], "guest"),
            // Of one target and one profile, so that they share what they have in common.
            Product::Modules(package) => (package, vec!["--bins"], "sdk"),
            Product::Library(package, _) => (package, vec!["--lib"], "sdk"),
            Product::Module(package) => (package, vec!["--lib", "--crate-type", "cdylib"], "guest"),
        };
        // `cargo build` has no --crate-type.
        let build = match product {
            Product::Module(_) => "rustc",
            _ => "build",
        };
        command.args([build, "--package", package]).args(part);
        command.args(["--profile", profile]);
        command.args(["--target", product.target().name()]);
        command.arg("--target-dir").arg(workspace.guest_build());
        if self == Toolchain::Debian {
            command.args(["-Z", "build-std=std,panic_abort"]);
            // Allows -Z in a stable cargo and compiler.
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", DEBIAN_RUSTC);
        }
        command
    }

    fn rustflags(self, target: Target) -> Vec<String> {
        match (self, target) {
            // The second has no C library.
            (Toolchain::Target, _) | (_, Target::Unknown) => Vec::new(),
            // The sources contain no C library, so Debian's is linked.
            (Toolchain::Debian, _) => vec![
                "-L".into(),
                format!("native={WASI_LIBRARIES}"),
                "-C".into(),
                "link-self-contained=no".into(),
                "-C".into(),
                format!("link-arg={WASI_START}"),
                "-C".into(),
                format!("link-arg=--wasm-ld-path={WASM_LD}"),
            ],
        }
    }
}

/// Whether an environment variable with this name changes the products of cargo or their directory.
fn changes_builds(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "CC",
        "CFLAGS",
        "RUSTC",
        "RUSTC_BOOTSTRAP",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTFLAGS",
        "TARGET_CC",
        "TARGET_CFLAGS",
        "__CARGO_DEFAULT_LIB_METADATA",
    ];
    const PREFIXES: [&str; 6] = [
        "CARGO_BUILD_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_UNSTABLE_",
        "CC_wasm32",
        "CFLAGS_wasm32",
    ];
    let kept = name == "CARGO_BUILD_JOBS";
    !kept && (NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn command(toolchain: Toolchain, environment: &[&str]) -> Command {
        let workspace = Workspace::new("/w", "/toolchain/bin/cargo");
        let programs = Product::Programs("guests");
        toolchain.build_command(&workspace, programs, environment.iter().map(OsString::from))
    }

    /// The variable as the command sets it. The inner `None` means that the command removes it.
    fn variable<'a>(command: &'a Command, name: &str) -> Option<Option<&'a OsStr>> {
        command
            .get_envs()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    #[test]
    fn each_toolchain_has_its_command_line() {
        let target = command(Toolchain::Target, &[]);
        let line = "cargo build --package guests --bins --profile guest \
                    --target wasm32-wasip2 --target-dir /w/target/guest-build";
        assert_eq!(crate::process::typed(&target), line);
        assert_eq!(
            variable(&target, "CARGO_ENCODED_RUSTFLAGS"),
            Some(Some(OsStr::new("")))
        );
        assert_eq!(variable(&target, "RUSTC_BOOTSTRAP"), None);

        let debian = command(Toolchain::Debian, &[]);
        let line = format!("{line} -Z build-std=std,panic_abort");
        assert_eq!(crate::process::typed(&debian), line);
        assert_eq!(
            variable(&debian, "RUSTC"),
            Some(Some(OsStr::new(DEBIAN_RUSTC)))
        );
        assert_eq!(
            variable(&debian, "RUSTC_BOOTSTRAP"),
            Some(Some(OsStr::new("1")))
        );
        let flags = "-L\x1fnative=/usr/lib/wasm32-wasi\x1f-C\x1flink-self-contained=no\
                     \x1f-C\x1flink-arg=/usr/lib/wasm32-wasi/crt1-command.o\
                     \x1f-C\x1flink-arg=--wasm-ld-path=/usr/bin/wasm-ld-22";
        assert_eq!(
            variable(&debian, "CARGO_ENCODED_RUSTFLAGS"),
            Some(Some(OsStr::new(flags)))
        );
    }

    #[test]
    fn one_program_of_a_package_is_built_alone() {
        let workspace = Workspace::new("/w", "cargo");
        let program = Product::Program("guests", "lookup");
        let command = Toolchain::Target.build_command(&workspace, program, []);
        let line = crate::process::typed(&command);
        let expected = "cargo build --package guests --bin lookup --profile guest ";
        assert!(line.starts_with(expected), "{line}");
    }

    #[test]
    fn core_modules_are_programs_for_preview_1() {
        let workspace = Workspace::new("/w", "cargo");
        let command = Toolchain::Target.build_command(&workspace, Product::Modules("guests"), []);
        let line = "cargo build --package guests --bins --profile sdk \
                    --target wasm32-wasip1 --target-dir /w/target/guest-build";
        assert_eq!(crate::process::typed(&command), line);
    }

    #[test]
    fn a_library_has_a_profile_and_a_target_of_its_own() {
        let workspace = Workspace::new("/w", "cargo");
        let library = Product::Library("c", Target::Wasip1);
        let command = Toolchain::Target.build_command(&workspace, library, []);
        assert_eq!(
            crate::process::typed(&command),
            "cargo build --package c --lib --profile sdk --target wasm32-wasip1 \
             --target-dir /w/target/guest-build"
        );
    }

    #[test]
    fn a_module_is_linked_without_a_c_library() {
        let workspace = Workspace::new("/w", "cargo");
        let line = "cargo rustc --package p --lib --crate-type cdylib --profile guest \
                    --target wasm32-unknown-unknown --target-dir /w/target/guest-build";
        for (toolchain, more) in [
            (Toolchain::Target, ""),
            (Toolchain::Debian, " -Z build-std=std,panic_abort"),
        ] {
            let command = toolchain.build_command(&workspace, Product::Module("p"), []);
            assert_eq!(crate::process::typed(&command), format!("{line}{more}"));
            let flags = variable(&command, "CARGO_ENCODED_RUSTFLAGS");
            assert_eq!(flags, Some(Some(OsStr::new(""))));
        }
    }

    #[test]
    fn the_users_build_settings_do_not_leak_into_guests() {
        let leaking = [
            "RUSTFLAGS",
            "RUSTC",
            "RUSTC_BOOTSTRAP",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS",
            "CARGO_TARGET_WASM32_WASIP2_LINKER",
            "CARGO_PROFILE_GUEST_DEBUG",
            "CFLAGS",
            "CC_wasm32_wasip1",
        ];
        let harmless = [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_BUILD_JOBS",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
        ];
        let command = command(Toolchain::Target, &[&leaking[..], &harmless[..]].concat());
        for name in leaking {
            assert_eq!(variable(&command, name), Some(None), "{name}");
        }
        for name in harmless {
            assert_eq!(variable(&command, name), None, "{name}");
        }
        for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            assert_eq!(
                variable(&command, name),
                Some(Some(OsStr::new(""))),
                "{name}"
            );
        }
    }
}
