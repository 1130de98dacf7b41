//! Looks a name up, connects to the first address that accepts, and exchanges a line.

use std::io;
use std::net::TcpStream;

use winsock_async_std_guests::{arguments, at, exchange, look_up, parsed, report};

fn main() {
    let [name, port] = arguments("std_tcp NAME PORT");
    report(run(&name, parsed(&port)));
}

fn run(name: &str, port: u16) -> Result<(), (&'static str, io::Error)> {
    let found = look_up(name, port).map_err(at("lookup"))?;
    let stream = TcpStream::connect(&found[..]).map_err(at("connect"))?;
    println!("connected {}", stream.peer_addr().map_err(at("peer"))?);
    println!("received {}", exchange(&stream).map_err(at("exchange"))?);
    Ok(())
}
