//! The checks of the fuzz targets. Each target is one file in `fuzz_targets`; `cargo xtask fuzz`
//! runs them.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod dns;
pub mod session;
pub mod tables;
