//! One guest makes two requests and cancels the second.

use std::time::Duration;

use winsock_async_engine::{LookupEngine, Policy, Query};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One engine for the process: it has the policy, the limits and the worker threads.
    let policy = Policy::deny_all().allow("*.example.com".parse()?);
    let engine = LookupEngine::builder().policy(policy).build();

    // One session for each guest, on the guest's thread. The tag comes back with the completion.
    let mut session = engine.session();
    session.startup()?;
    session.request(Query::HostByName((*b"www.example.com").into()), 1)?;
    let second = session.request(Query::HostByName((*b"ftp.example.com").into()), 2)?;
    match session.cancel(second) {
        Ok(()) => println!("2: cancelled, so no completion arrives"),
        Err(error) => println!("2: {error}, so its completion arrives"),
    }

    // `wait` returns false once no request is outstanding.
    while session.wait(Some(Duration::from_secs(10))) {
        for completion in session.take(16) {
            println!("{}: {:?}", completion.tag, completion.outcome);
        }
    }
    Ok(session.cleanup()?)
}
