//! Makes a component of a core module.

use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args().skip(1);
    let (Some(module), Some(output)) = (args.next(), args.next()) else {
        return Err("usage: componentize MODULE.wasm COMPONENT.wasm".into());
    };
    let module = fs::read(module)?;
    fs::write(output, winsock_async_componentize::component(&module)?)?;
    Ok(())
}
