//! Looks up a host and a service as futures.

use std::time::Duration;

use winsock_async_guest::lookup::{Resolver, block_on, timeout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let resolver = Resolver::new()?;
    // Both requests are under way before the program awaits either.
    let host = resolver.host("localhost");
    let service = resolver.service("http", Some("tcp"));
    block_on(async {
        let service = service.await?;
        // The timeout drops the request after two seconds, which cancels it.
        let host = timeout(Duration::from_secs(2), host).await??;
        println!(
            "{} at {:?}, port {}",
            host.name, host.addresses, service.port
        );
        Ok(())
    })
}
