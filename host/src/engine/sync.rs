//! What threads share here is built from these and nothing else.

pub(crate) use std::sync::Arc;
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicIsize, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence,
};

pub(crate) use crossbeam_deque::{Steal, Stealer, Worker as OwnedQueue};
pub(crate) use crossbeam_queue::SegQueue as SharedQueue;
pub(crate) use crossbeam_utils::CachePadded;
pub(crate) use event_listener::{Event, Listener, listener};
