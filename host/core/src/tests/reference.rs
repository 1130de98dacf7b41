//! The canonical ABI of any type, by `wit-parser`, from the interface's own files.

use std::fs;
use std::path::Path;

use wit_parser::abi::{AbiVariant, WasmSignature};
use wit_parser::{Function, Resolve, SizeAlign, SourceMap, Type, TypeDefKind};

use super::fake::Fake;

/// A value of any type. Numbers are those bits that memory has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Val {
    Number(u64),
    Text(String),
    List(Vec<Val>),
    /// A record by the names of its fields, or a tuple by its numbers.
    Record(Vec<(String, Val)>),
    /// A case of a variant, an enum, an option or a result.
    Case(String, Option<Box<Val>>),
}

/// The package in `wit/`.
pub(super) struct Wit {
    resolve: Resolve,
    sizes: SizeAlign,
}

/// A type's cases: the name of each, and the type of its value.
type Cases<'a> = Vec<(&'a str, Option<&'a Type>)>;

impl Wit {
    pub(super) fn read() -> Wit {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let text = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
        let mut resolve = Resolve::default();
        let mut files = SourceMap::new();
        for name in [
            "types",
            "lifecycle",
            "requests",
            "completions",
            "readiness",
            "worlds",
            "wasi",
        ] {
            let name = format!("{name}.wit");
            files.push_str(&name, text(&name));
        }
        let Ok(package) = files.parse() else {
            panic!("wit can be parsed");
        };
        resolve.push_group(package).unwrap();
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        Wit { resolve, sizes }
    }

    /// The functions of the world that needs no pollables, each with the name of its interface.
    pub(super) fn imports(&self) -> Vec<(String, &Function)> {
        let world = self.resolve.worlds.iter().map(|(_, world)| world);
        let mut worlds = world.filter(|world| world.name == "imports-without-readiness");
        let mut functions = Vec::new();
        for (key, item) in &worlds.next().expect("the world").imports {
            let wit_parser::WorldItem::Interface { id, .. } = item else {
                panic!("{key:?} is no interface");
            };
            for function in self.resolve.interfaces[*id].functions.values() {
                functions.push((self.resolve.name_world_key(key), function));
            }
        }
        functions
    }

    pub(super) fn function(&self, name: &str) -> &Function {
        let imports = self.imports();
        let mut named = imports.iter().filter(|(_, function)| function.name == name);
        named.next().expect("the function").1
    }

    /// The core signature of an imported function.
    pub(super) fn signature(&self, function: &Function) -> WasmSignature {
        self.resolve
            .wasm_signature(AbiVariant::GuestImport, function)
    }

    pub(super) fn size(&self, ty: &Type) -> u32 {
        self.sizes.size(ty).size_wasm32() as u32
    }

    pub(super) fn align(&self, ty: &Type) -> u32 {
        self.sizes.align(ty).align_wasm32() as u32
    }

    fn kind(&self, ty: &Type) -> Option<&TypeDefKind> {
        match ty {
            Type::Id(id) => Some(&self.resolve.types[*id].kind),
            _ => None,
        }
    }

