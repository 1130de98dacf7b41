//! The bindings that `wit-bindgen` makes of `wit/`. Off wasm they panic when called; native tests
//! replace them with a fake host (see [`crate::host`]).

#[cfg(not(feature = "readiness"))]
wit_bindgen::generate!({
    path: "wit",
    world: "imports-without-readiness",
    ownership: Borrowing { duplicate_if_necessary: false },
});

#[cfg(feature = "readiness")]
wit_bindgen::generate!({
    path: "wit",
    world: "imports",
    ownership: Borrowing { duplicate_if_necessary: false },
    with: { "wasi:io/poll@0.2.0": wasip2::io::poll },
});

pub(crate) use winsock::async_lookup::{completions, lifecycle, requests, types};

#[cfg(feature = "readiness")]
pub(crate) use winsock::async_lookup::readiness;
