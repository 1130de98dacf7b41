//! The calls with a guest whose memory and allocator the tests control.

mod allocator;
mod arguments;
mod calls;
mod fake;
mod garbage;
mod reference;
mod results;
mod table;
mod values;
