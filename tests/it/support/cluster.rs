//! PostgreSQL servers of a test's own, for what must not be done to the one that the tests share.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::run;

/// A server, stopped when it is dropped.
pub(crate) struct Cluster {
    data: PathBuf,
    /// Where its socket is.
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// A new one with its data in `data`, its log of writes in `folder`, and its socket there. Both folders must be there.
    pub(crate) fn start(data: &Path, folder: &Path, port: u16) -> Self {
        let cluster = Self { data: data.join("data"), folder: folder.to_owned(), port };
        for folder in [data, folder] {
            give_to_postgres(folder);
        }
        let (data, log) = (text(&cluster.data), folder.join(format!("wal.{port}")));
        let what = ["-U", "guichet", "-A", "trust", "-E", "UTF8", "--no-locale", "--data-checksums"];
        cluster.tool("initdb", &[&["-D", &data, "--waldir", &text(&log)], &what[..]].concat());
        cluster.configure();
        cluster.control(&["-w", "start"]);
        cluster
    }

    /// A standby of this one, which it calls `standby`.
    pub(crate) fn standby(&self, data: &Path, port: u16) -> Self {
        let standby = Self { data: data.join("standby"), folder: self.folder.clone(), port };
        give_to_postgres(data);
        let folder = text(&self.folder);
        let source = format!("host={folder} port={} user=guichet application_name=standby", self.port);
        let data = text(&standby.data);
        standby.tool("pg_basebackup", &["-D", &data, "-d", &source, "-R", "-X", "stream", "-c", "fast"]);
        standby.configure();
        standby.control(&["-w", "start"]);
        standby
    }

    /// What it adds to its configuration, which a base backup brings along.
    fn configure(&self) {
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nport = {}\nshared_buffers = '16MB'\nmax_connections = 40\n",
            self.folder.display(),
            self.port
        );
        let file = self.data.join("postgresql.conf");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, before + &settings).unwrap();
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://guichet@localhost:{}/{database}?host={}", self.port, self.folder.display())
    }

    /// What `pg_ctl` is told.
    pub(crate) fn control(&self, what: &[&str]) {
        let (data, log) = (text(&self.data), text(&self.folder.join(format!("log.{}", self.port))));
        self.tool("pg_ctl", &[&["-D", &data, "-l", &log, "-s"], what].concat());
    }

    /// The server refuses to run as root; root hands it to the package's own user.
    fn tool(&self, name: &str, arguments: &[&str]) {
        let versions = fs::read_dir("/usr/lib/postgresql").expect("tests/run installs PostgreSQL");
        let tools = versions.map(|version| version.unwrap().path().join("bin")).max().unwrap();
        let program = text(&tools.join(name));
        let command = if is_root() { vec!["runuser", "-u", "postgres", "--", &program] } else { vec![&*program] };
        // Not into a pipe: a server that is started would keep it open.
        let mut process = Command::new(command[0]);
        process.args(&command[1..]).args(arguments).current_dir(&self.folder).stdout(Stdio::null());
        assert!(process.status().unwrap().success(), "{name} {arguments:?} failed");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data.join("postmaster.pid").exists() {
            self.control(&["-m", "immediate", "stop"]);
        }
    }
}

fn give_to_postgres(folder: &Path) {
    if is_root() {
        run(&["chown", "postgres", &text(folder)]);
    }
}

fn is_root() -> bool {
    run(&["id", "-u"]).trim() == "0"
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
