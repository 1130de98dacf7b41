//! Looks names up and connects to each by wstd, all at the same time. Prints the lines in the order
//! of the arguments.

fn main() {
    #[cfg(target_os = "wasi")]
    program::main();
}

#[cfg(target_os = "wasi")]
mod program {
    use std::env;
    use std::io;
    use std::net::{IpAddr, SocketAddr};

    use wasip2_of_wstd::sockets::instance_network::instance_network;
    use wasip2_of_wstd::sockets::ip_name_lookup::resolve_addresses;
    use wasip2_of_wstd::sockets::network::{ErrorCode, IpAddress};
    use wstd::io::{AsyncRead, AsyncWrite};
    use wstd::net::TcpStream;
    use wstd::runtime::{AsyncPollable, block_on, spawn};

    pub(super) fn main() {
        let words: Vec<String> = env::args().skip(1).collect();
        let (port, names) = words.split_first().expect("usage: wstd_tcp PORT NAME...");
        let port: u16 = port.parse().expect("a port");
        let names = names.to_vec();
        block_on(async {
            let tasks: Vec<_> = names
                .into_iter()
                .map(|name| spawn(run(name, port)))
                .collect();
            for task in tasks {
                for line in task.await {
                    println!("{line}");
                }
            }
        });
    }

    async fn run(name: String, port: u16) -> Vec<String> {
        let mut lines = vec![format!("name {name}")];
        match found(&name).await {
            Ok(found) => {
                lines.extend(
                    found
                        .iter()
                        .map(|address| format!("found {}", shown(address))),
                );
                let v4 = found.iter().find_map(|address| match address {
                    IpAddress::Ipv4((a, b, c, d)) => Some([*a, *b, *c, *d]),
                    IpAddress::Ipv6(_) => None,
                });
                if let Some(v4) = v4 {
                    // wstd connects to IPv4 alone.
                    match exchange((v4, port).into()).await {
                        Ok(line) => lines.push(format!("received {line}")),
                        Err(error) => lines.push(format!("connect: {:?}", error.kind())),
                    }
                }
            }
            Err(code) => lines.push(format!("error {}", code.name())),
        }
        lines
    }

    /// Waits for all addresses without blocking the other tasks.
    async fn found(name: &str) -> Result<Vec<IpAddress>, ErrorCode> {
        let stream = resolve_addresses(&instance_network(), name)?;
        let mut found = Vec::new();
        loop {
            match stream.resolve_next_address() {
                Ok(Some(address)) => found.push(address),
                Ok(None) => return Ok(found),
                Err(ErrorCode::WouldBlock) => {
                    AsyncPollable::new(stream.subscribe()).wait_for().await;
                }
                Err(code) => return Err(code),
            }
        }
    }

    fn shown(address: &IpAddress) -> IpAddr {
        match *address {
            IpAddress::Ipv4((a, b, c, d)) => [a, b, c, d].into(),
            IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => [a, b, c, d, e, f, g, h].into(),
        }
    }

    async fn exchange(address: SocketAddr) -> io::Result<String> {
        let mut stream = TcpStream::connect_addr(address).await?;
        stream.write_all(b"hello\n").await?;
        let mut bytes = [0; 100];
        let length = stream.read(&mut bytes).await?;
        Ok(bytes[..length].trim_ascii_end().escape_ascii().to_string())
    }
}