    /// The fields of a record or a tuple.
    fn fields<'a>(&self, kind: &'a TypeDefKind) -> Option<Vec<(String, &'a Type)>> {
        Some(match kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                fields
                    .map(|field| (field.name.clone(), &field.ty))
                    .collect()
            }
            TypeDefKind::Tuple(tuple) => {
                let types = tuple.types.iter().enumerate();
                types.map(|(i, ty)| (i.to_string(), ty)).collect()
            }
            _ => return None,
        })
    }

    /// The cases of a type that has some.
    fn cases<'a>(&self, kind: &'a TypeDefKind) -> Option<Cases<'a>> {
        Some(match kind {
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                cases.map(|case| (&*case.name, case.ty.as_ref())).collect()
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter();
                cases.map(|case| (&*case.name, None)).collect()
            }
            TypeDefKind::Option(ty) => vec![("none", None), ("some", Some(ty))],
            TypeDefKind::Result(result) => {
                vec![("ok", result.ok.as_ref()), ("err", result.err.as_ref())]
            }
            _ => return None,
        })
    }

    /// The number of flat values of a type.
    fn flat_count(&self, ty: &Type) -> usize {
        let Some(kind) = self.kind(ty) else {
            return if *ty == Type::String { 2 } else { 1 };
        };
        if let TypeDefKind::Type(ty) = kind {
            self.flat_count(ty)
        } else if let Some(fields) = self.fields(kind) {
            fields.iter().map(|(_, ty)| self.flat_count(ty)).sum()
        } else if let Some(cases) = self.cases(kind) {
            let of = |ty: &Option<&Type>| ty.map_or(0, |ty| self.flat_count(ty));
            1 + cases.iter().map(|(_, ty)| of(ty)).max().unwrap_or(0)
        } else {
            2
        }
    }

    /// Lowers a value into flat values and memory, as a guest passes an argument.
    pub(super) fn flatten(&self, val: &Val, ty: &Type, guest: &mut Fake, flat: &mut Vec<u64>) {
        let kind = self.kind(ty);
        match (val, kind) {
            (_, Some(TypeDefKind::Type(ty))) => self.flatten(val, ty, guest, flat),
            (Val::Number(number), None) => flat.push(*number),
            (Val::List(items), Some(TypeDefKind::List(Type::U8))) => {
                let byte = |item: &Val| match item {
                    Val::Number(byte) => u8::try_from(*byte).unwrap(),
                    other => panic!("{other:?}"),
                };
                let bytes: Vec<u8> = items.iter().map(byte).collect();
                let address = guest.bump(1, bytes.len() as u32);
                guest.put(address, &bytes);
                flat.extend([u64::from(address), bytes.len() as u64]);
            }
            (Val::Record(vals), Some(kind)) => {
                let fields = self.fields(kind).expect("a record");
                assert_eq!(vals.len(), fields.len());
                for ((name, val), (field, ty)) in vals.iter().zip(fields) {
                    assert_eq!(*name, field);
                    self.flatten(val, ty, guest, flat);
                }
            }
            (Val::Case(name, val), Some(kind)) => {
                let end = flat.len() + self.flat_count(ty);
                let cases = self.cases(kind).expect("cases");
                let number = cases.iter().position(|case| case.0 == name);
                let number = number.unwrap_or_else(|| panic!("no case {name}"));
                flat.push(number as u64);
                if let (Some(val), Some(ty)) = (val, cases[number].1) {
                    self.flatten(val, ty, guest, flat);
                }
                flat.resize(end, 0);
            }
            other => panic!("{other:?}"),
        }
    }

    /// Lifts a value out of memory, as a guest reads a result.
    pub(super) fn load(&self, ty: &Type, address: u32, guest: &Fake) -> Val {
        let bytes = |bytes: u32| {
            let address = address as usize;
            &guest.memory[address..address + bytes as usize]
        };
        let number = || {
            let number = bytes(self.size(ty)).iter().rev();
            number.fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let word = |at: u32| u32::from_le_bytes(guest.at(address + at));
        assert_eq!(address % self.align(ty), 0, "{ty:?}");
        let Some(kind) = self.kind(ty) else {
            if *ty != Type::String {
                return Val::Number(number());
            }
            let (start, length) = (word(0) as usize, word(4) as usize);
            let text = guest.memory[start..start + length].to_vec();
            return Val::Text(String::from_utf8(text).unwrap());
        };
        if let TypeDefKind::Type(ty) = kind {
            return self.load(ty, address, guest);
        }
        if let TypeDefKind::List(ty) = kind {
            let item = |i| self.load(ty, word(0) + i * self.size(ty), guest);
            return Val::List((0..word(4)).map(item).collect());
        }
        if let Some(fields) = self.fields(kind) {
            let offsets = self.sizes.field_offsets(fields.iter().map(|(_, ty)| *ty));
            let fields = fields.iter().zip(offsets).map(|((name, ty), (offset, _))| {
                let address = address + offset.size_wasm32() as u32;
                (name.clone(), self.load(ty, address, guest))
            });
            return Val::Record(fields.collect());
        }
        let cases = self.cases(kind).expect("no other type is in the interface");
        assert!(cases.len() < 256);
        let (name, ty) = cases[usize::from(bytes(1)[0])];
        let types = cases.iter().map(|case| case.1);
        let offset = self.sizes.payload_offset(wit_parser::Int::U8, types);
        let load = |ty| self.load(ty, address + offset.size_wasm32() as u32, guest);
        Val::Case(name.into(), ty.map(|ty| Box::new(load(ty))))
    }
}
