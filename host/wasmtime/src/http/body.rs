//! The body of a response, with a limit on the time between its parts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};
use wasmtime_wasi::runtime::with_ambient_tokio_runtime;
use wasmtime_wasi_http::Error;

use super::error;

/// A body whose next part must come within a time from when the guest first waits for it.
pub(super) struct TimedBody {
    body: Incoming,
    limit: Duration,
    wait: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub(super) fn new(body: Incoming, limit: Duration) -> TimedBody {
        let wait = None;
        TimedBody { body, limit, wait }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.wait = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(error::of_http)));
        }
        let limit = self.limit;
        // A sync store polls outside of any runtime, where no timer can be made.
        let wait = (self.wait)
            .get_or_insert_with(|| with_ambient_tokio_runtime(|| Box::pin(sleep(limit))));
        ready!(wait.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
