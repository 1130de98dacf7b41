//! Set-up: finds or installs the toolchain for guests.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::toolchain::{FILES, PACKAGES, Target, Toolchain};

/// The time limit of rustup if no other toolchain is installed.
const PATIENT: Duration = Duration::from_secs(300);
/// The time limit of rustup if Debian's packages are installed.
const BRIEF: Duration = Duration::from_secs(30);

/// The questions and actions of set-up.
pub(crate) trait Machine {
    /// Whether the toolchain in use has the target.
    fn has_target(&self, target: Target) -> bool;
    /// Adds the target with rustup.
    fn add_target(&self, target: Target, limit: Duration) -> Result<()>;
    /// The first of these files that does not exist.
    fn missing_file(&self, files: &[&'static str]) -> Option<&'static Path>;
    /// The reason why packages cannot be installed, or none if they can.
    fn cannot_install(&self) -> Option<String>;
    /// Installs these packages of Debian.
    fn install_packages(&self, packages: &[&str]) -> Result<()>;
}

/// Finds a toolchain for a target, or installs one. `say` gets a line before each slow action.
pub(crate) fn set_up(
    machine: &impl Machine,
    target: Target,
    say: impl Fn(&str),
) -> Result<Toolchain> {
    if machine.has_target(target) {
        return Ok(Toolchain::Target);
    }
    let debian_ready = machine.missing_file(&FILES).is_none();
    say(&format!("Adding rustup's target {}", target.name()));
    let limit = if debian_ready { BRIEF } else { PATIENT };
    let rustup = match machine.add_target(target, limit) {
        Ok(()) if machine.has_target(target) => return Ok(Toolchain::Target),
        Ok(()) => "the target was added to another toolchain than the one in use".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    if debian_ready {
        say("Using Debian's compiler instead");
        return Ok(Toolchain::Debian);
    }
    match install(machine, &PACKAGES, &FILES, say) {
        Ok(()) => Ok(Toolchain::Debian),
        Err(debian) => {
            let (target, packages) = (target.name(), PACKAGES.join(" "));
            bail!(
                "found no toolchain for {target}\n\
                 \x20 with rustup: {rustup}\n\
                 \x20 with Debian's packages: {debian:#}\n\
                 Install one of the two, then try again:\n\
                 \x20 rustup target add {target}\n\
                 \x20 apt-get update && apt-get install {packages}   (as root, Debian 12)"
            )
        }
    }
}

/// Installs packages of Debian. Fails if that is impossible, or if a file of `files` is missing
/// after it.
pub(crate) fn install(
    machine: &impl Machine,
    packages: &[&str],
    files: &[&'static str],
    say: impl Fn(&str),
) -> Result<()> {
    if let Some(reason) = machine.cannot_install() {
        bail!(reason);
    }
    say(&format!("Installing Debian's {}", packages.join(", ")));
    machine.install_packages(packages)?;
    if let Some(missing) = machine.missing_file(files) {
        let missing = missing.display();
        bail!("the packages are installed, yet {missing} is missing");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::toolchain::WASI_START;

    /// A machine that behaves as its fields say, and records the actions.
    #[derive(Default)]
    struct Fake {
        target: Cell<bool>,
        rustup_works: bool,
        adds_elsewhere: bool,
        packages: Cell<bool>,
        apt_works: bool,
        apt_incomplete: bool,
        no_root: bool,
        done: RefCell<Vec<String>>,
    }

    impl Machine for Fake {
        fn has_target(&self, _: Target) -> bool {
            self.target.get()
        }

        fn add_target(&self, _: Target, limit: Duration) -> Result<()> {
            self.done
                .borrow_mut()
                .push(format!("rustup {}", limit.as_secs()));
            if !self.rustup_works {
                bail!("rustup has no network");
            }
            self.target.set(!self.adds_elsewhere);
            Ok(())
        }

        fn missing_file(&self, _: &[&'static str]) -> Option<&'static Path> {
            (!self.packages.get()).then_some(Path::new(WASI_START))
        }

        fn cannot_install(&self) -> Option<String> {
            self.no_root.then(|| "not root".into())
        }

        fn install_packages(&self, _: &[&str]) -> Result<()> {
            self.done.borrow_mut().push("apt".into());
            if !self.apt_works {
                bail!("apt has no network");
            }
            self.packages.set(!self.apt_incomplete);
            Ok(())
        }
    }

    fn outcome(fake: &Fake) -> (Result<Toolchain, String>, Vec<String>) {
        let result = set_up(fake, Target::Wasip2, |_| ()).map_err(|error| error.to_string());
        (result, fake.done.take())
    }

    #[test]
    fn installed_target_is_used_without_any_action() {
        let fake = Fake {
            target: true.into(),
            packages: true.into(),
            ..Fake::default()
        };
        assert_eq!(outcome(&fake), (Ok(Toolchain::Target), vec![]));
    }

    #[test]
    fn rustup_comes_first() {
        let fake = Fake {
            rustup_works: true,
            apt_works: true,
            ..Fake::default()
        };
        assert_eq!(
            outcome(&fake),
            (Ok(Toolchain::Target), vec!["rustup 300".into()])
        );
    }

    #[test]
    fn debians_packages_are_installed_if_rustup_cannot_fetch_the_target() {
        let fake = Fake {
            apt_works: true,
            ..Fake::default()
        };
        let done = vec!["rustup 300".into(), "apt".into()];
        assert_eq!(outcome(&fake), (Ok(Toolchain::Debian), done));
    }

    #[test]
    fn debians_packages_are_not_installed_twice_and_rustup_gets_a_short_limit() {
        let fake = Fake {
            packages: true.into(),
            apt_works: true,
            ..Fake::default()
        };
        assert_eq!(
            outcome(&fake),
            (Ok(Toolchain::Debian), vec!["rustup 30".into()])
        );
    }

    #[test]
    fn target_of_another_toolchain_is_not_used() {
        let fake = Fake {
            rustup_works: true,
            adds_elsewhere: true,
            apt_works: true,
            ..Fake::default()
        };
        assert_eq!(outcome(&fake).0, Ok(Toolchain::Debian));
    }

    #[test]
    fn message_says_why_and_what_to_install_if_neither_way_works() {
        let cases = [
            (
                Fake {
                    no_root: true,
                    ..Fake::default()
                },
                "not root",
            ),
            (Fake::default(), "apt has no network"),
            (
                Fake {
                    apt_works: true,
                    apt_incomplete: true,
                    ..Fake::default()
                },
                "crt1-command.o is missing",
            ),
        ];
        for (fake, why) in cases {
            let message = outcome(&fake).0.unwrap_err();
            for part in [
                why,
                "rustup has no network",
                "rustup target add wasm32-wasip2",
                "apt-get install rustc-web rust-web-src rust-web-llvm lld-22 wasi-libc",
            ] {
                assert!(message.contains(part), "{part:?} is not in {message:?}");
            }
        }
    }
}
