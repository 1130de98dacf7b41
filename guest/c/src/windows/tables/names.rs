//! Numbers for names. The atoms of classes and the registered messages share one table.

use std::collections::BTreeMap;

use crate::windows::error::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};
use crate::windows::text::folded;

/// The numbers of names. A name never loses its number.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, u16>);

impl Names {
    /// The first number.
    const FIRST: u16 = 0xc000;

    /// Returns the number of a name. Gives it the next number if it has none.
    pub(crate) fn add(&mut self, name: &[u8]) -> Result<u16, u32> {
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

    /// Returns the number of a name, if it has one.
    pub(super) fn find(&self, name: &[u8]) -> Option<u16> {
        self.0.get(&folded(name)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_same_number_in_any_case() {
        let mut names = Names::default();
        assert_eq!(names.add(b"One"), Ok(0xc000));
        assert_eq!(names.add(b"two"), Ok(0xc001));
        assert_eq!(names.add(b"oNE"), Ok(0xc000));
        assert_eq!((names.find(b"TWO"), names.find(b"3")), (Some(0xc001), None));
        assert_eq!(names.add(b""), Err(ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn a_new_name_after_the_number_ffff_is_an_error() {
        let mut names = Names::default();
        for i in 0..0x4000 {
            assert_eq!(names.add(format!("n{i}").as_bytes()), Ok(0xc000 + i));
        }
        assert_eq!(names.add(b"more"), Err(ERROR_NOT_ENOUGH_MEMORY));
        assert_eq!(names.add(b"N1"), Ok(0xc001));
    }
}
