//! The real program, serving a test's database on a port of its own.

use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;

use super::{Client, Process};

/// What the webhook acknowledges.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) conversation: String,
    pub(crate) seq: i64,
    pub(crate) duplicate: bool,
    pub(crate) replies: Vec<String>,
}

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

    /// On the database at `store`.
    pub(crate) fn start(store: &str) -> Self {
        Self::start_with(store, "")
    }

    /// The same, with these sections more in its configuration.
    pub(crate) fn start_with(store: &str, sections: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "[server]\nlisten = '127.0.0.1:0'\npublic_url = 'https://guichet.example.org'\n[store]\nurl = '{store}'\n[documents]\nfolder = '{}'\n[log]\nfilter = 'error'\n\
             [[sms.webhooks]]\naccount = '{}'\ninsurer = 'demo'\nsecret = '{}'\n{sections}",
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

    /// A connection to its webhook.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url, Self::ACCOUNT, Self::SECRET)
    }

    /// Asks it to stop, and returns when it has ended well.
    pub(crate) fn stop(mut self) {
        self.process.terminate();
    }

    /// `kill -9`, and a new one on the same data, on another port.
    pub(crate) fn kill_and_start_again(self) -> Self {
        self.kill().start()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> Killed {
        self.process.kill();
        Killed(std::sync::Arc::clone(&self.folder))
    }
}

/// What a server that was killed leaves.
pub(crate) struct Killed(std::sync::Arc<TempDir>);

impl Killed {
    /// A new one on the same data, on another port.
    pub(crate) fn start(self) -> Server {
        Server::serve(self.0)
    }
}
