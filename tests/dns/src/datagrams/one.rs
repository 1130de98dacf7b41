//! Datagrams one by one, for machines without calls for many.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// The longest question. Units: bytes.
const LONGEST: usize = 2048;

/// Waits for a datagram, and has `see` look at it.
pub fn receive(socket: &UdpSocket, mut see: impl FnMut(&[u8], SocketAddr)) -> io::Result<()> {
    let mut room = [0; LONGEST];
    let (len, from) = socket.recv_from(&mut room)?;
    see(&room[..len], from);
    Ok(())
}

/// Sends them. What cannot be sent is lost.
pub fn send(socket: &UdpSocket, datagrams: &[(SocketAddr, Vec<u8>)]) {
    for (to, bytes) in datagrams {
        let _ = socket.send_to(bytes, to);
    }
}
