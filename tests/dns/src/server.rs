//! The server: a UDP socket, a TCP socket, and a count of the questions.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::datagrams;
use crate::lie::Lie;
use crate::message::{Sent, answer};

/// The number of ports that the server tries until one is free for both sockets.
const MAX_PORTS_TRIED: usize = 100;
/// The size of the receive buffer of the UDP socket: 16 MiB. Questions that do not fit are lost.
#[cfg(target_os = "linux")]
const BUFFER_BYTES: usize = 16 << 20;

/// A name server on a port of 127.0.0.1 that the system chooses. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
}

struct Shared {
    udp: UdpSocket,
    /// The lie for every question, whatever its name.
    always: Option<Lie>,
    ended: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Questions by lie, and whether they came over TCP.
    asked: HashMap<(Lie, bool), usize>,
    /// Answers that are held back.
    late: Vec<(SocketAddr, Vec<u8>)>,
    /// Whether a test has ever waited for questions. If not, the server notifies no test.
    is_awaited: bool,
    /// The open connections, by a number.
    streams: HashMap<usize, TcpStream>,
}

impl Server {
    /// Starts a server whose lies are selected by name.
    ///
    /// # Errors
    /// The machine has no free port or thread.
    pub fn start() -> io::Result<Server> {
        Server::with(sockets()?, None)
    }

    /// Starts a server that answers every question with this lie.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(always: Lie) -> io::Result<Server> {
        Server::with(sockets()?, Some(always))
    }

    /// Starts a server at the address of an earlier one.
    ///
    /// # Errors
    /// As [`start`](Self::start), and if the address is in use.
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

    /// The address of both sockets.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of questions that were answered with this lie, over UDP and TCP.
    pub fn asked(&self, lie: Lie) -> usize {
        self.asked_over(lie, false) + self.asked_over(lie, true)
    }

    /// The number of questions that were answered with this lie, over TCP or over UDP.
    pub fn asked_over(&self, lie: Lie, tcp: bool) -> usize {
        let state = self.shared.state.lock().expect("no holder panics");
        state.asked.get(&(lie, tcp)).copied().unwrap_or(0)
    }

    /// Waits until `count` questions were answered with this lie, over UDP and TCP. Blocks for ever
    /// if they do not come.
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

    /// Sends the answers that are held back.
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
        // Each thread checks `ended` when a datagram or a connection arrives.
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
            Err(_) if tried < MAX_PORTS_TRIED => tried += 1,
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

/// Enlarges the receive buffer as far as the operating system permits.
#[cfg(target_os = "linux")]
fn enlarge(udp: &UdpSocket) {
    use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
    if set_socket_recv_buffer_size_force(udp, BUFFER_BYTES).is_err() {
        let _ = set_socket_recv_buffer_size(udp, BUFFER_BYTES);
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
            // An error is about an earlier answer, to a port that is closed by now.
            let _ = datagrams::receive(&self.udp, |question, from| {
                let Some((lie, sent)) = answer(question, false, self.always) else {
                    return;
                };
                lies.push(lie);
                match sent {
                    Sent::Whole(bytes) | Sent::Half(bytes) => answers.push((from, bytes)),
                    Sent::Late(bytes) => late.push((from, bytes)),
                    Sent::Nothing => {}
                }
            });
            // A question counts before its answer is sent, and once a late answer can be released.
            let mut state = self.state.lock().expect("no holder panics");
            state.late.append(&mut late);
            for lie in lies.drain(..) {
                *state.asked.entry((lie, false)).or_default() += 1;
            }
            self.notify(&state);
            drop(state);
            datagrams::send(&self.udp, &answers);
            answers.clear();
        }
    }

    fn count_over_tcp(&self, lie: Lie) {
        let mut state = self.state.lock().expect("no holder panics");
        *state.asked.entry((lie, true)).or_default() += 1;
        self.notify(&state);
    }

    /// Wakes a test that waits for questions.
    fn notify(&self, state: &State) {
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

    /// Answers questions until either side closes the connection.
    fn serve_stream(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut len = [0; 2];
            stream.read_exact(&mut len).ok()?;
            let mut question = vec![0; usize::from(u16::from_be_bytes(len))];
            stream.read_exact(&mut question).ok()?;
            let (lie, sent) = answer(&question, true, self.always)?;
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
