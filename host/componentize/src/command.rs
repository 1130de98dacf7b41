//! Unwraps `cabi_realloc` from calls of constructors and destructors, which a linker adds.
//!
//! The start-up code of wasi-libc until 2022 does not call constructors and destructors itself.
//! Instead, wasm-ld wraps every export in calls of them. The host calls `cabi_realloc` while the
//! program runs. The wrapper would run all constructors again, and close the standard streams.

use std::borrow::Cow;

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{
    BinaryReaderError, Export, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef,
};

/// The export by which the host allocates the guest's memory.
const REALLOC: &str = "cabi_realloc";
/// The entry point of a command.
const START: &str = "_start";

/// Exports the function that `cabi_realloc` wraps. A module without a wrapper is unchanged.
///
/// # Errors
/// If the module cannot be parsed.
pub(crate) fn unwrap_realloc(bytes: &[u8]) -> Result<Cow<'_, [u8]>, BinaryReaderError> {
    let Some(inner) = Functions::of(bytes)?.wrapped_realloc()? else {
        return Ok(bytes.into());
    };
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let Payload::ExportSection(exports) = payload {
            let mut section = ExportSection::new();
            for export in exports {
                let Export { name, kind, index } = export?;
                let index = if name == REALLOC { inner } else { index };
                section.export(name, encoded(kind), index);
            }
            module.section(&section);
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection {
                id,
                data: &bytes[range],
            });
        }
    }
    Ok(module.finish().into())
}

fn encoded(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

/// The functions of a module, to find the wrapper among them.
#[derive(Default)]
struct Functions<'a> {
    imported: u32,
    realloc: Option<u32>,
    start: Option<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Functions<'a> {
    fn of(bytes: &'a [u8]) -> Result<Functions<'a>, BinaryReaderError> {
        let mut functions = Functions::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let is_function = matches!(import?.ty, TypeRef::Func(_));
                        functions.imported += u32::from(is_function);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        match export.name {
                            REALLOC => functions.realloc = Some(export.index),
                            START => functions.start = Some(export.index),
                            _ => {}
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body),
                _ => {}
            }
        }
        Ok(functions)
    }

    /// The function that `cabi_realloc` wraps, if `_start` is wrapped in the same constructors and
    /// destructors.
    fn wrapped_realloc(&self) -> Result<Option<u32>, BinaryReaderError> {
        let (Some(realloc), Some(start)) = (self.realloc, self.start) else {
            return Ok(None);
        };
        let (Some(realloc), Some(start)) = (self.calls(realloc)?, self.calls(start)?) else {
            return Ok(None);
        };
        // Constructors come first and destructors last; a module may lack either.
        let wrapped = match (&realloc[..], &start[..]) {
            ([before, inner, after], [first, _, last]) if (before, after) == (first, last) => inner,
            ([before, inner], [first, _]) if before == first => inner,
            ([inner, after], [_, last]) if after == last => inner,
            _ => return Ok(None),
        };
        Ok(Some(*wrapped))
    }

    /// The functions that a function calls, if it does nothing but pass its parameters on.
    fn calls(&self, function: u32) -> Result<Option<Vec<u32>>, BinaryReaderError> {
        let index = function.checked_sub(self.imported);
        let Some(body) = index.and_then(|index| self.bodies.get(index as usize)) else {
            return Ok(None);
        };
        let mut calls = Vec::new();
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Call { function_index } => calls.push(function_index),
                Operator::LocalGet { .. } | Operator::End => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(calls))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command with these bodies of `cabi_realloc` and `_start`.
    fn command(realloc: &str, start: &str) -> Vec<u8> {
        let text = format!(
            r#"(module
                (import "host" "f" (func $host))
                (memory (export "memory") 1)
                (func $construct) (func $destroy)
                (func $main (call $host))
                (func $inner (param i32 i32 i32 i32) (result i32) i32.const 8)
                (func (export "_start") {start})
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc}))"#
        );
        wat::parse_str(text).unwrap()
    }

    /// The index of the function that is exported as `cabi_realloc`.
    fn realloc(bytes: &[u8]) -> Option<u32> {
        Functions::of(bytes).unwrap().realloc
    }

    const GETS: &str = "local.get 0 local.get 1 local.get 2 local.get 3";

    #[test]
    fn a_wrapped_realloc_is_unwrapped_and_other_exports_stay() {
        for (before, after) in [
            ("call $construct", "call $destroy"),
            ("call $construct", ""),
            ("", "call $destroy"),
        ] {
            let wrapper = format!("{before} {GETS} call $inner {after}");
            let bytes = command(&wrapper, &format!("{before} call $main {after}"));
            let unwrapped = unwrap_realloc(&bytes).unwrap();
            assert_eq!((realloc(&bytes), realloc(&unwrapped)), (Some(6), Some(4)));
            assert_eq!(Functions::of(&unwrapped).unwrap().start, Some(5));
            wasmparser::validate(&unwrapped).unwrap();
            assert_eq!(unwrapped.len(), bytes.len());
        }
    }

    #[test]
    fn a_realloc_that_is_not_wrapped_stays() {
        let call = format!("{GETS} call $inner");
        for (realloc, start) in [
            (
                "i32.const 8".into(),
                "call $construct call $main call $destroy",
            ),
            (
                format!("call $construct {call} call $destroy"),
                "call $main",
            ),
            (
                format!("call $construct {call} call $destroy"),
                "call $construct call $main",
            ),
            (
                format!("call $construct {call} call $destroy"),
                "call $destroy call $main call $destroy",
            ),
            (call.clone(), "call $main"),
            (
                format!("call $construct {call} i32.const 1 i32.add"),
                "call $construct call $main",
            ),
        ] {
            let bytes = command(&realloc, start);
            assert_eq!(*unwrap_realloc(&bytes).unwrap(), bytes[..], "{realloc}");
        }
        let none = wat::parse_str("(module)").unwrap();
        assert_eq!(*unwrap_realloc(&none).unwrap(), none[..]);
    }
}
