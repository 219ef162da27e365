//! Parses the arguments and calls [`guichet::cli`].

use std::process::ExitCode;

use clap::Parser;

/// Many small values live for one message: under load a tenth of the CPU went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match guichet::cli::run(guichet::cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the command line's last word")]
            {
                eprintln!("guichet: {error}");
            }
            ExitCode::from(error.code())
        }
    }
}
