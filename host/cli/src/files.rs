//! Files that the runner reads, bounded in size and in time.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The time that a pipe or a device has without `--timeout`.
const DEFAULT_TIME: Duration = Duration::from_secs(10);

/// Reads a file, a pipe or a device to its end.
///
/// # Errors
/// Those of [`read_opened`].
pub(crate) fn read(path: &Path, max_bytes: u64, timeout: Option<Duration>) -> io::Result<Vec<u8>> {
    read_opened(path, max_bytes, timeout).map(|(bytes, _)| bytes)
}

/// Reads a file, a pipe or a device to its end. Also returns whose the file is that was opened.
///
/// # Errors
/// If it cannot be read, or has more than `max_bytes`. A pipe or device must end within `timeout`,
/// or 10 seconds without one. A pipe may have no writer, and a device no end.
pub(crate) fn read_opened(
    path: &Path,
    max_bytes: u64,
    timeout: Option<Duration>,
) -> io::Result<(Vec<u8>, Metadata)> {
    let metadata = path.metadata()?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    // A file of /proc may have no end, as /proc/kmsg. Its length is 0.
    if metadata.is_file() && metadata.len() > 0 {
        return read_bounded(path, max_bytes);
    }
    // Nothing ends a call that waits for a pipe. The thread ends with the process.
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    thread::Builder::new()
        .name("reader".into())
        .spawn(move || {
            // The receiver may have given up.
            let _ = sender.send(read_bounded(&path, max_bytes));
        })?;
    let time = timeout.unwrap_or(DEFAULT_TIME);
    receiver.recv_timeout(time).unwrap_or_else(|_| {
        let time = humantime::format_duration(time);
        let what = format!("this is not a file, and its end did not come within {time}");
        Err(io::Error::new(ErrorKind::TimedOut, what))
    })
}

fn read_bounded(path: &Path, max_bytes: u64) -> io::Result<(Vec<u8>, Metadata)> {
    let file = File::open(path)?;
    let too_large = || io::Error::other(format!("more than {max_bytes} bytes"));
    let metadata = file.metadata()?;
    if metadata.len() > max_bytes {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // One more, to see whether there is more.
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large());
    }
    Ok((bytes, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let size = file.metadata().unwrap().len();
        assert_eq!(read(&file, size, None).unwrap().len() as u64, size);
        let refused = read(&file, size - 1, None).unwrap_err().to_string();
        assert_eq!(refused, format!("more than {} bytes", size - 1));
    }
}
