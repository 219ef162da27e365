//! What is damaged in the database's file is not waited for until somebody reads it.

use std::{fs::File, os::unix::fs::FileExt as _};

use serde_json::json;

use crate::support::{Database, Receipt, Server, Stopped};

const PAGE: usize = 4096;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destroyed_page_is_named_after_a_cut_and_by_the_doctor() {
    let db = Database::sqlite();
    // All of the file is in its place, and not in the log beside it.
    let whole = tokio::task::block_in_place(|| {
        let server = Server::start(&db.url);
        let site = server.site();
        server.stop();
        site
    });
    assert!(doctor(&whole).contains("ok       database: "));
    let page = db.number("SELECT rootpage FROM sqlite_schema WHERE name = 'told_contact'").await;
    let cut = tokio::task::block_in_place(|| whole.start().kill());
    let file = File::options().write(true).open(db.file()).unwrap();
    file.write_all_at(&[0xa5; PAGE], (u64::try_from(page).unwrap() - 1) * PAGE as u64).unwrap();
    drop(file);

    let server = tokio::task::block_in_place(|| cut.start());
    // It looks beside what it does.
    server.has_counted("guichet_damaged_total").await;
    let site = server.site();
    tokio::task::block_in_place(|| server.stop());
    let said = doctor(&site);
    assert!(said.contains("PROBLEM  database: ") && said.contains("file is damaged"), "{said}");
}

/// One wrong bit in SQLite's log, and all that was acknowledged behind it is gone: the log is believed as far as its checksums
/// hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_lost_its_end_is_said_loudly_and_counted() {
    const MESSAGES: i64 = 40;
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let mut client = server.client();
    for number in 0..MESSAGES {
        let message = json!({ "id": number.to_string(), "from": "+33639980001", "text": "bonjour" });
        client.send::<Receipt>(&message).await.unwrap();
    }
    let cut = tokio::task::block_in_place(|| server.kill());
    let log = db.file().with_extension("db-wal");
    let late = std::fs::metadata(&log).unwrap().len() / 4 * 3;
    let file = File::options().read(true).write(true).open(&log).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, late).unwrap();
    file.write_all_at(&[byte[0] ^ 1], late).unwrap();
    drop(file);

    // What is done before the next start does not hide it.
    tokio::task::block_in_place(|| assert!(cut.command().args(["user", "list"]).status().unwrap().success()));
    assert!(doctor(&cut).contains("the log lost its end"));
    let server = tokio::task::block_in_place(|| cut.start());
    let kept = db.number("SELECT COUNT(*) FROM received").await;
    assert!(kept < MESSAGES, "{kept}");
    server.has_counted("guichet_damaged_total").await;
    let site = server.site();
    tokio::task::block_in_place(|| server.stop());
    assert!(doctor(&site).contains("ok       database: "), "it was told");
}

/// However a server is killed, nothing is missing, and nothing is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_whole_raises_no_alarm() {
    let db = Database::sqlite();
    let mut site = Server::stopped(&db.url);
    for round in 0..3 {
        let server = tokio::task::block_in_place(|| site.start());
        let mut client = server.client();
        for number in 0..5 {
            let message = json!({ "id": format!("{round}.{number}"), "from": "+33639980001", "text": "bonjour" });
            client.send::<Receipt>(&message).await.unwrap();
        }
        site = tokio::task::block_in_place(|| server.kill());
        assert_eq!(db.store().await.lost_transactions(), 0);
    }
    assert!(doctor(&site).contains("ok       database: "));
}

fn doctor(site: &Stopped) -> String {
    let output = tokio::task::block_in_place(|| site.command().arg("doctor").output().unwrap());
    String::from_utf8(output.stdout).unwrap()
}
