//! Where `wait` finds a timer in an async store.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// Runs `make` where tokio's timers work. That is this crate's own runtime, one thread that is started
/// when it is first needed: an embedder need not use tokio, and his runtime need not have timers.
///
/// # Errors
/// When the runtime cannot be started.
pub(super) fn with<R>(make: impl FnOnce() -> R) -> io::Result<R> {
    let _entered = own_runtime()?.enter();
    Ok(make())
}

fn own_runtime() -> io::Result<&'static Runtime> {
    static OWN: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = OWN.get() {
        return Ok(runtime);
    }
    let mut builder = Builder::new_multi_thread();
    let runtime = builder
        .worker_threads(1)
        .thread_name("winsock-timer")
        .enable_time()
        .build()?;
    Ok(OWN.get_or_init(|| runtime))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake};
    use std::time::Duration;
    use std::{pin, thread};

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    #[test]
    fn a_timer_works_without_a_runtime_around_it() {
        let sleep = super::with(|| tokio::time::sleep(Duration::from_millis(1))).unwrap();
        let mut sleep = pin::pin!(sleep);
        let waker = Arc::new(Unpark(thread::current())).into();
        let mut context = Context::from_waker(&waker);
        while sleep.as_mut().poll(&mut context) == Poll::Pending {
            thread::park();
        }
    }
}
