//! Two servers on one SQLite file would each remember what the other does not know.

use crate::support::{Database, Server};

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
