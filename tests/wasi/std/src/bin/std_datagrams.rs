//! Sends a datagram from one socket of its own to another, closes the other, and sends once more.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use winsock_async_std_guests::{GREETING, at, report};

fn main() {
    report(run());
}

fn run() -> Result<(), (&'static str, io::Error)> {
    let bind = |ip: Ipv4Addr| UdpSocket::bind((ip, 0)).map_err(at("bind"));
    let sender = bind(Ipv4Addr::LOCALHOST)?;
    let receiver = bind(Ipv4Addr::UNSPECIFIED)?;
    // Connecting narrows the local address of the receiver.
    let peer = sender.local_addr().map_err(at("local"))?;
    receiver.connect(peer).map_err(at("connect"))?;
    let port = receiver.local_addr().map_err(at("local"))?.port();
    let address = (Ipv4Addr::LOCALHOST, port);
    let send = || sender.send_to(GREETING.as_bytes(), address);
    send().map_err(at("send"))?;
    let mut bytes = [0; 100];
    let length = receiver.recv(&mut bytes).map_err(at("receive"))?;
    println!("received {}", bytes[..length].escape_ascii());
    drop(receiver);
    send().map_err(at("send to closed")).map(drop)
}
