//! Why a file cannot become a component.

/// Why a file cannot become a component, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It does not begin as WebAssembly does.
    #[error(
        "this is not WebAssembly; give a component, or a core module, such as programs built for \
         wasm32-wasip2 or wasm32-wasip1"
    )]
    NotWebAssembly,
    /// It is WebAssembly's text format.
    #[error("this is WebAssembly as text; make it binary with `wasm-tools parse`")]
    Text,
    /// It is neither a core module of version 1 nor a component.
    #[error(
        "this is WebAssembly of an unknown version; build it for wasm32-wasip2 or wasm32-wasip1"
    )]
    Version,
    /// The module breaks a rule of WebAssembly; it may be cut off.
    #[error("this is not a valid module: {reason}")]
    Invalid {
        /// The rule, and where it is broken.
        reason: String,
    },
    /// The module is no program.
    #[error(
        "this module has no `_start`; build a program with a `main`, not a library, and without \
         -nostartfiles"
    )]
    NoStart,
    /// The module imports what nobody provides, as where -Wl,--allow-undefined hid a mistake.
    #[error(
        "this module imports what is neither WASI preview 1 nor winsock:async-lookup@0.1.0: {}; \
         define it, or link what does (libws2_32.a has Winsock's functions)",
        imports.join(", ")
    )]
    Undefined {
        /// The imports, each as `MODULE.NAME`, or `NAME` where the linker made it of an undefined symbol.
        imports: Vec<String>,
    },
    /// Imports or exports are of other types than they should be.
    #[error("this module cannot become a component: {reason}")]
    Encode {
        /// What does not fit.
        reason: String,
    },
}

impl From<wasmparser::BinaryReaderError> for Error {
    fn from(error: wasmparser::BinaryReaderError) -> Error {
        Error::Invalid {
            reason: error.to_string(),
        }
    }
}
