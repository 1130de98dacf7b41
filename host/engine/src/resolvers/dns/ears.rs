//! Waiting for c-ares' sockets and for the bell, on one thread.

use std::io;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use c_ares::{Channel, FdEventFlags, FdEvents, Options, ProcessFlags, Socket};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};

/// What is heard at a time.
const EVENTS: usize = 256;
/// No socket's.
const BELL: Token = Token(usize::MAX);

/// Hears what channels' sockets have.
pub(super) struct Ears {
    poll: Poll,
    events: Events,
    /// Of each channel.
    heard: Vec<Vec<FdEvents>>,
    bell: Arc<Bell>,
}

struct Bell(mio::Waker);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        // It can only fail where the machine is short of memory.
        let _ = self.0.wake();
    }
}

impl Ears {
    /// For so many channels.
    pub(super) fn new(channels: usize) -> io::Result<Ears> {
        let poll = Poll::new()?;
        let bell = Arc::new(Bell(mio::Waker::new(poll.registry(), BELL)?));
        Ok(Ears {
            poll,
            events: Events::with_capacity(EVENTS),
            heard: (0..channels).map(|_| Vec::new()).collect(),
            bell,
        })
    }

    /// Has the channel that is made with these options, and is heard under this number, say which sockets it has.
    pub(super) fn listen_to(&self, channel: usize, options: &mut Options) -> io::Result<()> {
        let (registry, channels) = (self.poll.registry().try_clone()?, self.heard.len());
        options.set_socket_state_callback(move |socket, reads, writes| {
            let token = Token(socket as usize * channels + channel);
            // A socket that cannot be listened to is one that is silent.
            let _ = listen(&registry, socket, token, reads, writes);
        });
        Ok(())
    }

    /// What ends a wait.
    pub(super) fn bell(&self) -> Waker {
        Waker::from(Arc::clone(&self.bell))
    }

    /// Waits until a socket has something, the bell rings or the time is over, and has the channels hear it.
    pub(super) fn hear(
        &mut self,
        channels: &mut [Channel],
        at_most: Option<Duration>,
    ) -> io::Result<()> {
        match self.poll.poll(&mut self.events, at_most) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => other?,
        }
        self.heard.iter_mut().for_each(Vec::clear);
        for event in self.events.iter().filter(|event| event.token() != BELL) {
            let channels = self.heard.len();
            let socket = (event.token().0 / channels) as Socket;
            let heard = &mut self.heard[event.token().0 % channels];
            let mut what = FdEventFlags::empty();
            what.set(FdEventFlags::WRITE, event.is_writable());
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                what |= FdEventFlags::READ;
            }
            heard.push(FdEvents::new(socket, what));
            if event.is_read_closed() {
                // c-ares reads a stream once, and sees its end only when it reads again: this is told once.
                heard.push(FdEvents::new(socket, FdEventFlags::READ));
            }
        }
        // It fails only where the machine is short of memory; then the questions' time runs out.
        for (channel, heard) in channels.iter_mut().zip(&self.heard) {
            let _ = channel.process_fds(heard, ProcessFlags::empty());
        }
        Ok(())
    }
}

fn listen(
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
