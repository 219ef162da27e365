//! Two servers on one SQLite file would each remember what the other does not know.

use std::net::TcpListener;

use crate::support::{Database, Server, Stopped};

#[test]
fn a_second_server_on_one_file_is_refused_until_the_first_has_ended() {
    let db = Database::sqlite();
    let first = Server::start(&db.url);
    let second = Server::stopped(&db.url);
    let refused = second.command().arg("serve").output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    let who = format!("another Guichet (process {}) serves", first.process_id());
    assert!(!refused.status.success() && said.contains(&who), "{said}");
    // Commands beside it go on.
    assert!(second.command().args(["user", "list"]).status().unwrap().success());
    // However the first ends, nothing keeps the next one out.
    drop(first.kill());
    second.start().stop();
}

#[test]
fn a_start_that_fails_is_no_cut_and_hides_none() {
    let db = Database::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    // Who holds the file, or was cut while it did.
    let holder_after_failed_start = |site: &Stopped| {
        let listen = taken.local_addr().unwrap().to_string();
        let failed = site.command().arg("serve").env("GUICHET_SERVER_LISTEN", listen).output().unwrap();
        assert!(!failed.status.success());
        std::fs::read_to_string(db.file().with_extension("db.lock")).unwrap()
    };
    let server = Server::start(&db.url);
    let site = server.site();
    server.stop();
    assert_eq!(holder_after_failed_start(&site), "");
    let cut = site.start().kill();
    assert_ne!(holder_after_failed_start(&cut), "");
}
