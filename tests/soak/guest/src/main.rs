//! The soak's guest: `soak-guest FACE SEED FIRST REQUESTS ENDING LIMIT PATIENCE`.
//!
//! Makes random calls from its seed, and panics if the model of a session does not allow a result.
//! It reports its counts before each call in which its store may be dropped, and ends as its plan
//! says.

mod bindings;
mod face;
mod life;
mod messages;
mod question;
mod raw;

use std::env;
use std::str::FromStr;
use std::time::Duration;

use self::life::{Life, Plan};
use self::messages::Messages;
use self::raw::Raw;

fn main() {
    let mut args = env::args().skip(1);
    let mut next = || args.next().expect("an argument");
    let face = next();
    let plan = Plan {
        seed: number(&next()),
        first: number(&next()),
        requests: number(&next()),
        ending: next().parse().expect("an ending"),
        limit: number(&next()),
        patience: Duration::from_secs(number(&next())),
    };
    match face.as_str() {
        "raw" => Life::new(Raw::new(), plan).live(),
        "messages" => Life::new(Messages::new(), plan).live(),
        other => panic!("no face {other}"),
    }
}

fn number<T: FromStr>(text: &str) -> T {
    text.parse().ok().expect("a number")
}
