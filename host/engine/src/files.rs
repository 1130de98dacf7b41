//! Files that the engine reads.

use std::fs::{File, FileType, metadata};
use std::io::{self, Read};
use std::path::Path;

/// Reads up to `max_bytes` bytes of a file or a device.
///
/// # Errors
/// If it cannot be read. A pipe is refused: opening it waits for its writer.
pub(crate) fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    if is_pipe(metadata(path)?.file_type()) {
        let refused = "this is a pipe, not a file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, refused));
    }
    let file = File::open(path)?;
    // Room for all of a regular file at once, and for one byte behind it.
    let length = file.metadata()?.len().saturating_add(1).min(max_bytes);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn is_pipe(file: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    file.is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_end_is_read_up_to_the_limit() {
        let bytes = read(Path::new("/dev/zero"), 1000).unwrap();
        assert_eq!(bytes, [0; 1000]);
        assert_eq!(read(Path::new("/dev/null"), 1000).unwrap(), []);
    }

    #[test]
    fn a_pipe_without_a_writer_is_refused() {
        let pipe = std::env::temp_dir().join(format!("winsock-pipe-{}", std::process::id()));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let refused = read(&pipe, 1000);
        std::fs::remove_file(&pipe).unwrap();
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
