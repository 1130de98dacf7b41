//! wasmtime's compilation cache.

use std::path::Path;

use wasmtime::Cache;

use crate::error::one_line;

/// Opens the cache that wasmtime's own runner keeps, with the user's settings for it.
///
/// The folder is `wasmtime` in `$XDG_CACHE_HOME` (`~/.cache`), the settings are
/// `wasmtime/config.toml` in `$XDG_CONFIG_HOME` (`~/.config`). Other systems have their own
/// folders. Logs why a cache cannot be used, and returns `None`: the guest then runs without a
/// cache.
pub(crate) fn open() -> Option<Cache> {
    from_file(None)
}

fn from_file(settings: Option<&Path>) -> Option<Cache> {
    Cache::from_file(settings)
        .inspect_err(|error| {
            // The settings may have any text.
            let error = one_line(&format!("{error:#}"));
            tracing::warn!("running without the compilation cache: {error}");
        })
        .ok()
}
