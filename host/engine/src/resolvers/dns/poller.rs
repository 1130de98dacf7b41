//! Waits for c-ares' sockets and for the waker, on one thread.

use std::io;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use c_ares::{Channel, FdEventFlags, FdEvents, Options, ProcessFlags, Socket};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};

/// Most events of one poll.
const MAX_EVENTS: usize = 256;
/// The waker's token, which no socket has.
const WAKER: Token = Token(usize::MAX);

/// Polls the sockets of c-ares' channels.
pub(super) struct Poller {
    poll: Poll,
    events: Events,
    /// The events of the last poll, by channel.
    by_channel: Vec<Vec<FdEvents>>,
    waker: Arc<PollWaker>,
}

struct PollWaker(mio::Waker);

impl Wake for PollWaker {
    fn wake(self: Arc<Self>) {
        // Fails only where the machine is short of memory.
        let _ = self.0.wake();
    }
}

impl Poller {
    /// Makes a poller for this many channels.
    pub(super) fn new(channels: usize) -> io::Result<Poller> {
        let poll = Poll::new()?;
        let waker = Arc::new(PollWaker(mio::Waker::new(poll.registry(), WAKER)?));
        Ok(Poller {
            poll,
            events: Events::with_capacity(MAX_EVENTS),
            by_channel: (0..channels).map(|_| Vec::new()).collect(),
            waker,
        })
    }

    /// Has the channel that is made with these options register its sockets, under its index.
    pub(super) fn register(&self, channel: usize, options: &mut Options) -> io::Result<()> {
        let (registry, channels) = (self.poll.registry().try_clone()?, self.by_channel.len());
        options.set_socket_state_callback(move |socket, reads, writes| {
            let token = Token(socket as usize * channels + channel);
            // A socket that cannot be registered is one that stays silent.
            let _ = set_interest(&registry, socket, token, reads, writes);
        });
        Ok(())
    }

    /// The waker that ends a poll.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.waker))
    }

    /// Waits until a socket is ready, the waker is woken or the time is over, and has the channels
    /// process their sockets. Without `timeout`, waits for ever.
    pub(super) fn poll(
        &mut self,
        channels: &mut [Channel],
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => other?,
        }
        self.by_channel.iter_mut().for_each(Vec::clear);
        for event in self.events.iter().filter(|event| event.token() != WAKER) {
            let count = self.by_channel.len();
            let socket = (event.token().0 / count) as Socket;
            let events = &mut self.by_channel[event.token().0 % count];
            let mut flags = FdEventFlags::empty();
            flags.set(FdEventFlags::WRITE, event.is_writable());
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                flags |= FdEventFlags::READ;
            }
            events.push(FdEvents::new(socket, flags));
            if event.is_read_closed() {
                // c-ares sees the end of a stream when it reads again, and mio reports it once.
                events.push(FdEvents::new(socket, FdEventFlags::READ));
            }
        }
        // Fails only where the machine is short of memory; the questions then time out.
        for (channel, events) in channels.iter_mut().zip(&self.by_channel) {
            let _ = channel.process_fds(events, ProcessFlags::empty());
        }
        Ok(())
    }
}

fn set_interest(
    registry: &Registry,
    socket: Socket,
    token: Token,
    reads: bool,
    writes: bool,
) -> io::Result<()> {
    let source = &mut SourceFd(&socket);
    let interest = match (reads, writes) {
        (true, true) => Interest::READABLE | Interest::WRITABLE,
        (true, false) => Interest::READABLE,
        (false, true) => Interest::WRITABLE,
        (false, false) => return registry.deregister(source),
    };
    registry
        .register(source, token, interest)
        .or_else(|_| registry.reregister(source, token, interest))
}
