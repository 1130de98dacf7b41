//! The names and types of the imports are those of the interface.

use wit_parser::abi::WasmType;

use super::reference::Wit;
use crate::lower::{HANDLE_RESULT, LIST, UNIT_RESULT};
use crate::{Import, ValueType};

fn core_type(ty: &WasmType) -> ValueType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValueType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValueType::I64,
        other => panic!("{other:?}"),
    }
}

#[test]
fn imports_are_all_functions_of_the_world_without_pollables() {
    let wit = Wit::read();
    let functions = wit.imports();
    let expected: Vec<_> = functions
        .iter()
        .map(|(module, function)| (&**module, &*function.name))
        .collect();
    assert_eq!(Import::ALL.map(|i| (i.module(), i.name())), expected[..]);
}

#[test]
fn types_of_imports_are_those_that_the_canonical_abi_makes_of_the_interface() {
    let wit = Wit::read();
    for import in Import::ALL {
        let signature = wit.signature(wit.function(import.name()));
        let types = |types: &[WasmType]| types.iter().map(core_type).collect::<Vec<_>>();
        assert_eq!(import.params(), types(&signature.params), "{import:?}");
        assert_eq!(import.results(), types(&signature.results), "{import:?}");
        assert!(!signature.indirect_params, "{import:?}");
        assert_eq!(signature.retptr, import.results().is_empty(), "{import:?}");
    }
}

#[test]
fn places_of_results_have_the_size_and_alignment_of_the_interface() {
    let wit = Wit::read();
    for (import, layout) in [
        (Import::Startup, UNIT_RESULT),
        (Import::Cleanup, UNIT_RESULT),
        (Import::AsyncRequest, HANDLE_RESULT),
        (Import::Cancel, UNIT_RESULT),
        (Import::Take, LIST),
    ] {
        let result = wit.function(import.name()).result.expect("a result");
        assert_eq!(
            (wit.size(&result), wit.align(&result)),
            layout,
            "{import:?}"
        );
    }
}
