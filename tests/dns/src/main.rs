//! The lying name server as a program: prints its address, and serves until standard input ends.

use std::io;

use winsock_async_dns_server::Server;

fn main() -> io::Result<()> {
    let server = Server::start()?;
    println!("{}", server.address());
    // Each line releases the answers that are held back.
    for line in io::stdin().lines() {
        line?;
        server.release();
    }
    Ok(())
}
