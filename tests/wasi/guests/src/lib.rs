//! Helpers of guest programs that import WASI's interfaces and nothing of this project. Each
//! program is one file in `src/bin`.

pub mod lookups;
