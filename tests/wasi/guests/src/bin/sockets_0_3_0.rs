//! Looks names up, connects, listens and sends datagrams with WASI 0.3. Prints one line for each
//! step that succeeds, then one for the step that fails.

fn main() {
    panic!("call the export run of wasi:cli/run@0.3.0");
}

#[cfg(target_os = "wasi")]
mod program {
    use std::env;
    use std::net::SocketAddr;

    use wit_bindgen::StreamReader;

    use self::bindings::exports::wasi::cli::run::Guest;
    use self::bindings::wasi::sockets::ip_name_lookup::resolve_addresses;
    use self::bindings::wasi::sockets::types::{
        ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket,
        UdpSocket,
    };

    #[allow(missing_docs, unreachable_pub, reason = "wit-bindgen's output")]
    mod bindings {
        wit_bindgen::generate!({ path: "wit/0.3.0", generate_all });
        export!(Program with_types_in self);
        use super::Program;
    }

    /// The arguments. Addresses are IPv4, and those of names too.
    const USAGE: &str = "\
usage: sockets_0_3_0 COMMAND
  tcp NAME PORT         looks the name up, connects, and exchanges a line
  connect ADDRESS:PORT  connects without a lookup, and exchanges a line
  listen ADDRESS:PORT   listens, connects to itself, and exchanges a line; closes the listener, and
                        connects again
  udp NAME PORT         looks the name up, and exchanges a datagram by a socket that is not bound,
                        then by one that is connected
  datagrams             exchanges datagrams between sockets of its own, until one is closed
  exit STATUS           ends with this status
  loop                  never ends";

    const GREETING: &[u8] = b"hello\n";
    const LOOPBACK: [u8; 4] = [127, 0, 0, 1];

    struct Program;

    impl Guest for Program {
        async fn run() -> Result<(), ()> {
            let words: Vec<String> = env::args().skip(1).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ended = match words[..] {
                ["tcp", name, port] => tcp(name, port.parse().expect("a port")).await,
                ["connect", address] => connect(parsed(address)).await,
                ["listen", address] => listen(parsed(address)).await,
                ["udp", name, port] => udp(name, port.parse().expect("a port")).await,
                ["datagrams"] => datagrams().await,
                ["exit", status] => std::process::exit(status.parse().expect("a status")),
                ["loop"] => loop {
                    std::hint::black_box(());
                },
                _ => panic!("{USAGE}"),
            };
            if let Err((step, code)) = ended {
                println!("{step}: {code:?}");
            }
            Ok(())
        }
    }

