//! `--timeline`: records each request's times while the guest runs, and writes a file at the end.

mod chart;
mod phase;
mod recorder;
mod svg;
mod trace;

use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, Result};

pub(crate) use self::recorder::Recorder;
use crate::output::Output;
use crate::stall::Writes;

/// The file to write, and its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    path: PathBuf,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Trace,
    Picture,
}

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Target, Self::Err> {
        let path = PathBuf::from(text);
        let extension = path.extension().map(|e| e.to_ascii_lowercase());
        let format = match extension
            .as_deref()
            .and_then(|extension| extension.to_str())
        {
            Some("json") => Format::Trace,
            Some("svg") => Format::Picture,
            _ => {
                return Err(
                    "its name must end in .json, for Perfetto and Chrome, or in .svg, for a picture",
                );
            }
        };
        Ok(Target { path, format })
    }
}

impl Target {
    /// The option that names the file, for messages.
    fn option(&self) -> String {
        format!("--timeline {}", self.path.display())
    }
}

/// The timeline of one run.
pub(crate) struct Timeline {
    recorder: Arc<Recorder>,
    target: Target,
    file: Output,
}

impl Timeline {
    /// Checks that the file can be written, so that a wrong path is an error before the guest runs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn create(target: &Target) -> Result<Timeline> {
        let file = Output::open(&target.path).with_context(|| target.option())?;
        Ok(Timeline {
            recorder: Arc::new(Recorder::default()),
            target: target.clone(),
            file,
        })
    }

    /// The observer for the engine.
    pub(crate) fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Whether [`write`](Timeline::write) may wait for another program.
    pub(crate) fn may_block(&self) -> bool {
        matches!(self.file, Output::Stream(_))
    }

    /// Writes the requests recorded so far. `writes` counts the writes that may block.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write(self, writes: &Writes) -> Result<()> {
        let recording = self.recorder.recording();
        let write = |mut to: &mut dyn Write| match self.target.format {
            Format::Trace => trace::write(&recording, &mut to),
            Format::Picture => svg::write(&recording, &mut to),
        };
        self.file
            .write(writes, write)
            .with_context(|| self.target.option())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_selects_the_format() {
        let format = |text: &str| text.parse().map(|target: Target| target.format);
        assert_eq!(format("a.json"), Ok(Format::Trace));
        assert_eq!(format("b.c/A.SVG"), Ok(Format::Picture));
        for wrong in ["a", "a.png", ".json", "json", "a.svg.gz", ""] {
            assert!(format(wrong).is_err(), "{wrong}");
        }
    }
}
