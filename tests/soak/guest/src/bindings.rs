//! The interface by which a guest reports to the soak.

wit_bindgen::generate!({ path: "../wit", world: "imports" });

pub(crate) use self::winsock::soak::book;
