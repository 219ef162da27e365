//! Files that cost more than they may.

use std::{fs, io::ErrorKind, net::TcpListener, path::Path, process::Command};

use guichet::{
    document::{Cage, Inspection, Remark},
    domain::id::DocumentId,
    store::{DocumentRow, Engine, FileQuota},
};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Case, Database, at, on_both_engines};

on_both_engines!(
    uploads_side_by_side_keep_the_quota,
    every_conversation_s_first_file_comes_before_anybody_s_second,
    a_file_that_nobody_finished_is_looked_at_again,
);

fn file(case: &Case, number: i64) -> DocumentRow {
    let now = at(number);
    DocumentRow {
        id: DocumentId::new(now),
        conversation: case.id(),
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: format!("upload-{number}"),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1000,
        sha256: format!("{number:064x}"),
        inspection: Inspection::pending(),
        at: now,
    }
}

async fn opened(store: &Engine, address: &str) -> Case {
    let mut case = Case::new(address);
    store.commit(case.turn(address, "bonjour")).await.unwrap();
    case
}

const ANY: FileQuota = FileQuota { files: 1000, bytes: 1_000_000_000 };

async fn add(store: &Engine, case: &Case, number: i64, quota: FileQuota) -> bool {
    store.one_conversation(case.id()).add_document(file(case, number), quota).await.unwrap().is_some()
}

/// The count was read before the file, and any number of uploads passed it together.
async fn uploads_side_by_side_keep_the_quota(database: Database) {
    let store = database.store().await;
    let (by_count, by_size) = (opened(&store, "a").await, opened(&store, "b").await);
    for (case, quota) in [(by_count, FileQuota { files: 5, ..ANY }), (by_size, FileQuota { bytes: 5000, ..ANY })] {
        let all = (0..20).map(|number| add(&store, &case, number, quota));
        let kept = futures_util::future::join_all(all).await.into_iter().filter(|kept| *kept).count();
        assert_eq!(kept, 5);
        assert_eq!(store.documents(case.id()).await.unwrap().len(), 5);
        // The same upload again is the same file, not one more.
        let first = store.documents(case.id()).await.unwrap().remove(0);
        let again = store.one_conversation(case.id()).add_document(first.clone(), quota).await.unwrap();
        assert_eq!(again, Some(first));
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM inspection").await, 10);
}

async fn every_conversation_s_first_file_comes_before_anybody_s_second(database: Database) {
    let store = database.store().await;
    let (many, one) = (opened(&store, "a").await, opened(&store, "b").await);
    for number in 0..4 {
        assert!(add(&store, &many, number, ANY).await);
    }
    assert!(add(&store, &one, 4, ANY).await);
    let now = at(3600);
    let mut order = Vec::new();
    while let Some(claimed) =
        store.claim_inspection(now, now + SignedDuration::from_mins(1), Timestamp::MAX).await.unwrap()
    {
        assert_eq!(claimed.attempts, 1);
        order.push(claimed.document.upload_id);
    }
    assert_eq!(order, ["upload-0", "upload-4", "upload-1", "upload-2", "upload-3"]);
}

/// The node that looked at it died; and what is seen is stored once.
async fn a_file_that_nobody_finished_is_looked_at_again(database: Database) {
    let store = database.store().await;
    let case = opened(&store, "a").await;
    add(&store, &case, 0, ANY).await;
    let now = at(3600);
    let later = now + SignedDuration::from_mins(1);
    assert!(store.claim_inspection(now, later, Timestamp::MAX).await.unwrap().is_some());
    assert_eq!(store.claim_inspection(now, later, Timestamp::MAX).await.unwrap(), None, "another node has it");
    store.close().await;
    let store = database.store().await;
    let again =
        store.claim_inspection(later, later + SignedDuration::from_mins(1), Timestamp::MAX).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
    store.put_off_inspection(again.document.id, later, false).await.unwrap();
    assert_eq!(
        store.claim_inspection(later, later, Timestamp::MAX).await.unwrap().unwrap().attempts,
        2,
        "no program ended"
    );
    assert!(store.finish_inspection(&again.document, &Inspection::unreadable()).await.unwrap());
    assert!(!store.finish_inspection(&again.document, &Inspection::default()).await.unwrap());
    let seen = store.documents(case.id()).await.unwrap().remove(0).inspection;
    assert_eq!((seen.pending, seen.quality.remarks), (false, vec![Remark::Unreadable]));
    assert_eq!(store.claim_inspection(later, later, Timestamp::MAX).await.unwrap(), None);
}

/// Reads a file that is not its own, writes one elsewhere, and connects.
fn intrude(mut shell: Command, folder: &Path) -> Intrusion {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret"), "secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let script = format!(
        "exec 2>/dev/null; cat in > copy; ulimit -t > limit; cat {0}/secret > seen; echo x > {0}/written; \
         exec 3<>/dev/tcp/127.0.0.1/{1}; true",
        elsewhere.path().display(),
        listener.local_addr().unwrap().port(),
    );
    fs::write(folder.join("in"), "hostile").unwrap();
    shell.args(["-c", &script]).current_dir(folder).status().unwrap();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default().trim().to_owned();
    Intrusion {
        works: read("copy") == "hostile",
        reads: read("seen") == "secret",
        writes: elsewhere.path().join("written").exists(),
        connects: !matches!(listener.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock),
        seconds: read("limit"),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Intrusion {
    works: bool,
    reads: bool,
    writes: bool,
    connects: bool,
    seconds: String,
}

#[test]
fn a_tool_reads_no_other_file_and_reaches_no_network() {
    let (bash, guichet) = (Path::new("/bin/bash"), Path::new(env!("CARGO_BIN_EXE_guichet")));
    let folder = tempfile::tempdir().unwrap();
    let free = intrude(Command::new(bash), folder.path());
    assert!(free.works && free.reads && free.writes && free.connects, "nothing keeps it: {free:?}");

    let cages = Cage::all();
    assert!(!cages.is_empty(), "nothing keeps a tool here: install bubblewrap");
    if cages.len() < 2 {
        #[expect(clippy::print_stderr, reason = "what is not tried is said")]
        {
            eprintln!("SKIPPED: of bubblewrap and Landlock, only {cages:?} works here; the other one is not tried");
        }
    }
    for cage in cages {
        let folder = tempfile::tempdir().unwrap();
        let caged = intrude(cage.command(guichet, folder.path(), bash).unwrap(), folder.path());
        let kept = Intrusion { works: true, reads: false, writes: false, connects: false, seconds: "3".into() };
        assert_eq!(caged, kept, "{cage:?}");
    }
    assert!(Cage::None.command(guichet, folder.path(), bash).is_none(), "what nothing keeps is not run");
}

#[test]
fn a_tool_that_cannot_be_locked_in_is_not_run() {
    let status = Command::new(env!("CARGO_BIN_EXE_guichet"))
        .args(["convert", "--folder", "/nowhere", "--", "/bin/true"])
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(125));
}
