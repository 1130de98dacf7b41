//! Connects to an address without a lookup, and exchanges a line.

use std::io;
use std::net::{SocketAddr, TcpStream};

use winsock_async_std_guests::{arguments, at, exchange, parsed, report};

fn main() {
    let [address] = arguments("std_connect ADDRESS:PORT");
    report(run(parsed(&address)));
}

fn run(address: SocketAddr) -> Result<(), (&'static str, io::Error)> {
    let stream = TcpStream::connect(address).map_err(at("connect"))?;
    println!("connected {address}");
    println!("received {}", exchange(&stream).map_err(at("exchange"))?);
    Ok(())
}
