//! CMake and make, which build the C library c-ares for the runner.

use std::env;

use anyhow::{Result, anyhow};

use crate::setup::{self, Machine};

/// Debian's packages. Their names are those of the programs.
const PACKAGES: [&str; 2] = ["cmake", "make"];
/// The programs in them.
const FILES: [&str; 2] = ["/usr/bin/cmake", "/usr/bin/make"];

/// Installs Debian's packages unless `are_there`.
pub(crate) fn set_up(machine: &impl Machine, are_there: bool, say: impl Fn(&str)) -> Result<()> {
    if are_there {
        return Ok(());
    }
    setup::install(machine, &PACKAGES, &FILES, say).map_err(|debian| {
        let packages = PACKAGES.join(" ");
        anyhow!(
            "the runner needs CMake and make to build c-ares. Debian's cannot be installed: {debian:#}\n\
             Install them, then try again:\n\
             \x20 apt-get update && apt-get install {packages}   (as root, on Debian)"
        )
    })
}

/// Whether both programs are in a directory of `PATH`.
pub(crate) fn are_there() -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let is_there = |program| env::split_paths(&paths).any(|path| path.join(program).is_file());
    PACKAGES.iter().all(is_there)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::toolchain::Target;

    /// A machine that counts installations.
    #[derive(Default)]
    struct Fake {
        no_root: bool,
        installed: Cell<u32>,
    }

    impl Machine for Fake {
        fn has_target(&self, _: Target) -> bool {
            false
        }

        fn add_target(&self, _: Target, _: Duration) -> Result<()> {
            anyhow::bail!("no rustup")
        }

        fn missing_file(&self, files: &[&'static str]) -> Option<&'static Path> {
            (self.installed.get() == 0).then_some(Path::new(files[0]))
        }

        fn cannot_install(&self) -> Option<String> {
            self.no_root.then(|| "not root".into())
        }

        fn install_packages(&self, packages: &[&str]) -> Result<()> {
            assert_eq!(packages, PACKAGES);
            self.installed.set(self.installed.get() + 1);
            Ok(())
        }
    }

    #[test]
    fn packages_are_installed_only_if_a_program_is_missing() {
        let machine = Fake::default();
        set_up(&machine, true, |_| ()).unwrap();
        assert_eq!(machine.installed.get(), 0);
        set_up(&machine, false, |_| ()).unwrap();
        assert_eq!(machine.installed.get(), 1);
    }

    #[test]
    fn message_says_why_and_what_to_install_if_they_cannot_be_installed() {
        let machine = Fake {
            no_root: true,
            ..Fake::default()
        };
        let message = set_up(&machine, false, |_| ()).unwrap_err().to_string();
        for part in ["not root", "apt-get install cmake make"] {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}
