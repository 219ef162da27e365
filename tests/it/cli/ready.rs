//! `/ready` on disks that fill, and on a database that hangs.

use serde_json::json;
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::{Database, Mount, Receipt, Server, until};

async fn waits_for(server: &Server, status: u16) -> String {
    until(async || {
        let answer = reqwest::get(format!("{}/ready", server.url)).await.unwrap();
        let is_it = answer.status() == status;
        let told = answer.text().await.unwrap();
        is_it.then_some(told)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_database_is_not_ready_and_takes_no_message() {
    let disk = Mount::memory("280m");
    let server = Server::start(&format!("sqlite:{}", disk.file("guichet.db").display()));
    waits_for(&server, 200).await;
    // Less than `store.min_free_mib` are left.
    std::fs::write(disk.file("filling"), vec![1; 32 * 1024 * 1024]).unwrap();
    let told = waits_for(&server, 503).await;
    assert!(told.contains("make room"), "{told}");
    let message = json!({ "id": "1", "from": "+33639980001", "text": "bonjour" });
    let refused = server.client().send::<Receipt>(&message).await;
    assert_eq!(refused.unwrap_err(), "status 503");
    std::fs::remove_file(disk.file("filling")).unwrap();
    waits_for(&server, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_another_program_holds_is_not_ready_until_it_is_free() {
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    waits_for(&server, 200).await;
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    waits_for(&server, 503).await;
    other.execute("ROLLBACK").await.unwrap();
    waits_for(&server, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_cannot_be_written_are_not_ready() {
    let (db, disk) = (Database::sqlite(), Mount::memory("280m"));
    let site = Server::stopped(&db.url);
    std::os::unix::fs::symlink(disk.path(), site.documents()).unwrap();
    let server = tokio::task::block_in_place(|| site.start());
    waits_for(&server, 200).await;
    disk.again("ro");
    waits_for(&server, 503).await;
    disk.again("rw");
    waits_for(&server, 200).await;
}
