//! The functions of the interfaces. Each one calls the session.

/// Implements the `Host` traits that `bindgen!` made, for a type that is
/// [`HasSession`](crate::HasSession).
///
/// The type comes first, then a line for each trait. Lines may be left out.
///
/// | line | `bindgen!` |
/// |---|---|
/// | `lifecycle: MODULE;` | functions can trap |
/// | `requests: MODULE;` | functions can trap |
/// | `completions: async MODULE;` | functions can trap, `wait` is async |
/// | `completions: sync MODULE;` | functions can trap |
/// | `readiness: MODULE, \|view\| TABLE;` | functions can trap, `with` has `wasi:io` |
///
/// `TABLE` is the `&mut ResourceTable` of the store that `view` is of. `wasi:io` is that of
/// `wasmtime-wasi-io`.
///
/// The caller depends on `wasmtime`, and on `wasmtime-wasi-io` for `readiness`. Where the types are
/// not those of the engine, [`convert_types!`](crate::convert_types) converts them.
#[macro_export]
macro_rules! serve {
    (@take $generated:ident) => {
        #[allow(clippy::useless_conversion, reason = "the types may be the engine's")]
        fn take(&mut self, max: u32) -> wasmtime::Result<Vec<$generated::Completion>> {
            let taken = $crate::take($crate::HasSession::session(self), max);
            Ok(taken.into_iter().map(Into::into).collect())
        }
    };
    ($view:ty;) => {};
    ($view:ty; lifecycle: $module:path; $($rest:tt)*) => {
        const _: () = {
            use $module as generated;

            #[allow(clippy::useless_conversion, reason = "the types may be the engine's")]
            impl generated::Host for $view {
                fn startup(&mut self) -> wasmtime::Result<Result<(), generated::ErrorCode>> {
                    let done = $crate::HasSession::session(self).startup();
                    Ok(done.map_err(Into::into))
                }

                fn cleanup(&mut self) -> wasmtime::Result<Result<(), generated::ErrorCode>> {
                    let done = $crate::HasSession::session(self).cleanup();
                    Ok(done.map_err(Into::into))
                }
            }
        };
        $crate::serve! { $view; $($rest)* }
    };
    ($view:ty; requests: $module:path; $($rest:tt)*) => {
        const _: () = {
            use $module as generated;

            #[allow(clippy::useless_conversion, reason = "the types may be the engine's")]
            impl generated::Host for $view {
                fn async_request(
                    &mut self,
                    query: generated::Query,
                    tag: u64,
                ) -> wasmtime::Result<Result<u64, generated::ErrorCode>> {
                    let begun = $crate::HasSession::session(self).request(query.into(), tag);
                    Ok(begun.map_err(Into::into))
                }

                fn cancel(
                    &mut self,
                    handle: u64,
                ) -> wasmtime::Result<Result<(), generated::ErrorCode>> {
                    let cancelled = $crate::HasSession::session(self).cancel(handle);
                    Ok(cancelled.map_err(Into::into))
                }
            }
        };
        $crate::serve! { $view; $($rest)* }
    };
    ($view:ty; completions: async $module:path; $($rest:tt)*) => {
        const _: () = {
            use $module as generated;

            impl generated::Host for $view {
                $crate::serve! { @take generated }

                async fn wait(&mut self, timeout: Option<u64>) -> wasmtime::Result<bool> {
                    let session = $crate::HasSession::session(self);
                    Ok($crate::wait_async(session, timeout).await?)
                }
            }
        };
        $crate::serve! { $view; $($rest)* }
    };
    ($view:ty; completions: sync $module:path; $($rest:tt)*) => {
        const _: () = {
            use $module as generated;

            impl generated::Host for $view {
                $crate::serve! { @take generated }

                fn wait(&mut self, timeout: Option<u64>) -> wasmtime::Result<bool> {
                    let session = $crate::HasSession::session(self);
                    Ok($crate::wait(session, timeout))
                }
            }
        };
        $crate::serve! { $view; $($rest)* }
    };
    ($view:ty; readiness: $module:path, |$this:ident| $table:expr; $($rest:tt)*) => {
        const _: () = {
            use wasmtime_wasi_io::poll::{DynPollable, Pollable, subscribe};

            /// A pollable that is ready while the guest can take completions.
            struct CompletionPollable($crate::engine::Readiness);

            #[wasmtime_wasi_io::async_trait]
            impl Pollable for CompletionPollable {
                async fn ready(&mut self) {
                    self.0.ready().await;
                }
            }

            use $module as generated;

            impl generated::Host for $view {
                fn subscribe(
                    &mut self,
                ) -> wasmtime::Result<wasmtime::component::Resource<DynPollable>> {
                    let readiness = $crate::HasSession::session(self).readiness();
                    let $this = self;
                    let table: &mut wasmtime::component::ResourceTable = $table;
                    // Each pollable has its own entry: the guest may drop pollables in any order.
                    let entry = table.push(CompletionPollable(readiness))?;
                    subscribe(table, entry)
                }
            }
        };
        $crate::serve! { $view; $($rest)* }
    };
}
