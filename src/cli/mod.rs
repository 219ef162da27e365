//! The command line: one file a subcommand. The only room that prints.

mod audit;
mod backup;
mod config;
mod convert;
mod demo;
mod doctor;
mod flow;
mod import;
mod migrate;
mod private;
mod serve;
mod sole_server;
mod understand;
mod user;

use std::{io::Write as _, path::PathBuf, time::Duration};

use clap::{Parser, Subcommand};

use crate::{
    channel::AccountError,
    config::{Config, ConfigError},
    contract::ImportError,
    document::{ConfineError, DocumentError, Documents, NOT_RUN, NotAScanner, Scanner},
    flow::{Library, LoadError},
    intake::IntakeError,
    replay::ReplayError,
    store::{
        Engine, StoreError,
        backup::{BackupError, refuse_unfinished_restore},
        sqlite_file,
    },
    telemetry::TelemetryError,
};

/// How long threads that block may take to end after the command has ended.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

/// Guichet: the single counter of a claims service.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration file. `guichet config` prints every setting with its default.
    #[arg(long, env = "GUICHET_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start with demonstration insurers, policies and handlers, and print where to go.
    Demo(demo::Demo),
    /// Start the service.
    Serve,
    /// Bring the database to this version's schema, and stop.
    Migrate,
    /// Check whether everything that the service needs is there, and say what to do.
    Doctor,
    /// Print the configuration: every setting, its default and what it is for.
    Config(config::ConfigCommand),
    /// Check, try and draw the flows.
    #[command(subcommand)]
    Flow(flow::Flow),
    /// Say what Guichet understands of a message: its values, and where they stand.
    Understand(understand::Understand),
    /// Fill the registers.
    #[command(subcommand)]
    Import(import::Import),
    /// Manage who may log in to the console.
    #[command(subcommand)]
    User(user::User),
    /// Verify what is recorded.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the database and the documents into a folder, while the server runs.
    Backup(backup::Backup),
    /// Put a backup in the place of nothing.
    Restore(backup::Restore),
    #[command(hide = true)]
    Convert(convert::Convert),
}

