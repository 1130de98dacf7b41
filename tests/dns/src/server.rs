//! The server: a socket for datagrams, one for streams, and a count of what was asked.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::datagrams;
use crate::lie::Lie;
use crate::message::{Sent, reply};

/// Ports that are tried until one is free for both kinds of socket.
const TRIES: usize = 100;
/// Room for questions that were not read yet: what has none is lost. Units: bytes.
#[cfg(target_os = "linux")]
const BUFFER: usize = 16 << 20;

/// A name server on a port of 127.0.0.1 that the machine chooses. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
}

struct Shared {
    udp: UdpSocket,
    /// What is done with every question, whatever it asks for.
    always: Option<Lie>,
    ended: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Questions by what was done with them, and whether they came over TCP.
    asked: HashMap<(Lie, bool), usize>,
    late: Vec<(SocketAddr, Vec<u8>)>,
    /// Whether somebody waits for more to be asked: else nobody is woken, which takes a call.
    is_awaited: bool,
    /// Those that are open, by a number of their own.
    streams: HashMap<usize, TcpStream>,
}

impl Server {
    /// Starts it.
    ///
    /// # Errors
    /// The machine has no port or thread for it.
    pub fn start() -> io::Result<Server> {
        Server::with(sockets()?, None)
    }

    /// Starts one that does this with every question.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(always: Lie) -> io::Result<Server> {
        Server::with(sockets()?, Some(always))
    }

    /// Starts one at an address of this machine, where another has been.
    ///
    /// # Errors
    /// As [`start`](Self::start), and if somebody else is there.
    pub fn start_at(address: SocketAddr) -> io::Result<Server> {
        Server::with(sockets_at(address)?, None)
    }

    fn with((udp, tcp): (UdpSocket, TcpListener), always: Option<Lie>) -> io::Result<Server> {
        let address = udp.local_addr()?;
        let shared = Arc::new(Shared {
            udp,
            always,
            ended: AtomicBool::new(false),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(run)
        };
        let (datagrams, streams) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            spawn("dns-udp", Box::new(move || datagrams.serve_datagrams()))?,
            spawn("dns-tcp", Box::new(move || streams.serve_streams(&tcp)))?,
        ];
        Ok(Server {
            address,
            shared,
            threads,
        })
    }

    /// Where it listens, for datagrams and streams.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Questions that it has done this with, over both kinds of socket.
    pub fn asked(&self, lie: Lie) -> usize {
        self.asked_over(lie, false) + self.asked_over(lie, true)
    }

    /// Questions that it has done this with, over TCP or over UDP.
    pub fn asked_over(&self, lie: Lie, tcp: bool) -> usize {
        let state = self.shared.state.lock().expect("no holder panics");
        state.asked.get(&(lie, tcp)).copied().unwrap_or(0)
    }

    /// Waits until it has done this with so many questions.
    pub fn wait_until_asked(&self, lie: Lie, count: usize) {
        let mut state = self.shared.state.lock().expect("no holder panics");
        state.is_awaited = true;
        let over = |state: &State, tcp| state.asked.get(&(lie, tcp)).copied().unwrap_or(0);
        let waits = |state: &mut State| over(state, false) + over(state, true) < count;
        drop(
            self.shared
                .changed
                .wait_while(state, waits)
                .expect("no holder panics"),
        );
    }

    /// Sends every answer that was held back.
    pub fn release(&self) {
        let late = std::mem::take(&mut self.shared.state.lock().expect("no holder panics").late);
        for (to, bytes) in late {
            let _ = self.shared.udp.send_to(&bytes, to);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Both threads look whether it has ended once something comes.
        let _ = self.shared.udp.send_to(&[], self.address);
        let _ = TcpStream::connect(self.address);
        let mut state = self.shared.state.lock().expect("no holder panics");
        for (_, stream) in state.streams.drain() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn sockets() -> io::Result<(UdpSocket, TcpListener)> {
    let mut tried = 0;
    loop {
        match sockets_at((Ipv4Addr::LOCALHOST, 0).into()) {
            Err(_) if tried < TRIES => tried += 1,
            other => return other,
        }
    }
}

fn sockets_at(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let udp = UdpSocket::bind(address)?;
    let tcp = TcpListener::bind(udp.local_addr()?)?;
    enlarge(&udp);
    Ok((udp, tcp))
}

/// Makes room for thousands of questions, as far as the machine lets this process.
#[cfg(target_os = "linux")]
fn enlarge(udp: &UdpSocket) {
    use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
    if set_socket_recv_buffer_size_force(udp, BUFFER).is_err() {
        let _ = set_socket_recv_buffer_size(udp, BUFFER);
    }
}

#[cfg(not(target_os = "linux"))]
fn enlarge(_: &UdpSocket) {}

impl Shared {
    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    fn serve_datagrams(&self) {
        let (mut lies, mut answers, mut late) = (Vec::new(), Vec::new(), Vec::new());
        while !self.has_ended() {
            // An error is that of an earlier answer, to a port that is closed by now.
            let _ = datagrams::receive(&self.udp, |question, from| {
                let Some((lie, sent)) = reply(question, false, self.always) else {
                    return;
                };
                lies.push(lie);
                match sent {
                    Sent::Whole(bytes) | Sent::Half(bytes) => answers.push((from, bytes)),
                    Sent::Late(bytes) => late.push((from, bytes)),
                    Sent::Nothing => {}
                }
            });
            // Counted before they are seen, and once they are held back.
            let mut state = self.state.lock().expect("no holder panics");
            state.late.append(&mut late);
            for lie in lies.drain(..) {
                *state.asked.entry((lie, false)).or_default() += 1;
            }
            self.tell(&state);
            drop(state);
            datagrams::send(&self.udp, &answers);
            answers.clear();
        }
    }

    fn count_over_tcp(&self, lie: Lie) {
        let mut state = self.state.lock().expect("no holder panics");
        *state.asked.entry((lie, true)).or_default() += 1;
        self.tell(&state);
    }

    /// Wakes who waits for this.
    fn tell(&self, state: &State) {
        if state.is_awaited {
            self.changed.notify_all();
        }
    }

    fn serve_streams(self: &Arc<Self>, listener: &TcpListener) {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept() else {
                return;
            };
            if self.has_ended() {
                return;
            }
            if let Ok(clone) = stream.try_clone() {
                let mut state = self.state.lock().expect("no holder panics");
                state.streams.insert(number, clone);
            }
            let shared = Arc::clone(self);
            thread::spawn(move || {
                let _ = shared.serve_stream(stream);
                let mut state = shared.state.lock().expect("no holder panics");
                state.streams.remove(&number);
            });
        }
    }

    /// Until the other side hangs up, or this one does.
    fn serve_stream(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut len = [0; 2];
            stream.read_exact(&mut len).ok()?;
            let mut question = vec![0; usize::from(u16::from_be_bytes(len))];
            stream.read_exact(&mut question).ok()?;
            let (lie, sent) = reply(&question, true, self.always)?;
            self.count_over_tcp(lie);
            let (bytes, all) = match sent {
                Sent::Whole(bytes) | Sent::Late(bytes) => (bytes, true),
                Sent::Half(bytes) => (bytes, false),
                Sent::Nothing => continue,
            };
            let mut framed = u16::try_from(bytes.len()).ok()?.to_be_bytes().to_vec();
            framed.extend(bytes);
            if all {
                stream.write_all(&framed).ok()?;
            } else {
                stream.write_all(&framed[..framed.len() / 2]).ok()?;
                return stream.shutdown(Shutdown::Both).ok();
            }
        }
    }
}
