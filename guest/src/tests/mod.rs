//! Tests of the calls, on the fake host.

mod blocking;
mod face;
mod fake;
mod lookup;
mod queue;
mod request;
mod startup;
mod support;
mod timer;
mod window;
