//! What this library runs on: the interfaces of the host, a clock, and sleep.

#[cfg(not(test))]
mod component;
#[cfg(test)]
pub(crate) mod fake;
mod seam;

pub(crate) use seam::Host;

/// What the library runs on: the imports of the component or, in native tests, a fake host.
#[cfg(not(test))]
pub(crate) type Current = component::Component;
#[cfg(test)]
pub(crate) type Current = fake::Fake;
