//! CMake, with which the C library c-ares is built for the runner.

use std::env;

use crate::error::Error;
use crate::setup::{self, Machine};

/// Debian's package.
const PACKAGE: &str = "cmake";
/// What is in it.
const FILE: &str = "/usr/bin/cmake";

/// Installs Debian's where there is none, which `is_there` tells.
pub fn set_up(machine: &impl Machine, is_there: bool, say: impl Fn(&str)) -> Result<(), Error> {
    if is_there {
        return Ok(());
    }
    setup::install(machine, &[PACKAGE], &[FILE], say).map_err(|debian| Error::NoCmake { debian })
}

/// Whether builds find one: by the variable that they ask, or by the path.
pub fn is_there() -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::var_os("CMAKE").is_some()
        || env::split_paths(&paths).any(|path| path.join(PACKAGE).is_file())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::toolchain::Target;

    /// A machine that counts what is installed.
    #[derive(Default)]
    struct Fake {
        no_root: bool,
        installed: Cell<u32>,
    }

    impl Machine for Fake {
        fn has_target(&self, _: Target) -> bool {
            false
        }

        fn add_target(&self, _: Target, _: Duration) -> Result<(), Error> {
            Err(Error::NotFromCargo)
        }

        fn missing_file(&self, files: &[&'static str]) -> Option<&'static Path> {
            (self.installed.get() == 0).then_some(Path::new(files[0]))
        }

        fn cannot_install(&self) -> Option<String> {
            self.no_root.then(|| "not root".into())
        }

        fn install_packages(&self, packages: &[&str]) -> Result<(), Error> {
            assert_eq!(packages, [PACKAGE]);
            self.installed.set(self.installed.get() + 1);
            Ok(())
        }
    }

    #[test]
    fn it_is_installed_only_where_it_is_missing() {
        let machine = Fake::default();
        set_up(&machine, true, |_| ()).unwrap();
        assert_eq!(machine.installed.get(), 0);
        set_up(&machine, false, |_| ()).unwrap();
        assert_eq!(machine.installed.get(), 1);
    }

    #[test]
    fn without_it_the_message_says_why_and_what_to_install() {
        let machine = Fake {
            no_root: true,
            ..Fake::default()
        };
        let message = set_up(&machine, false, |_| ()).unwrap_err().to_string();
        for part in ["not root", "apt-get install cmake"] {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}
