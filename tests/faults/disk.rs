//! A disk is full, and then it is not: the database's, the documents'.

use std::{fs::File, io::Write as _, path::Path};

use sha2::{Digest as _, Sha256};

use super::{
    crowd::{Crowd, Manner},
    figures::{tell, tell_line, times},
    front::Chat,
};
use crate::{
    attacks::status,
    support::{Database, Mount, Server, until},
};

/// Nobody refuses before the disk itself does.
const NO_GUARD: [(&str, &str); 1] = [("GUICHET_STORE_MIN_FREE_MIB", "0")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_database_refuses_and_serves_again_sqlite() {
    let rounds = times(2, 20);
    let disk = Mount::memory("256m");
    let url = format!("sqlite:{}", disk.file("guichet.db").display());
    let server = Server::stopped(&url).start_in(&NO_GUARD);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    for _ in 0..rounds {
        crowd.hears(50).await;
        let filler = disk.file("filler");
        fill(&filler);
        let before = crowd.refused();
        until(async || {
            // What is written in place may still find room for a while.
            fill(&filler);
            (crowd.refused() >= before + 20).then_some(())
        })
        .await;
        std::fs::remove_file(filler).unwrap();
        crowd.forget();
    }
    crowd.hears(100).await;
    let refused = format!("{} refused meanwhile", crowd.refused());
    tokio::task::block_in_place(|| server.stop());
    let store = guichet::store::Engine::open(&url).await.unwrap();
    let found = crowd.leave_at_once(&store).await;
    store.close().await;
    tell(20, &format!("{rounds} × the database's disk full and back"), "SQLite", &found, &refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_documents_refuses_files_and_serves_again() {
    let rounds = times(2, 20);
    let db = Database::sqlite();
    let disk = Mount::memory("16m");
    let stopped = Server::stopped(&db.url);
    std::os::unix::fs::symlink(disk.path(), stopped.documents()).unwrap();
    let server = stopped.start_in(&NO_GUARD);
    let chat = Chat::open(&server, [127, 0, 0, 1]).await;
    let mut kept = Vec::new();
    let mut refused = 0;
    for round in 0..rounds {
        let content = format!("%PDF-1.4\n{round}\n{}", "x".repeat(200_000));
        assert_eq!(status(&chat.upload(&server, round, "before", &content).await), "200");
        let filler = disk.file("filler");
        fill(&filler);
        let other = content.replace('x', "y");
        let answer = chat.upload(&server, round, "full", &other).await;
        assert!(status(&answer).starts_with('5'), "{answer}");
        refused += 1;
        std::fs::remove_file(filler).unwrap();
        // The same again, as the page does.
        assert_eq!(status(&chat.upload(&server, round, "full", &other).await), "200");
        kept.extend([content, other]);
    }
    for content in &kept {
        let sha256 = hex::encode(Sha256::digest(content));
        let path = disk.path().join("sha256").join(&sha256[..2]).join(&sha256[2..]);
        assert!(std::fs::read(path).unwrap() == content.as_bytes());
    }
    assert_eq!(usize::try_from(db.number("SELECT COUNT(*) FROM document").await).unwrap(), kept.len());
    let files = kept.len();
    tell_line(
        21,
        &format!(
            "{rounds} × the documents' disk full and back | SQLite | {files} files | | 0 | 0 | | {refused} refused meanwhile"
        ),
    );
}

/// Fills a disk to its last byte.
fn fill(filler: &Path) {
    let mut file = File::options().create(true).append(true).open(filler).unwrap();
    for size in [1 << 20, 4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}
