//! The bindings that `bindgen!` makes of `wit/`. The types are those of the engine.

/// All interfaces except `types`; `wait` is async.
mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        interfaces: "
            import winsock:async-lookup/lifecycle@0.1.0;
            import winsock:async-lookup/requests@0.1.0;
            import winsock:async-lookup/completions@0.1.0;
            import winsock:async-lookup/readiness@0.1.0;
        ",
        with: {
            "winsock:async-lookup/types": winsock_async_engine::types,
            "wasi:io": wasmtime_wasi_io::bindings::wasi::io,
        },
        imports: {
            "winsock:async-lookup/completions.wait": async | trappable,
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
        with: { "winsock:async-lookup/types": winsock_async_engine::types },
        imports: { default: trappable },
        require_store_data_send: true,
    });
}

/// `lookups`, whose one function is async for the guest too.
#[cfg(feature = "p3")]
mod generated_p3 {
    /// The types of the engine. An answer that requests share is lowered as it is.
    #[allow(unreachable_pub, reason = "the bindings re-export the module")]
    pub mod types {
        pub use winsock_async_engine::types::{ErrorCode, Query};

        pub type Answer = std::sync::Arc<winsock_async_engine::types::Answer>;
    }

    wasmtime::component::bindgen!({
        path: ["wit", "wit/p3"],
        interfaces: "import winsock:async-lookup-p3/lookups@0.1.0;",
        with: { "winsock:async-lookup/types": self::types },
        imports: { default: trappable },
        require_store_data_send: true,
    });
}

pub(super) use generated::winsock::async_lookup::{completions, lifecycle, readiness, requests};
#[cfg(feature = "p3")]
pub(super) use generated_p3::winsock::async_lookup_p3::lookups;
pub(super) use generated_sync::winsock::async_lookup::completions as completions_sync;
