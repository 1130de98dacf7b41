//! The environment of a process, as far as it changes the settings.

use std::env;

/// What applies beside the file. The default has none of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `LOCALDOMAIN`: the search list, instead of the file's.
    pub(crate) local_domain: Option<Vec<u8>>,
    /// `RES_OPTIONS`: options after those of the file.
    pub(crate) res_options: Option<Vec<u8>>,
    /// The machine's name. Its domain is the search list if nothing else names one.
    pub(crate) host_name: Vec<u8>,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_process() -> Environment {
        let variable = |name| env::var_os(name).map(|value| value.into_encoded_bytes());
        Environment {
            local_domain: variable("LOCALDOMAIN"),
            res_options: variable("RES_OPTIONS"),
            host_name: gethostname::gethostname().into_encoded_bytes(),
        }
    }
}
