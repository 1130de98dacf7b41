//! Looks a name up, sends a datagram to its first address, and receives the answer. First without
//! a connection, then with one.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use winsock_async_std_guests::{GREETING, arguments, at, look_up, parsed, report};

fn main() {
    let [name, port] = arguments("std_udp NAME PORT");
    let found = match look_up(&name, parsed(&port)) {
        Ok(found) => found,
        Err(error) => return report(Err(("lookup", error))),
    };
    report(unconnected(found[0]));
    report(connected(found[0]));
}

/// A socket of the address's family, with a port that the host chooses.
fn socket(peer: SocketAddr) -> Result<UdpSocket, (&'static str, io::Error)> {
    let local = match peer {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    UdpSocket::bind(local).map_err(at("bind"))
}

fn unconnected(peer: SocketAddr) -> Result<(), (&'static str, io::Error)> {
    let socket = socket(peer)?;
    let greeting = GREETING.as_bytes();
    socket.send_to(greeting, peer).map_err(at("send-to"))?;
    let mut bytes = [0; 100];
    let (length, from) = socket.recv_from(&mut bytes).map_err(at("receive-from"))?;
    println!("received {} from {from}", bytes[..length].escape_ascii());
    Ok(())
}

fn connected(peer: SocketAddr) -> Result<(), (&'static str, io::Error)> {
    let socket = socket(peer)?;
    socket.connect(peer).map_err(at("connect"))?;
    println!("connected {peer}");
    socket.send(GREETING.as_bytes()).map_err(at("send"))?;
    let mut bytes = [0; 100];
    let length = socket.recv(&mut bytes).map_err(at("receive"))?;
    println!("received {}", bytes[..length].escape_ascii());
    Ok(())
}
