//! The functions of `windows.h`.
//!
//! Windows, messages and timers are those of the guest library. This module adds the parts that
//! only C has: classes, the messages of creation and destruction, window longs, and text in two
//! forms.

mod class;
mod create;
mod critical;
mod destroy;
mod error;
mod find;
mod format;
mod long;
mod message;
mod message_box;
mod module;
mod post;
mod register_message;
mod sprintf;
mod state;
pub(crate) mod stuck;
mod tables;
mod text;
mod time;
mod timer;
mod types;

pub(crate) use message::dispatch;
pub(crate) use text::Wide;
