//! Tells a host that completions can be taken: by a descriptor, and by a callback.

use std::cell::Cell;
use std::ffi::c_int;
use std::io;
#[cfg(unix)]
use std::io::{Read, Write};
#[cfg(unix)]
use std::os::{fd::AsRawFd, unix::net::UnixStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

use winsock_async_engine::Readiness;

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// The host's function, with its pointer.
pub(crate) type Call = Box<dyn Fn() + Send>;

/// Whether this thread is in a callback.
pub(crate) fn is_in_callback() -> bool {
    IN_CALLBACK.get()
}

/// What a session raises when completions can be taken.
///
/// A result wakes the waker that the session's thread has entered, and so raises the signal once.
/// After each call that can take the last completion, the session's thread lowers the signal and
/// enters its waker again.
pub(crate) struct Signaller {
    signal: Arc<Signal>,
    waker: Waker,
    readiness: Readiness,
    /// Ready when completions can be taken, or could for a moment.
    pending: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Signaller {
    pub(crate) fn new(readiness: Readiness) -> Signaller {
        let signal = Arc::new(Signal::default());
        Signaller {
            waker: Waker::from(Arc::clone(&signal)),
            signal,
            readiness,
            pending: None,
        }
    }

    /// The descriptor, which is made at the first call.
    pub(crate) fn descriptor(&self) -> io::Result<c_int> {
        self.signal.descriptor()
    }

    /// Sets the function that is called when completions can be taken, or none.
    pub(crate) fn set_callback(&self, call: Option<Call>) {
        let mut state = self.signal.state();
        state.call = call;
        // Also if it was raised for the callback before.
        self.signal.lower(&mut state);
    }

    /// Raises the signal if completions can be taken, and lowers it if not. The session's thread
    /// calls it after each call that changes this.
    pub(crate) fn update(&mut self) {
        // Only this thread lowers it.
        let is_raised = self.signal.is_raised.load(Ordering::Relaxed);
        if self.readiness.is_ready() {
            if !is_raised {
                self.signal.raise();
            }
            return;
        }
        if is_raised {
            self.signal.lower(&mut self.signal.state());
        }
        let pending = self.pending.get_or_insert_with(|| {
            let readiness = self.readiness.clone();
            Box::pin(async move { readiness.ready().await })
        });
        // It looks after the waker is in its place: a result since the line above is not lost.
        if pending
            .as_mut()
            .poll(&mut Context::from_waker(&self.waker))
            .is_ready()
        {
            self.pending = None;
            self.signal.raise();
        }
    }
}

impl Drop for Signaller {
    fn drop(&mut self) {
        // A worker may still hold the waker. It calls nothing, and writes to no descriptor.
        *self.signal.state() = State::default();
    }
}

/// A descriptor and a callback.
#[derive(Default)]
struct Signal {
    /// Written under the lock.
    is_raised: AtomicBool,
    /// Locked while the callback runs, so that none runs after it was replaced.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    call: Option<Call>,
    /// The end that the host waits for, and the end that is written to.
    #[cfg(unix)]
    streams: Option<(UnixStream, UnixStream)>,
}

impl Signal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn raise(&self) {
        let state = self.state();
        if self.is_raised.swap(true, Ordering::Relaxed) {
            return;
        }
        #[cfg(unix)]
        if let Some((_, writer)) = &state.streams {
            // There is room for one byte, as the last one was read.
            let _ = (&mut &*writer).write(&[1]);
        }
        if let Some(call) = &state.call {
            IN_CALLBACK.set(true);
            call();
            IN_CALLBACK.set(false);
        }
    }

    fn lower(&self, state: &mut State) {
        if !self.is_raised.swap(false, Ordering::Relaxed) {
            return;
        }
        #[cfg(unix)]
        if let Some((reader, _)) = &mut state.streams {
            // Nothing is there if the host has read it.
            let _ = reader.read(&mut [0]);
        }
        #[cfg(not(unix))]
        let _ = state;
    }

    #[cfg(unix)]
    fn descriptor(&self) -> io::Result<c_int> {
        let mut state = self.state();
        if let Some((reader, _)) = &state.streams {
            return Ok(reader.as_raw_fd());
        }
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        let descriptor = reader.as_raw_fd();
        state.streams = Some((reader, writer));
        if self.is_raised.load(Ordering::Relaxed)
            && let Some((_, writer)) = &mut state.streams
        {
            writer.write_all(&[1])?;
        }
        Ok(descriptor)
    }

    #[cfg(not(unix))]
    fn descriptor(&self) -> io::Result<c_int> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.raise();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use winsock_async_engine::LookupEngine;

    use super::*;

    /// Counts its calls.
    fn counter() -> (Arc<AtomicUsize>, Call) {
        let calls = Arc::new(AtomicUsize::new(0));
        let called = Arc::clone(&calls);
        let call = move || {
            called.fetch_add(1, Ordering::Relaxed);
        };
        (calls, Box::new(call))
    }

    #[test]
    fn waker_that_outlives_its_session_calls_nothing() {
        let session = LookupEngine::new().session();
        let signaller = Signaller::new(session.readiness());
        let (calls, call) = counter();
        signaller.set_callback(Some(call));
        let waker = signaller.waker.clone();
        waker.wake_by_ref();
        waker.wake_by_ref();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        assert!(!is_in_callback());
        signaller.signal.lower(&mut signaller.signal.state());
        drop(signaller);
        waker.wake();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}
