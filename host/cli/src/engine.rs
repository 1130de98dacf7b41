//! The engine of wasmtime, with the settings that a guest needs.

use anyhow::{Result, anyhow};
use wasmtime::{Config, Engine};

use crate::{cache, room};

/// What differs between guests and runs. Compiled code keeps the first two.
pub(crate) struct Settings {
    /// The guest waits by the component model's async.
    pub(crate) uses_p3: bool,
    /// Each loop of the guest checks whether its time is over.
    pub(crate) is_interruptible: bool,
    /// What is compiled is kept in wasmtime's cache.
    pub(crate) is_cached: bool,
}

/// Makes an engine, and loads a guest with it.
///
/// wasmtime compiles on threads that its library starts, and panics if it cannot. So the threads
/// are started here. If they cannot be, one thread compiles.
pub(crate) fn with<T: Send>(
    settings: &Settings,
    load: impl FnOnce(&Engine) -> Result<T> + Send,
) -> Result<(Engine, T)> {
    // 0 stands for one thread for each processor.
    let count = if room::has_address_space() { 0 } else { 4 };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(count);
    let threads = threads.build().ok();
    let engine = new(settings, threads.is_some())
        .map_err(|error| anyhow!("cannot set wasmtime up: {error:#}"))?;
    let loaded = match &threads {
        Some(threads) => threads.install(|| load(&engine)),
        None => load(&engine),
    }?;
    Ok((engine, loaded))
}

fn new(settings: &Settings, has_threads: bool) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // WASI 0.2 has no concurrent calls; without them, each call of the guest saves 110 ns.
    config.concurrency_support(settings.uses_p3);
    config.epoch_interruption(settings.is_interruptible);
    config.parallel_compilation(has_threads);
    if !room::has_address_space() {
        // A memory takes what it uses, and moves when it grows.
        config.memory_reservation(0);
        config.memory_reservation_for_growth(1 << 20);
        config.memory_guard_size(1 << 16);
    }
    if settings.is_cached {
        config.cache(cache::open());
    }
    Engine::new(&config)
}
