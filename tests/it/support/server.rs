//! The real program, serving a test's database on a port of its own.

use std::{path::PathBuf, process::Command, sync::Arc};

use serde::Deserialize;
use tempfile::TempDir;

use super::{Client, Process, until};

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
    folder: Arc<TempDir>,
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
        Self::stopped_with(store, sections).start()
    }

    /// One that was never started.
    pub(crate) fn stopped(store: &str) -> Stopped {
        Self::stopped_with(store, "")
    }

    /// The same, with these lines more in its section `[server]`.
    pub(crate) fn start_bounded(store: &str, lines: &str, sections: &str) -> Self {
        Self::stopped_bounded(store, lines, sections).start()
    }

    /// On a disk that is smaller than what is to be free on it otherwise.
    pub(crate) fn start_on_small_disk(store: &str) -> Self {
        Self::configured(store, "min_free_mib = 0", "", "").start()
    }

    fn stopped_with(store: &str, sections: &str) -> Stopped {
        Self::stopped_bounded(store, "", sections)
    }

    /// One that was never started, with these lines more in its section `[server]` and these sections.
    pub(crate) fn stopped_bounded(store: &str, lines: &str, sections: &str) -> Stopped {
        Self::configured(store, "", lines, sections)
    }

    fn configured(store: &str, of_store: &str, lines: &str, sections: &str) -> Stopped {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "[server]\nlisten = '127.0.0.1:0'\npublic_url = 'https://guichet.example.org'\n{lines}\n[store]\nurl = '{store}'\n{of_store}\n[documents]\nfolder = '{}'\n[log]\nfilter = 'error'\n\
             [[sms.webhooks]]\naccount = '{}'\ninsurer = 'demo'\nsecret = '{}'\n{sections}",
            folder.path().join("documents").display(),
            Self::ACCOUNT,
            Self::SECRET
        );
        std::fs::write(folder.path().join("guichet.toml"), configuration).unwrap();
        Stopped(folder.into())
    }

    fn serve(folder: Arc<TempDir>) -> Self {
        Self::serve_with(folder, &[])
    }

    fn serve_with(folder: Arc<TempDir>, environment: &[(&str, &str)]) -> Self {
        let mut command = Stopped(Arc::clone(&folder)).command();
        let process = Process::start(command.arg("serve").envs(environment.iter().copied()));
        let url = loop {
            if let Some((_, url)) = process.line().split_once("listens on ") {
                break url.to_owned();
            }
        };
        Self { process, url, folder }
    }

    /// Its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A connection to its webhook.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url, Self::ACCOUNT, Self::SECRET)
    }

    /// `kill -STOP`: it stands still, and the system answers for it.
    pub(crate) fn freeze(&self) {
        self.process.freeze();
    }

    pub(crate) fn thaw(&self) {
        self.process.thaw();
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
    pub(crate) fn kill(mut self) -> Stopped {
        self.process.kill();
        self.site()
    }

    /// Its data and its configuration, for commands beside it.
    pub(crate) fn site(&self) -> Stopped {
        Stopped(Arc::clone(&self.folder))
    }

    /// Waits until one of its metrics, which must be there from the beginning, is above 0.
    pub(crate) async fn has_counted(&self, metric: &str) {
        let address = format!("{}/metrics", self.url);
        until(async || {
            let metrics = reqwest::get(&address).await.unwrap().text().await.unwrap();
            let number = metrics.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
            let number: f64 = number.unwrap_or_else(|| panic!("there is no {metric}")).parse().unwrap();
            (number > 0.0).then_some(())
        })
        .await;
    }
}

/// The documents and the configuration of a server that does not run, or of one that does for another command.
pub(crate) struct Stopped(Arc<TempDir>);

impl Stopped {
    /// `guichet`, with its configuration.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
        command.current_dir(self.0.path()).arg("--config").arg("guichet.toml");
        command
    }

    /// Where the configuration is, `guichet.toml`.
    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// The documents' folder, which the server makes.
    pub(crate) fn documents(&self) -> PathBuf {
        self.0.path().join("documents")
    }

    /// A new server on the same data, on another port.
    pub(crate) fn start(self) -> Server {
        Server::serve(self.0)
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_in(self, environment: &[(&str, &str)]) -> Server {
        Server::serve_with(self.0, environment)
    }
}