/// Why a command stopped. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    NotAScanner(#[from] NotAScanner),
    #[error("the documents' folder: {0}")]
    Documents(#[from] DocumentError),
    #[error("the flows: {0}")]
    Flows(#[from] LoadError),
    #[error("the channels: {0}")]
    Accounts(#[from] AccountError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    NotPrivate(#[from] private::NotPrivate),
    #[error(transparent)]
    NotAlone(#[from] sole_server::NotAlone),
    #[error(
        "the documents' folder {path} is empty, and the database knows of documents: look whether its disk or share is mounted; \
         where it is and the documents are lost, restore a backup"
    )]
    NoDocuments { path: String },
    #[error("the database's file is damaged: stop Guichet, keep the file, restore the last backup ({0})")]
    Damaged(String),
    #[error("the folder {path} cannot be made: {error}")]
    Folder { path: String, error: std::io::Error },
    #[error("the file {path} cannot be read: {error}")]
    File { path: String, error: std::io::Error },
    #[error("{0}")]
    Import(#[from] ImportError),
    #[error(transparent)]
    User(#[from] user::UserError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the system gives no threads: {0}")]
    Runtime(std::io::Error),
    #[error("the program is not run: {0}")]
    Confine(#[from] ConfineError),
    #[error("standard input cannot be read: {0}")]
    Input(std::io::Error),
    #[error("there is no flow {name}; there are {names}")]
    UnknownFlow { name: String, names: String },
    #[error("the demonstration's data: {0}")]
    Demo(String),
    #[error(transparent)]
    Cast(#[from] demo::CastError),
    #[error("cannot listen on {address}: {error}; is another Guichet running? set server.listen to another port")]
    Listen { address: String, error: std::io::Error },
    #[error("the HTTP server failed: {0}")]
    Serve(String),
    /// The command ran and printed what is wrong.
    #[error("not everything is in order")]
    Findings,
}

impl CliError {
    /// How the process ends.
    pub fn code(&self) -> u8 {
        if matches!(self, Self::Confine(_)) { NOT_RUN } else { 1 }
    }
}

/// Runs the command that the arguments ask for, on a runtime of its own.
///
/// It is not async itself: an async function's callees are compiled again in the crate that awaits it, which would be
/// the whole program again in `main.rs`.
///
/// # Errors
///
/// When the command fails or, as [`CliError::Findings`], when it printed what is wrong.
pub fn run(cli: Cli) -> Result<(), CliError> {
    private::keep_new_files();
    // Its memory is limited: the threads of a runtime would take a part of it for nothing.
    if let Command::Convert(convert) = &cli.command {
        return convert.run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    finish(runtime, dispatch(cli))
}

/// Runs `command` to its end. What still blocks a thread then (a parser on a hostile message) ends with the process: nothing
/// that it does was acknowledged.
fn finish<T>(runtime: tokio::runtime::Runtime, command: impl Future<Output = T>) -> T {
    let done = runtime.block_on(command);
    runtime.shutdown_timeout(LEFT_BEHIND);
    done
}

async fn dispatch(cli: Cli) -> Result<(), CliError> {
    let config = || Config::load(cli.config.as_deref(), std::env::vars());
    match cli.command {
        Command::Demo(demo) => demo.run(config()?).await,
        Command::Serve => serve::run(config()?).await,
        Command::Migrate => migrate::run(&config()?).await,
        Command::Doctor => doctor::run(config()).await,
        Command::Config(command) => command.run(config),
        Command::Flow(flow) => flow.run(&config()?),
        Command::Understand(understand) => understand.run(&config()?),
        Command::Import(import) => import.run(&config()?).await,
        Command::User(user) => user.run(&config()?).await,
        Command::Audit(audit) => audit.run(&config()?).await,
        Command::Backup(backup) => backup.run(|| Ok(config()?)).await,
        Command::Restore(restore) => restore.run(&config()?).await,
        Command::Convert(convert) => convert.run(),
    }
}

/// Prints a line for the person at the terminal.
fn say(line: impl std::fmt::Display) {
    // A closed pipe (`guichet … | head`) is no error: the reader has read enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Opens the store, making the folder of an SQLite file.
async fn open_store(config: &Config) -> Result<Engine, CliError> {
    make_place(config)?;
    Ok(Engine::open(&config.store.url).await?)
}

/// Makes the folder of an SQLite file, and makes both private.
fn make_place(config: &Config) -> Result<(), CliError> {
    refuse_unfinished_restore(&config.store.url)?;
    if let Some(file) = sqlite_file(&config.store.url) {
        if let Some(folder) = file.parent() {
            make_folder(folder)?;
        }
        private::database(&file)?;
    }
    Ok(())
}

/// Opens the documents' folder, which is made when it is missing, and is nobody else's to read. An empty one is refused where
/// documents were received: a share that is not mounted leaves one in its place, and what came would be on another disk.
async fn open_documents(config: &Config, store: &Engine) -> Result<Documents, CliError> {
    let folder = std::path::Path::new(&config.documents.folder);
    if Documents::is_new(folder) && store.has_documents().await? {
        return Err(CliError::NoDocuments { path: folder.display().to_string() });
    }
    make_folder(folder)?;
    private::folder(folder)?;
    Ok(Documents::scanning(folder, std::env::current_exe().ok(), scanner(config)?)?)
}

/// The configured scanner of files; none where there is none.
fn scanner(config: &Config) -> Result<Option<Scanner>, NotAScanner> {
    Some(config.documents.clamd.as_str()).filter(|clamd| !clamd.is_empty()).map(str::parse).transpose()
}

fn make_folder(folder: &std::path::Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder).map_err(|error| CliError::Folder { path: folder.display().to_string(), error })
}

/// The flows of the configured folder, or those built into the program.
fn load_flows(config: &Config) -> Result<Library, CliError> {
    if config.flows.folder.is_empty() {
        Ok(Library::from_sources(crate::flow::built_in())?)
    } else {
        Ok(Library::load(std::path::Path::new(&config.flows.folder))?)
    }
}

#[cfg(test)]
mod tests;
