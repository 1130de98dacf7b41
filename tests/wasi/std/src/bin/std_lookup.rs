//! Looks names up, one after the other.

use std::env;

use winsock_async_std_guests::{at, look_up, report};

fn main() {
    for name in env::args().skip(1) {
        println!("name {name}");
        report(look_up(&name, 80).map(drop).map_err(at("lookup")));
    }
}
