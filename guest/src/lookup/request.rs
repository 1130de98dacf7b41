//! A request as a future.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::answer::FromAnswer;
use crate::bindings::types::Query;
use crate::error::{WSANO_RECOVERY, WsaError};
use crate::handle::TaskHandle;
use crate::host::{Current, Host};
use crate::startup::Winsock;
use crate::waiter::{self, Waiter};

/// A request that is under way: a future of its answer, or of the error that it ends with.
///
/// Dropping it cancels the request, and its outcome is never delivered (`S-C1`). It leaves the last
/// error of the thread alone. A window procedure may poll it, keep it and drop it.
///
/// # Panics
/// If it is polled again after it was ready.
#[must_use = "a request that is dropped is cancelled"]
pub struct Request<T> {
    stage: Stage,
    /// Keeps Winsock started up for as long as the request may need it.
    _winsock: Rc<Winsock>,
    answer: PhantomData<fn() -> T>,
}

enum Stage {
    /// The host did not begin it.
    Refused(WsaError),
    /// It is under way, or has ended and its outcome was not fetched.
    Started(Waiter),
    /// Its outcome was fetched.
    Fetched { handle: Option<TaskHandle> },
}

impl<T> Request<T> {
    pub(super) fn start(winsock: Rc<Winsock>, query: Query<'_>) -> Request<T> {
        Request {
            stage: Waiter::start(query).map_or_else(Stage::Refused, Stage::Started),
            _winsock: winsock,
            answer: PhantomData,
        }
    }

    /// Returns the task handle. `None` if the host did not begin the request.
    pub fn handle(&self) -> Option<TaskHandle> {
        match &self.stage {
            Stage::Started(waiter) => Some(waiter.handle()),
            Stage::Fetched { handle } => *handle,
            Stage::Refused(_) => None,
        }
    }

    /// Cancels the request. After `Ok` the future ends with [`WSAEINTR`](crate::WSAEINTR). Never
    /// waits.
    ///
    /// # Errors
    /// - [`WSAEALREADY`](crate::WSAEALREADY) if the request has completed: the library has taken
    ///   its outcome from the host. The outcome stays and can be awaited, unless it was fetched
    ///   (`S-C2`).
    /// - [`WSAEINVAL`](crate::WSAEINVAL) if it was cancelled or never began (`S-C3`).
    /// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down, and
    ///   [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) after the last clean-up (`S-C5`).
    pub fn cancel(&mut self) -> Result<(), WsaError> {
        match &self.stage {
            Stage::Started(waiter) => waiter::cancel(waiter.id()),
            _ => Current::cancel(self.handle().unwrap_or(0)),
        }
    }
}

impl<T: FromAnswer> Future for Request<T> {
    type Output = Result<T, WsaError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (outcome, handle) = match &self.stage {
            Stage::Refused(error) => (Err(*error), None),
            Stage::Fetched { .. } => panic!("a request was polled after it was ready"),
            Stage::Started(waiter) => match waiter.poll(context.waker().clone()) {
                Poll::Ready(outcome) => (outcome, Some(waiter.handle())),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.stage = Stage::Fetched { handle };
        Poll::Ready(outcome.and_then(|answer| T::from_answer(answer).ok_or(WSANO_RECOVERY)))
    }
}

impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("handle", &self.handle())
            .finish_non_exhaustive()
    }
}
