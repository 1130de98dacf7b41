//! What ran when, for `--timeline`: recorded while the guest runs, written when it has ended.

mod chart;
mod phase;
mod recorder;
mod svg;
mod trace;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use crate::error::Failure;

pub use self::recorder::Recorder;

/// A file that takes a timeline, and its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    path: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Trace,
    Picture,
}

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Target, Self::Err> {
        let path = PathBuf::from(text);
        let ending = path.extension().map(|e| e.to_ascii_lowercase());
        let form = match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("json") => Form::Trace,
            Some("svg") => Form::Picture,
            _ => {
                return Err(
                    "its name must end in .json, for Perfetto and Chrome, or in .svg, for a picture",
                );
            }
        };
        Ok(Target { path, form })
    }
}

/// A timeline that is being recorded, of one run. Clones are the same one.
#[derive(Clone)]
pub struct Timeline {
    recorder: Arc<Recorder>,
    target: Target,
    /// Gone when it was written.
    file: Arc<Mutex<Option<File>>>,
}

impl Timeline {
    /// Makes the file, so that one that cannot be written is told before the guest has run.
    pub fn create(target: &Target) -> Result<Timeline, Failure> {
        let file = File::create(&target.path).map_err(|error| {
            let path = target.path.display();
            Failure::unusable(format_args!("--timeline {path}: {error}"))
        })?;
        Ok(Timeline {
            recorder: Arc::new(Recorder::default()),
            target: target.clone(),
            file: Arc::new(Mutex::new(Some(file))),
        })
    }

    /// What observes the engine.
    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Writes what was recorded so far, unless that was done.
    pub fn write(&self) -> Result<(), Failure> {
        let file = self.file.lock().ok().and_then(|mut file| file.take());
        let Some(file) = file else { return Ok(()) };
        self.write_to(BufWriter::new(file)).map_err(|error| {
            let path = self.target.path.display();
            Failure::unusable(format_args!("--timeline {path}: {error}"))
        })
    }

    fn write_to(&self, mut to: impl Write) -> io::Result<()> {
        let recording = self.recorder.recording();
        match self.target.form {
            Form::Trace => trace::write(&recording, &mut to)?,
            Form::Picture => svg::write(&recording, &mut to)?,
        }
        to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_form() {
        let form = |text: &str| text.parse().map(|target: Target| target.form);
        assert_eq!(form("a.json"), Ok(Form::Trace));
        assert_eq!(form("b.c/A.SVG"), Ok(Form::Picture));
        for wrong in ["a", "a.png", ".json", "json", "a.svg.gz", ""] {
            assert!(form(wrong).is_err(), "{wrong}");
        }
    }
}
