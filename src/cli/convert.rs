//! `guichet convert`: runs a program that reads a hostile file, limited and locked in. Guichet runs it itself; it is for nobody
//! else.

use std::{ffi::OsString, path::PathBuf};

use super::CliError;
use crate::document::become_confined;

#[derive(Debug, clap::Args)]
pub(super) struct Convert {
    /// The only folder that the program may write into, where it is run.
    #[arg(long)]
    folder: PathBuf,
    /// It is in another cage already: one that the kernel has no means for is left out.
    #[arg(long)]
    confined: bool,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Convert {
    /// Becomes the program; returns only why it could not.
    pub(super) fn run(&self) -> CliError {
        let Some((program, arguments)) = self.command.split_first() else { return CliError::Findings };
        become_confined(&self.folder, self.confined, program, arguments).into()
    }
}
