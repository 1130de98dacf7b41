//! `wasi:http` by the guest's lookups and the policy's rules for connections (`S-W1` to `S-W6`).

mod endings;
mod exchange;
mod rules;
mod support;
mod tls;
