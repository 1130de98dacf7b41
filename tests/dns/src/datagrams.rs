//! Receives and sends datagrams in batches, so that the server takes little CPU beside a benchmark.

use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};

use rustix::net::{
    MMsgHdr, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny, recvfrom, sendmmsg,
};

/// Datagrams in a batch.
const BATCH: usize = 128;
/// The longest question.
const MAX_BYTES: usize = 2048;

/// Waits for a datagram, and calls `handle` for each datagram that is there.
pub(crate) fn receive(
    socket: &UdpSocket,
    mut handle: impl FnMut(&[u8], SocketAddr),
) -> io::Result<()> {
    let mut buffer = [0; MAX_BYTES];
    let (len, from) = socket.recv_from(&mut buffer)?;
    handle(&buffer[..len], from);
    for _ in 1..BATCH {
        // No datagram is left, or an error has occurred, which the next call returns.
        let Ok((len, _, Some(from))) = recvfrom(socket, &mut buffer, RecvFlags::DONTWAIT) else {
            break;
        };
        if let Ok(from) = from.try_into() {
            handle(&buffer[..len], from);
        }
    }
    Ok(())
}

/// Sends datagrams. A datagram that cannot be sent is lost.
pub(crate) fn send(socket: &UdpSocket, datagrams: &[(SocketAddr, Vec<u8>)]) {
    for batch in datagrams.chunks(BATCH) {
        let to: Vec<SocketAddrAny> = batch.iter().map(|(to, _)| (*to).into()).collect();
        let slices: Vec<_> = batch
            .iter()
            .map(|(_, bytes)| [IoSlice::new(bytes)])
            .collect();
        let mut ancillary: Vec<_> = batch
            .iter()
            .map(|_| SendAncillaryBuffer::default())
            .collect();
        let parts = to.iter().zip(&slices).zip(&mut ancillary);
        let mut messages: Vec<_> = parts
            .map(|((to, slice), ancillary)| MMsgHdr::new_with_addr(to, slice, ancillary))
            .collect();
        let mut left = &mut messages[..];
        while !left.is_empty() {
            // An error is about the first message, which is lost.
            let sent = sendmmsg(socket, left, SendFlags::empty()).unwrap_or(1);
            left = &mut left[sent.max(1)..];
        }
    }
}
