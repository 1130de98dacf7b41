//! Memory for the adapter of WASI preview 1 in programs whose allocator shares none.
//!
//! The adapter needs a stack and its state before the program starts. Without an allocator that it
//! can call by then, the encoder has it grow the memory. Go's heap takes every address behind its
//! data, also those that someone else has grown the memory by: heap and adapter then overwrite
//! each other. So a Go program has a static array for the adapter, which begins with a mark.

use std::borrow::Cow;

use wasm_encoder::{
    CodeSection, ConstExpr, Encode, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, Module, RawSection, TypeSection, ValType,
};
use wasmparser::{DataKind, Operator, Parser, Payload, TypeRef};

use crate::error::Error;

/// What the array begins with. It has no eight zeros in a row, which Go's linker leaves out.
const MARK: &[u8] = b"winsock-async adapter memory";
/// The bytes of the array, the mark among them.
const BYTES: u32 = 192 << 10;
/// The section that Go's linker writes.
const GO: &str = "go:buildid";
/// The export by which the adapter allocates. The name is the encoder's.
const REALLOC: &str = "cabi_realloc_adapter";

/// Adds an allocator for the adapter to a module that has an array with the mark. A module without
/// one is unchanged.
///
/// # Errors
/// If the module is Go's and has no such array, or if the module cannot be parsed.
pub(crate) fn provide(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    let found = Found::of(bytes)?;
    match found.array {
        Some(array) => found.with_allocator(bytes, array).map(Cow::Owned),
        None if found.is_go => Err(Error::Go),
        None => Ok(bytes.into()),
    }
}

/// What a module has.
#[derive(Default)]
struct Found {
    is_go: bool,
    /// The address of the array.
    array: Option<u32>,
    types: u32,
    functions: u32,
    globals: u32,
}

