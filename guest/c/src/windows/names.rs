//! Numbers for names: atoms of classes and registered messages, which are of one table.

use std::collections::BTreeMap;
use std::ffi::c_char;

use super::state::with;
use super::text::{Unit, Wide, folded};
use super::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, or_fail};

/// The numbers of names. Each stays its name's for good.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, u16>);

impl Names {
    /// The first number.
    const FIRST: u16 = 0xc000;

    /// The number of a name, a new one if it has none.
    pub(super) fn add(&mut self, name: &[u8]) -> Result<u16, u32> {
        if name.is_empty() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let name = folded(name);
        if let Some(&number) = self.0.get(&name) {
            return Ok(number);
        }
        let place = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        let number = Names::FIRST
            .checked_add(place)
            .ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
        self.0.insert(name, number);
        Ok(number)
    }

    /// The number that a name has.
    pub(super) fn find(&self, name: &[u8]) -> Option<u16> {
        self.0.get(&folded(name)).copied()
    }
}

/// RegisterWindowMessage: the same number from 0xC000 up for the same text, without regard to case; 0
/// when there are no more.
///
/// # Safety
/// The string lives until this returns. Null and what is no memory is told apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterWindowMessageA(name: *const c_char) -> u32 {
    // SAFETY: see above.
    register(unsafe { c_char::read(name) })
}

/// RegisterWindowMessageW.
///
/// # Safety
/// As for [`RegisterWindowMessageA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterWindowMessageW(name: *const Wide) -> u32 {
    // SAFETY: see above.
    register(unsafe { Wide::read(name) })
}

fn register(name: Option<Vec<u8>>) -> u32 {
    let number = name
        .ok_or(ERROR_INVALID_PARAMETER)
        .and_then(|name| with(|state| state.names.add(&name)));
    or_fail(number.map(u32::from), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_whatever_its_case() {
        let mut names = Names::default();
        assert_eq!(names.add(b"One"), Ok(0xc000));
        assert_eq!(names.add(b"two"), Ok(0xc001));
        assert_eq!(names.add(b"oNE"), Ok(0xc000));
        assert_eq!((names.find(b"TWO"), names.find(b"3")), (Some(0xc001), None));
        assert_eq!(names.add(b""), Err(ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn numbers_end_at_ffff() {
        let mut names = Names::default();
        for i in 0..0x4000 {
            assert_eq!(names.add(format!("n{i}").as_bytes()), Ok(0xc000 + i));
        }
        assert_eq!(names.add(b"more"), Err(ERROR_NOT_ENOUGH_MEMORY));
        assert_eq!(names.add(b"N1"), Ok(0xc001));
    }
}
