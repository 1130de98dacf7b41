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
    started(&OWN)
}

/// The runtime that is in `own`, where it is put unless it is there.
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
        // Another guest was first. Dropping it would wait, and so panic where somebody awaits.
        second.shutdown_background();
    }
    Ok(own.get().expect("it was put there"))
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
    fn a_timer_works_without_a_runtime_around_it() {
        let sleep = super::with(|| tokio::time::sleep(Duration::from_millis(1))).unwrap();
        let mut sleep = pin::pin!(sleep);
        let waker = Arc::new(Unpark(thread::current())).into();
        let mut context = Context::from_waker(&waker);
        while sleep.as_mut().poll(&mut context) == Poll::Pending {
            thread::park();
        }
    }

    #[test]
    fn guests_on_several_threads_may_need_it_first() {
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
