//! The reasons why a file cannot become a component.

/// Why a file cannot become a component. The message says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file does not begin like WebAssembly.
    #[error(
        "this is not WebAssembly; give a component, or a core module, such as programs built for \
         wasm32-wasip2 or wasm32-wasip1"
    )]
    NotWebAssembly,
    /// The file is in WebAssembly's text format.
    #[error("this is WebAssembly as text; make it binary with `wasm-tools parse`")]
    Text,
    /// The file is neither a core module of version 1 nor a component.
    #[error(
        "this is WebAssembly of an unknown version; build it for wasm32-wasip2 or wasm32-wasip1"
    )]
    Version,
    /// The module is not valid WebAssembly; it may be truncated.
    #[error("this is not a valid module: {reason}")]
    Invalid {
        /// The validator's message, with the offset.
        reason: String,
    },
    /// The module has no entry point.
    #[error(
        "this module has no `_start`; build a program with a `main`, not a library, and without \
         -nostartfiles"
    )]
    NoStart,
    /// The module imports functions that no interface provides. A linker reports them, unless it is
    /// told not to by `-Wl,--allow-undefined`.
    #[error(
        "this module imports functions outside WASI preview 1 and winsock:async-lookup@0.1.0: {}; \
         define them, or link a library that does (libws2_32.a has Winsock's functions)",
        imports.join(", ")
    )]
    Undefined {
        /// The imports, each as `MODULE.NAME`, or as `NAME` for a linker's undefined symbol.
        imports: Vec<String>,
    },
    /// The module is Go's and has no memory for the adapter of WASI preview 1. Go's heap would
    /// overwrite what the adapter takes.
    #[error(
        "this Go program has no memory for the adapter of WASI preview 1, which Go's heap would \
         overwrite; import the package winsock of examples/guests-go, whose array is for that"
    )]
    Go,
    /// A guest imports interfaces that no provider has.
    #[error(
        "the provider has no {}; a component cannot make the pollables of `readiness`, which need \
         a host with winsock:async-lookup: call `wait` of `completions` instead",
        imports.join(", ")
    )]
    NotProvided {
        /// The interfaces.
        imports: Vec<String>,
    },
    /// A guest needs no provider.
    #[error("this guest imports nothing of winsock:async-lookup, so it needs no provider")]
    NoLookups,
    /// A guest and a provider cannot be composed.
    #[error("this guest and the provider cannot be composed: {reason}")]
    Compose {
        /// What does not fit, or the message of the validator.
        reason: String,
    },
    /// An import or export has another type than its interface.
    #[error("this module cannot become a component: {reason}")]
    Encode {
        /// The encoder's message.
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
