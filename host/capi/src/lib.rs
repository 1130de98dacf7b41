#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod answer;
mod failure;
#[allow(
    unsafe_code,
    reason = "the C interface: the callers' pointers, and exported names"
)]
pub mod ffi;
mod guest;
mod registry;
mod settings;
mod signal;
mod stats;
pub mod types;