    /// A step that failed.
    type Failed = (&'static str, ErrorCode);

    /// Names the step of an error.
    fn at(step: &'static str) -> impl FnOnce(ErrorCode) -> Failed {
        move |code| (step, code)
    }

    async fn tcp(name: &str, port: u16) -> Result<(), Failed> {
        match look_up(name, port).await {
            Some(address) => connect(address).await,
            None => Ok(()),
        }
    }

    /// The first address of a name.
    async fn look_up(name: &str, port: u16) -> Option<IpSocketAddress> {
        match resolve_addresses(name.to_owned()).await {
            Ok(found) => {
                let IpAddress::Ipv4((a, b, c, d)) = found[0] else {
                    panic!("{name} has an IPv6 address");
                };
                println!("found {a}.{b}.{c}.{d}");
                Some(address([a, b, c, d], port))
            }
            Err(code) => {
                println!("lookup: {code:?}");
                None
            }
        }
    }

    async fn connect(remote: IpSocketAddress) -> Result<(), Failed> {
        let socket = TcpSocket::create(IpAddressFamily::Ipv4).map_err(at("create"))?;
        socket.connect(remote).await.map_err(at("connect"))?;
        println!("connected {}", shown(remote));
        send(&socket).await?;
        println!("received {}", receive(&socket).await?);
        Ok(())
    }

    async fn listen(local: IpSocketAddress) -> Result<(), Failed> {
        let listener = TcpSocket::create(IpAddressFamily::Ipv4).map_err(at("create"))?;
        listener.bind(local).map_err(at("bind"))?;
        let mut accepted: StreamReader<TcpSocket> = listener.listen().map_err(at("listen"))?;
        let local = listener.get_local_address().map_err(at("local"))?;
        println!("listening {}", shown(local).ip());
        let client = TcpSocket::create(IpAddressFamily::Ipv4).map_err(at("create"))?;
        client.connect(local).await.map_err(at("connect"))?;
        let server = accepted.next().await.expect("a connection");
        send(&client).await?;
        println!("received {}", receive(&server).await?);
        drop((listener, accepted));
        println!("closed");
        connect(local).await
    }

    async fn send(socket: &TcpSocket) -> Result<(), Failed> {
        let (mut bytes, reader) = bindings::wit_stream::new();
        let sent = socket.send(reader);
        bytes.write_all(GREETING.to_vec()).await;
        drop(bytes);
        sent.await.map_err(at("send"))
    }

    /// Receives until the end of a line.
    async fn receive(socket: &TcpSocket) -> Result<String, Failed> {
        let (mut bytes, ended) = socket.receive();
        let mut line = Vec::new();
        while let Some(byte) = bytes.next().await
            && byte != b'\n'
        {
            line.push(byte);
        }
        drop(bytes);
        ended.await.map_err(at("receive"))?;
        Ok(line.escape_ascii().to_string())
    }

    async fn udp(name: &str, port: u16) -> Result<(), Failed> {
        let Some(remote) = look_up(name, port).await else {
            return Ok(());
        };
        let socket = udp_socket()?;
        let sent = socket.send(GREETING.to_vec(), Some(remote)).await;
        sent.map_err(at("send"))?;
        println!("received {}", datagram(&socket).await?);
        let socket = udp_socket()?;
        socket.connect(remote).map_err(at("connect"))?;
        let sent = socket.send(GREETING.to_vec(), None).await;
        sent.map_err(at("send"))?;
        println!("received {}", datagram(&socket).await?);
        Ok(())
    }

    /// A guest may send to the sockets that it has open on loopback, and to no other.
    async fn datagrams() -> Result<(), Failed> {
        let bound = udp_socket()?;
        bound.bind(address(LOOPBACK, 0)).map_err(at("bind"))?;
        let to_bound = bound.get_local_address().map_err(at("local"))?;
        // Bound by its first datagram.
        let other = udp_socket()?;
        other
            .send(GREETING.to_vec(), Some(to_bound))
            .await
            .map_err(at("send"))?;
        println!("to bound: {}", datagram(&bound).await?);
        let port = shown(other.get_local_address().map_err(at("local"))?).port();
        let to_other = address(LOOPBACK, port);
        bound
            .send(GREETING.to_vec(), Some(to_other))
            .await
            .map_err(at("send back"))?;
        println!("to other: {}", datagram(&other).await?);
        // Connecting narrows the local address.
        other.connect(to_bound).map_err(at("connect"))?;
        bound
            .send(GREETING.to_vec(), Some(to_other))
            .await
            .map_err(at("send to connected"))?;
        println!("to connected: {}", datagram(&other).await?);
        // And this may give the port back to the system.
        other.disconnect().map_err(at("disconnect"))?;
        let local = other.get_local_address().map_err(at("local"))?;
        println!("disconnected: port {}", shown(local).port());
        let sent = bound.send(GREETING.to_vec(), Some(to_other)).await;
        println!("to disconnected: {sent:?}");
        drop(other);
        let sent = bound.send(GREETING.to_vec(), Some(to_other)).await;
        println!("to closed: {sent:?}");
        Ok(())
    }

    fn udp_socket() -> Result<UdpSocket, Failed> {
        UdpSocket::create(IpAddressFamily::Ipv4).map_err(at("create"))
    }

    async fn datagram(socket: &UdpSocket) -> Result<String, Failed> {
        let (bytes, _from) = socket.receive().await.map_err(at("receive"))?;
        Ok(bytes.trim_ascii_end().escape_ascii().to_string())
    }

    fn parsed(text: &str) -> IpSocketAddress {
        let SocketAddr::V4(v4) = text.parse().expect("an address and port") else {
            panic!("{text} is of IPv6");
        };
        address(v4.ip().octets(), v4.port())
    }

    fn address([a, b, c, d]: [u8; 4], port: u16) -> IpSocketAddress {
        let address = (a, b, c, d);
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address })
    }

    fn shown(address: IpSocketAddress) -> SocketAddr {
        let IpSocketAddress::Ipv4(v4) = address else {
            panic!("an IPv6 address");
        };
        let (a, b, c, d) = v4.address;
        ([a, b, c, d], v4.port).into()
    }
}
