//! Datagrams by the hundred: a server that a bench has beside it is to take little of the machine.

use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};

use rustix::net::{
    MMsgHdr, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny, recvfrom, sendmmsg,
};

/// Datagrams at a time.
const AT_ONCE: usize = 128;
/// The longest question. Units: bytes.
const LONGEST: usize = 2048;

/// Waits for one datagram at least, and has `see` look at each that is there.
pub fn receive(socket: &UdpSocket, mut see: impl FnMut(&[u8], SocketAddr)) -> io::Result<()> {
    let mut room = [0; LONGEST];
    let (len, from) = socket.recv_from(&mut room)?;
    see(&room[..len], from);
    for _ in 1..AT_ONCE {
        // There is no more, or an error, which the next wait has.
        let Ok((len, _, Some(from))) = recvfrom(socket, &mut room, RecvFlags::DONTWAIT) else {
            break;
        };
        if let Ok(from) = from.try_into() {
            see(&room[..len], from);
        }
    }
    Ok(())
}

/// Sends them. What cannot be sent is lost.
pub fn send(socket: &UdpSocket, datagrams: &[(SocketAddr, Vec<u8>)]) {
    for some in datagrams.chunks(AT_ONCE) {
        let to: Vec<SocketAddrAny> = some.iter().map(|(to, _)| (*to).into()).collect();
        let slices: Vec<_> = some
            .iter()
            .map(|(_, bytes)| [IoSlice::new(bytes)])
            .collect();
        let mut nothing: Vec<_> = some
            .iter()
            .map(|_| SendAncillaryBuffer::default())
            .collect();
        let parts = to.iter().zip(&slices).zip(&mut nothing);
        let mut messages: Vec<_> = parts
            .map(|((to, slice), nothing)| MMsgHdr::new_with_addr(to, slice, nothing))
            .collect();
        let mut left = &mut messages[..];
        while !left.is_empty() {
            // Where it fails, it is for the first of them.
            let sent = sendmmsg(socket, left, SendFlags::empty()).unwrap_or(1);
            left = &mut left[sent.max(1)..];
        }
    }
}
