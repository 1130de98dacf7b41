//! The bindings that `bindgen!` makes of `wit/`.

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
        async: { only_imports: ["wait"] },
        trappable_imports: true,
        require_store_data_send: true,
    });
}

pub(super) use generated::winsock::async_lookup::{
    completions, lifecycle, readiness, requests, types,
};
