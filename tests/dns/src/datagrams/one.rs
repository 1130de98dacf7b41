//! Receives and sends datagrams one by one, for systems without calls for batches.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// The longest question.
const MAX_BYTES: usize = 2048;

/// Waits for a datagram, and calls `handle` for it.
pub fn receive(socket: &UdpSocket, mut handle: impl FnMut(&[u8], SocketAddr)) -> io::Result<()> {
    let mut buffer = [0; MAX_BYTES];
    let (len, from) = socket.recv_from(&mut buffer)?;
    handle(&buffer[..len], from);
    Ok(())
}

/// Sends datagrams. A datagram that cannot be sent is lost.
pub fn send(socket: &UdpSocket, datagrams: &[(SocketAddr, Vec<u8>)]) {
    for (to, bytes) in datagrams {
        let _ = socket.send_to(bytes, to);
    }
}
