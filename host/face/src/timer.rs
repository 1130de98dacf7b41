//! The timer for `wait` in an async store.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// Runs `make` in a tokio runtime of this crate, whose timers work. So the embedder need not use
/// tokio, or enable its timers. The first call starts the runtime, with one thread.
///
/// # Errors
/// If the runtime cannot be started.
pub(super) fn with<R>(make: impl FnOnce() -> R) -> io::Result<R> {
    let _entered = own_runtime()?.enter();
    Ok(make())
}

fn own_runtime() -> io::Result<&'static Runtime> {
    static OWN: OnceLock<Runtime> = OnceLock::new();
    started(&OWN)
}

/// Returns the runtime in `own`, after starting one if there is none.
fn started(own: &OnceLock<Runtime>) -> io::Result<&Runtime> {
    if let Some(runtime) = own.get() {
        return Ok(runtime);
    }
    let mut builder = Builder::new_multi_thread();
    let runtime = builder
        .worker_threads(1)
        .thread_name("winsock-timer")
        .enable_time()
        .build()?;
    if let Err(second) = own.set(runtime) {
        // Another guest was first. Dropping a runtime waits, which panics in async code.
        second.shutdown_background();
    }
    Ok(own.get().expect("a runtime was set"))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, OnceLock};
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
    fn a_timer_works_outside_a_runtime() {
        let sleep = super::with(|| tokio::time::sleep(Duration::from_millis(1))).unwrap();
        let mut sleep = pin::pin!(sleep);
        let waker = Arc::new(Unpark(thread::current())).into();
        let mut context = Context::from_waker(&waker);
        while sleep.as_mut().poll(&mut context) == Poll::Pending {
            thread::park();
        }
    }

    #[test]
    fn several_threads_can_start_the_runtime_at_once() {
        const THREADS: usize = 4;
        for _ in 0..50 {
            let own = OnceLock::new();
            let all = Barrier::new(THREADS);
            let guest = || {
                let tokio = tokio::runtime::Builder::new_current_thread().build();
                tokio.unwrap().block_on(async {
                    all.wait();
                    super::started(&own).map(drop)
                })
            };
            thread::scope(|scope| {
                let guests = [(); THREADS].map(|()| scope.spawn(guest));
                for guest in guests {
                    guest.join().expect("no panic").unwrap();
                }
            });
        }
    }
}
