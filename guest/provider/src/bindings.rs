//! The exports of the component.

#![allow(missing_docs, reason = "wit-bindgen's output")]
wit_bindgen::generate!({
    path: "wit",
    inline: "
        package winsock:provider;

        world provider {
            export winsock:async-lookup/types@0.1.0;
            export winsock:async-lookup/lifecycle@0.1.0;
            export winsock:async-lookup/requests@0.1.0;
            export winsock:async-lookup/completions@0.1.0;
        }
    ",
    world: "winsock:provider/provider",
});

pub(crate) use self::exports::winsock::async_lookup::{completions, lifecycle, requests, types};

export!(Component with_types_in self);

/// What is exported.
pub(crate) struct Component;
