//! Parses the arguments and calls [`guichet::cli`].

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match guichet::cli::run(guichet::cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the command line's last word")]
            {
                eprintln!("guichet: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
