//! The soak's guest: `soak-guest FACE SEED FIRST REQUESTS ENDING LIMIT PATIENCE`.
//!
//! Lives at random by its seed, and panics if something is not as it should be. It reports what became
//! of its requests whenever it may be ended, and ends as it is told.

mod face;
mod life;
mod messages;
mod question;
mod raw;

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "imports" });
    pub use self::winsock::soak::book;
}

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
