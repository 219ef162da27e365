//! `guichet convert`: reads a hostile file, limited and locked in: by a program of the system, or as a picture. Guichet runs it
//! itself; it is for nobody else.

use std::{ffi::OsString, path::PathBuf};

use super::CliError;
use crate::document::{become_confined, decode_confined};

#[derive(Debug, clap::Args)]
pub(super) struct Convert {
    /// The only folder that the program may write into, where it is run.
    #[arg(long)]
    folder: PathBuf,
    /// It is in another cage already: one that the kernel has no means for is left out.
    #[arg(long)]
    confined: bool,
    /// Decodes the picture of this kind that is there, instead of running a program.
    #[arg(long)]
    picture: Option<String>,
    /// The picture is upright, whatever it says of itself.
    #[arg(long)]
    upright: bool,
    /// The program and its arguments.
    #[arg(last = true, required_unless_present = "picture")]
    command: Vec<OsString>,
}

impl Convert {
    /// Becomes the program, and returns only why it could not; or decodes the picture.
    pub(super) fn run(&self) -> Result<(), CliError> {
        if let Some(format) = &self.picture {
            let is_decoded = decode_confined(&self.folder, self.confined, format, self.upright)?;
            return if is_decoded { Ok(()) } else { Err(CliError::Findings) };
        }
        let Some((program, arguments)) = self.command.split_first() else { return Err(CliError::Findings) };
        Err(become_confined(&self.folder, self.confined, program, arguments).into())
    }
}
