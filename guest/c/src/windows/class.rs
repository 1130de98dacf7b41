//! Window classes.

use std::ffi::{c_char, c_int};

use super::error::{ERROR_CLASS_DOES_NOT_EXIST, ERROR_INVALID_PARAMETER, or_fail};
use super::state::with;
use super::tables::Class;
use super::text::{Unit, Wide};
use super::types::{BOOL, Handle, WNDPROC};
use crate::memory;

/// `WNDCLASS` of either form.
#[repr(C)]
pub struct WNDCLASS<U> {
    style: u32,
    lpfnWndProc: Option<WNDPROC>,
    cbClsExtra: c_int,
    cbWndExtra: c_int,
    hInstance: Handle,
    hIcon: Handle,
    hCursor: Handle,
    hbrBackground: Handle,
    lpszMenuName: *const U,
    lpszClassName: *const U,
}

/// `WNDCLASSEX` of either form.
#[repr(C)]
pub struct WNDCLASSEX<U> {
    cbSize: u32,
    class: WNDCLASS<U>,
    hIconSm: Handle,
}

/// RegisterClass: adds a class, and returns its atom, or 0. A window has at most 65,535 extra
/// bytes.
///
/// # Safety
/// `class` is null, no memory, or a `WNDCLASSA`. Its name lives until this returns, and its
/// procedure can be called for as long as the class is registered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassA(class: *const WNDCLASS<c_char>) -> u16 {
    // SAFETY: see above.
    unsafe { register(memory::read(class)) }
}

/// RegisterClassW.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassW(class: *const WNDCLASS<Wide>) -> u16 {
    // SAFETY: see above.
    unsafe { register(memory::read(class)) }
}

/// RegisterClassEx.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassExA(class: *const WNDCLASSEX<c_char>) -> u16 {
    // SAFETY: see above.
    unsafe { register_ex(class) }
}

/// RegisterClassExW.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassExW(class: *const WNDCLASSEX<Wide>) -> u16 {
    // SAFETY: see above.
    unsafe { register_ex(class) }
}

/// UnregisterClass: removes a class by its name or atom. FALSE if there is none or it has windows.
///
/// # Safety
/// The name is null, an atom, no memory, or a string that lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn UnregisterClassA(name: *const c_char, _instance: Handle) -> BOOL {
    // SAFETY: see above.
    unsafe { unregister(name) }
}

/// UnregisterClassW.
///
/// # Safety
/// As for [`UnregisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn UnregisterClassW(name: *const Wide, _instance: Handle) -> BOOL {
    // SAFETY: see above.
    unsafe { unregister(name) }
}

/// Returns the atom of the class that a pointer names: it points to a string, or is an atom itself.
///
/// # Safety
/// As for [`UnregisterClassA`].
pub(super) unsafe fn named<U: Unit>(name: *const U) -> Option<u16> {
    // SAFETY: the caller's promise.
    let text = unsafe { U::read(name) };
    let number = u16::try_from(name.addr()).ok();
    with(|tables| tables.atom(text.as_deref(), number))
}

unsafe fn register_ex<U: Unit>(class: *const WNDCLASSEX<U>) -> u16 {
    // SAFETY: the callers' promise.
    unsafe {
        let class = memory::read(class);
        let fits = |class: &WNDCLASSEX<U>| class.cbSize as usize == size_of::<WNDCLASSEX<U>>();
        register(class.filter(fits).map(|class| class.class))
    }
}

unsafe fn register<U: Unit>(class: Option<WNDCLASS<U>>) -> u16 {
    // SAFETY: the callers' promise.
    let name = class
        .as_ref()
        .and_then(|class| unsafe { U::read(class.lpszClassName) });
    let class = class.and_then(|class| {
        Some(Class {
            procedure: class.lpfnWndProc?,
            extra: u16::try_from(class.cbWndExtra).ok()?,
            is_wide: U::IS_WIDE,
        })
        .filter(|_| class.cbClsExtra >= 0)
    });
    let atom = match (name, class) {
        (Some(name), Some(class)) => with(|tables| tables.register(&name, class)),
        _ => Err(ERROR_INVALID_PARAMETER),
    };
    or_fail(atom, 0)
}

unsafe fn unregister<U: Unit>(name: *const U) -> BOOL {
    // SAFETY: the callers' promise.
    let atom = unsafe { named(name) }.ok_or(ERROR_CLASS_DOES_NOT_EXIST);
    let removed = atom.and_then(|atom| with(|tables| tables.unregister(atom)));
    or_fail(removed.map(|()| 1), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hwnd::HWND;

    unsafe extern "C" fn procedure(_: HWND, _: u32, _: u32, _: i32) -> i32 {
        0
    }

    #[test]
    fn a_pointer_names_a_class_by_a_string_but_not_by_null() {
        let class = Class {
            procedure,
            extra: 0,
            is_wide: false,
        };
        let atom = with(|tables| tables.register(b"Named", class)).unwrap();
        // SAFETY: constants.
        unsafe {
            assert_eq!(named(c"nAMED".as_ptr()), Some(atom));
            assert_eq!(named(c"no class".as_ptr()), None);
            assert_eq!(named::<c_char>(std::ptr::null()), None);
        }
    }
}
