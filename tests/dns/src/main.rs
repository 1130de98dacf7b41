//! The lying name server as a program: prints its address, and serves until its standard input ends.

use std::io;

use winsock_async_dns_server::Server;

fn main() -> io::Result<()> {
    let server = Server::start()?;
    println!("{}", server.address());
    // A line has it send what it has held back.
    for line in io::stdin().lines() {
        line?;
        server.release();
    }
    Ok(())
}