impl Found {
    fn of(bytes: &[u8]) -> Result<Found, Error> {
        let mut found = Found::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::CustomSection(section) => found.is_go |= section.name() == GO,
                Payload::TypeSection(section) => {
                    for group in section {
                        found.types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => found.functions += 1,
                            TypeRef::Global(_) => found.globals += 1,
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => found.functions += section.count(),
                Payload::GlobalSection(section) => found.globals += section.count(),
                Payload::DataSection(section) => {
                    for data in section {
                        let data = data?;
                        found.array = found.array.or(array(&data.kind, data.data)?);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Copies the module, and adds the allocator.
    fn with_allocator(&self, bytes: &[u8], array: u32) -> Result<Vec<u8>, Error> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(self.types);
        let mut globals = GlobalSection::new();
        let next = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        let begin = array + MARK.len() as u32;
        globals.global(next, &ConstExpr::i32_const(begin.cast_signed()));
        let mut exports = ExportSection::new();
        exports.export(REALLOC, ExportKind::Func, self.functions);
        let mut code = CodeSection::new();
        code.function(&allocate(self.globals, array + BYTES));
        let added: [(u8, &dyn Encode); 5] = [
            (1, &types),
            (3, &functions),
            (6, &globals),
            (7, &exports),
            (10, &code),
        ];

        let (mut module, mut missing) = (Module::new(), added.len());
        for payload in Parser::new(0).parse_all(bytes) {
            let Some((id, range)) = payload?.as_section() else {
                continue;
            };
            let data = &bytes[range];
            match added.iter().find(|(added, _)| *added == id) {
                None => module.section(&RawSection { id, data }),
                Some((_, one)) => {
                    missing -= 1;
                    let data = &joined(data, *one)?;
                    module.section(&RawSection { id, data })
                }
            };
        }
        match missing {
            0 => Ok(module.finish()),
            _ => Err(Error::Go),
        }
    }
}

/// The address of the array, if it is in this segment and ends in the address space.
fn array(kind: &DataKind<'_>, data: &[u8]) -> Result<Option<u32>, Error> {
    let DataKind::Active {
        memory_index: 0,
        offset_expr,
    } = kind
    else {
        return Ok(None);
    };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
        return Ok(None);
    };
    let mut windows = data.windows(MARK.len());
    let address = windows.position(|window| window == MARK).and_then(|at| {
        let address = value.cast_unsigned().checked_add(u32::try_from(at).ok()?)?;
        address.checked_add(BYTES).map(|_| address)
    });
    Ok(address)
}

/// A section's content with one more item, which is the only one of `more`.
fn joined(section: &[u8], more: &dyn Encode) -> Result<Vec<u8>, Error> {
    let mut reader = wasmparser::BinaryReader::new(section, 0);
    let count = reader.read_var_u32()?;
    let rest = &section[reader.current_position()..];
    let mut joined = Vec::new();
    (count + 1).encode(&mut joined);
    joined.extend_from_slice(rest);
    let mut encoded = Vec::new();
    more.encode(&mut encoded);
    // Its length comes first, then its count.
    let mut reader = wasmparser::BinaryReader::new(&encoded, 0);
    reader.read_var_u32()?;
    reader.read_var_u32()?;
    joined.extend_from_slice(&encoded[reader.current_position()..]);
    Ok(joined)
}

/// The allocator: takes the next bytes up to `end`, and traps if there are none. It cannot move.
fn allocate(next: u32, end: u32) -> Function {
    const OLD: u32 = 0;
    const ALIGN: u32 = 2;
    const SIZE: u32 = 3;
    const BEGIN: u32 = 4;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    let trap_if = |code: &mut wasm_encoder::InstructionSink<'_>| {
        code.if_(wasm_encoder::BlockType::Empty).unreachable().end();
    };
    code.local_get(OLD);
    trap_if(&mut code);
    code.local_get(SIZE)
        .i32_const(BYTES.cast_signed())
        .i32_gt_u();
    trap_if(&mut code);
    // begin = (next + align - 1) & -align
    code.global_get(next).local_get(ALIGN).i32_add();
    code.i32_const(1).i32_sub();
    code.i32_const(0).local_get(ALIGN).i32_sub().i32_and();
    code.local_tee(BEGIN);
    code.local_get(SIZE).i32_add().global_set(next);
    code.global_get(next)
        .i32_const(end.cast_signed())
        .i32_gt_u();
    trap_if(&mut code);
    code.local_get(BEGIN).end();
    function
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with this in its memory, and with `more` sections.
    fn module(data: &str, more: &str) -> Vec<u8> {
        let text = format!(
            r#"(module
                (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
                (memory (export "memory") 5)
                (global (mut i32) (i32.const 0))
                (func (export "_start"))
                (data (i32.const 100) "{data}")
                {more})"#
        );
        wat::parse_str(text).unwrap()
    }

    fn marked() -> String {
        format!("before {}", str::from_utf8(MARK).unwrap())
    }

    const BUILD_ID: &str = r#"(@custom "go:buildid" (before first) "id")"#;

    #[test]
    fn marked_module_has_an_allocator_and_is_valid() {
        for more in ["", BUILD_ID] {
            let bytes = module(&marked(), more);
            let provided = provide(&bytes).unwrap();
            wasmparser::validate(&provided).unwrap();
            assert_eq!(exports(&provided), ["memory", "_start", REALLOC]);
        }
    }

    /// The names of a module's exports.
    fn exports(bytes: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            if let Payload::ExportSection(section) = payload.unwrap() {
                names.extend(
                    section
                        .into_iter()
                        .map(|export| export.unwrap().name.into()),
                );
            }
        }
        names
    }

    #[test]
    fn module_without_the_mark_is_unchanged_unless_it_is_go() {
        let bytes = module("other", "");
        assert_eq!(*provide(&bytes).unwrap(), bytes[..]);
        assert_eq!(provide(&module("other", BUILD_ID)), Err(Error::Go));
    }

    #[test]
    fn array_past_the_address_space_is_none() {
        let text = format!(
            r#"(module (memory 5) (data (i32.const -1000) "{}"))"#,
            marked()
        );
        let bytes = wat::parse_str(text).unwrap();
        assert_eq!(*provide(&bytes).unwrap(), bytes[..]);
    }
}
