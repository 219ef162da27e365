//! The real program, serving a test's database on a port of its own.

use std::process::Command;

use tempfile::TempDir;

use super::{Database, Process};

/// Killed when it is dropped.
pub(crate) struct Server {
    process: Process,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// The documents and the configuration, which outlive a kill.
    folder: std::sync::Arc<TempDir>,
}

impl Server {
    /// The webhook's account and its secret.
    pub(crate) const ACCOUNT: &str = "test";
    pub(crate) const SECRET: &str = "secret of the tests";

    pub(crate) fn start(db: &Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "[server]\nlisten = '127.0.0.1:0'\n[store]\nurl = '{}'\n[documents]\nfolder = '{}'\n[log]\nfilter = 'error'\n\
             [[sms.webhooks]]\naccount = '{}'\ninsurer = 'demo'\nsecret = '{}'\n",
            db.url,
            folder.path().join("documents").display(),
            Self::ACCOUNT,
            Self::SECRET
        );
        std::fs::write(folder.path().join("guichet.toml"), configuration).unwrap();
        Self::serve(folder.into())
    }

    fn serve(folder: std::sync::Arc<TempDir>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
        let process = Process::start(command.arg("--config").arg(folder.path().join("guichet.toml")).arg("serve"));
        let url = loop {
            if let Some((_, url)) = process.line().split_once("listens on ") {
                break url.to_owned();
            }
        };
        Self { process, url, folder }
    }

    /// `kill -9`, and a new one on the same data, on another port.
    pub(crate) fn kill_and_start_again(mut self) -> Self {
        self.process.kill();
        Self::serve(std::sync::Arc::clone(&self.folder))
    }
}
