//! What a guest may connect to (`S-W4` to `S-W6`), and attacks on it.

mod answers;
mod guest;
mod observed;
mod rules;
