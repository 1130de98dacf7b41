//! Listens on an address, connects to itself, and exchanges a line.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use winsock_async_std_guests::{GREETING, arguments, at, line, parsed, report};

fn main() {
    let [address] = arguments("std_listen ADDRESS:PORT");
    report(run(parsed(&address)));
}

fn run(address: SocketAddr) -> Result<(), (&'static str, io::Error)> {
    let listener = TcpListener::bind(address).map_err(at("listen"))?;
    let local = listener.local_addr().map_err(at("local"))?;
    println!("listening {}", local.ip());
    let client = TcpStream::connect(local).map_err(at("connect"))?;
    let (server, peer) = listener.accept().map_err(at("accept"))?;
    println!("accepted {}", peer.ip());
    writeln!(&client, "{GREETING}").map_err(at("send"))?;
    println!("received {}", line(&server).map_err(at("receive"))?);
    Ok(())
}
