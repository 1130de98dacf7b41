//! A file that is written at the end of a run.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::stall::Writes;

/// A file that keeps what it has until it is written.
pub(crate) enum Output {
    /// Replaced by a temporary file of the same directory.
    Replaced(PathBuf),
    /// A file with another owner or a second name, or in a directory where none can be created.
    InPlace(File),
    /// A pipe or a device, or the file of standard output or standard error. What it has stays.
    Stream(File),
}

impl Output {
    /// Checks that the file can be written, and leaves it as it is.
    ///
    /// # Errors
    /// If the file cannot be written, or cannot be created.
    pub(crate) fn open(path: &Path) -> io::Result<Output> {
        let path = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let path = behind_links(path);
                temporary(&path)?;
                return Ok(Output::Replaced(path));
            }
            Err(error) => return Err(error),
            Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(metadata) => match open_stream(path, &metadata)? {
                Some(stream) => return Ok(Output::Stream(stream)),
                None => fs::canonicalize(path)?,
            },
        };
        let file = OpenOptions::new().write(true).open(&path)?;
        Ok(match temporary(&path) {
            Ok(new) if can_replace(&new.as_file().metadata()?, &file.metadata()?) => {
                Output::Replaced(path)
            }
            _ => Output::InPlace(file),
        })
    }

    /// Writes the file. `writes` counts those to a stream.
    ///
    /// # Errors
    /// If it cannot be written. A file that was to be replaced then has what it had.
    pub(crate) fn write(
        self,
        writes: &Writes,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Output::Stream(file) => write_buffered(writes.to(&file), write),
            Output::InPlace(file) => {
                file.set_len(0)?;
                write_buffered(&file, write)
            }
            Output::Replaced(path) => {
                let file = temporary(&path)?;
                write_buffered(file.as_file(), write)?;
                if let Ok(old) = fs::metadata(&path) {
                    file.as_file().set_permissions(old.permissions())?;
                }
                match file.persist(&path) {
                    Ok(_) => Ok(()),
                    // It is mounted there, for example.
                    Err(error) => {
                        let mut from = error.file.reopen()?;
                        io::copy(&mut from, &mut File::create(&path)?).map(drop)
                    }
                }
            }
        }
    }
}

fn write_buffered(
    file: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut to = BufWriter::new(file);
    write(&mut to)?;
    to.flush()
}

/// Creates a file beside this one, which is removed when it is dropped.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    // The error of tempfile would name the temporary file.
    fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".winsock-async-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less the umask, like any file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// Whether the new file has the owner and the group of the old one, which has one name.
#[cfg(unix)]
fn can_replace(new: &fs::Metadata, old: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (new.uid(), new.gid()) == (old.uid(), old.gid()) && old.nlink() == 1
}

#[cfg(not(unix))]
fn can_replace(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// The file that a link without a target would have.
fn behind_links(path: &Path) -> PathBuf {
    const MAX_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Opens what is no file, and what standard output or standard error is too: replacing that would
/// lose it. None for any other file.
#[cfg(unix)]
fn open_stream(path: &Path, metadata: &fs::Metadata) -> io::Result<Option<File>> {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};

    use rustix::fs::{OFlags, fcntl_setfl};

    let is_same =
        |other: &fs::Metadata| (other.dev(), other.ino()) == (metadata.dev(), metadata.ino());
    let duplicate = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().map(File::from);
    for stream in [io::stdout().as_fd(), io::stderr().as_fd()] {
        let stream = duplicate(stream)?;
        if is_same(&stream.metadata()?) {
            return Ok(Some(stream));
        }
    }
    if metadata.is_file() {
        return Ok(None);
    }
    // Opening a pipe would wait for its reader.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let opened = OpenOptions::new()
        .write(true)
        .custom_flags(flags)
        .open(path);
    let file = opened.map_err(|error| match metadata.file_type().is_fifo() {
        true => io::Error::other("no program reads this pipe"),
        false => error,
    })?;
    fcntl_setfl(&file, OFlags::empty())?;
    Ok(Some(file))
}

#[cfg(not(unix))]
fn open_stream(path: &Path, metadata: &fs::Metadata) -> io::Result<Option<File>> {
    match metadata.is_file() {
        true => Ok(None),
        false => OpenOptions::new().write(true).open(path).map(Some),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn writes_to_streams_are_counted_and_those_to_files_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let first_count = |output: Output| {
            let writes = Writes::default();
            output
                .write(&writes, |to| to.write_all(b"text"))
                .expect("a file");
            writes.watch(|| writes.under_way())
        };
        let unused = Writes::default();
        let none = unused.watch(|| unused.under_way());
        let replaced = Output::Replaced(directory.path().join("a"));
        assert_eq!(first_count(replaced), none);
        let in_place = File::create(directory.path().join("b")).unwrap();
        assert_eq!(first_count(Output::InPlace(in_place)), none);
        let stream = File::create(directory.path().join("c")).unwrap();
        assert_ne!(first_count(Output::Stream(stream)), none);
    }
}
