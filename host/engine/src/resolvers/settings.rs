//! The settings of a resolver.

#![cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`System` uses the search list alone")
)]

use std::net::SocketAddr;
use std::time::Duration;

use super::search::SearchList;

/// The settings of resolv.conf, with its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) search: SearchList,
    pub(crate) timeout: Duration,
    pub(crate) tries: u8,
    pub(crate) rotate: bool,
    pub(crate) tcp: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            servers: Vec::new(),
            search: SearchList::default(),
            timeout: Duration::from_secs(5),
            tries: 2,
            rotate: false,
            tcp: false,
        }
    }
}
