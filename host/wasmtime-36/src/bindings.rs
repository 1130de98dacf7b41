//! The bindings that `bindgen!` makes of `wit/`.

/// All interfaces; `wait` is async.
mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        interfaces: "
            import winsock:async-lookup/types@0.1.0;
            import winsock:async-lookup/lifecycle@0.1.0;
            import winsock:async-lookup/requests@0.1.0;
            import winsock:async-lookup/completions@0.1.0;
            import winsock:async-lookup/readiness@0.1.0;
        ",
        with: { "wasi:io": wasmtime_wasi_io::bindings::wasi::io },
        imports: {
            "winsock:async-lookup/completions/wait": async | trappable,
            default: trappable,
        },
        require_store_data_send: true,
    });
}

/// `completions` with a `wait` that blocks the thread.
mod generated_sync {
    wasmtime::component::bindgen!({
        path: "wit",
        interfaces: "import winsock:async-lookup/completions@0.1.0;",
        with: { "winsock:async-lookup/types": super::generated::winsock::async_lookup::types },
        imports: { default: trappable },
        require_store_data_send: true,
    });
}

pub(super) use generated::winsock::async_lookup::{
    completions, lifecycle, readiness, requests, types,
};
pub(super) use generated_sync::winsock::async_lookup::completions as completions_sync;
