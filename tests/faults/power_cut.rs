//! A power cut, simulated: what was acknowledged is there, messages and files.
//!
//! A process of its own writes to a file system on an image, and says what it acknowledged. At some moment it is
//! frozen and the image is copied: the copy holds what reached the device, and lacks what only the file system's cache
//! held, as after a cut. The copy is mounted and opened, and everything acknowledged is looked for.
//!
//! The same is done with flushes left out on purpose, and must then find losses: so the test is known to see. (A
//! `kill -9` would not: the system's cache outlives the process.)

use std::{
    collections::btree_map::{BTreeMap, Entry},
    io::Write as _,
    path::Path,
    process::Command,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use guichet::{
    document::{Documents, Inspection, Limits},
    domain::{
        id::{ConversationId, DocumentId},
        log::Verdict,
    },
    store::{DocumentRow, Engine, FileQuota, Synchronous},
};
use sha2::{Digest as _, Sha256};

use super::figures::{tell_line, times};
use crate::support::{Case, Mount, Process, at, run};

/// How the writing process is told where and how to write.
const FOLDER: &str = "GUICHET_POWER_CUT_FOLDER";
const FLUSHES: &str = "GUICHET_POWER_CUT_FLUSHES";

/// What a cut cost, of what had been acknowledged.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lost {
    messages: usize,
    files: usize,
}

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    let cuts = times(8, 100);
    let (lost, [messages, files]) = losses("all", cuts).await;
    assert_eq!(lost, Lost::default());
    let kinds = format!("{messages} messages, {files} files");
    tell_line(
        2,
        &format!(
            "{cuts} power cuts with uploads | SQLite | {kinds} | {messages} | 0 | 0 | 0 | an image's copy while the process stands"
        ),
    );
}

#[tokio::test]
async fn the_test_sees_a_log_that_is_not_flushed() {
    assert!(losses("files only", 8).await.0.messages > 0, "synchronous=NORMAL should have lost messages");
}

#[tokio::test]
async fn the_test_sees_files_that_are_not_flushed() {
    let (lost, _) = losses("log only", 8).await;
    assert!(lost.files > 0, "files without fsync should have been lost");
    assert_eq!(lost.messages, 0);
}

/// What so many cuts cost, and how many messages and files were acknowledged.
async fn losses(flushes: &str, cuts: usize) -> (Lost, [usize; 2]) {
    let work = tempfile::tempdir().unwrap();
    let image = work.path().join("image");
    format(&image);
    let device = Mount::image(&image);
    let writer = Process::start(
        Command::new(std::env::current_exe().unwrap())
            .args(["faults::power_cut::the_writer", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, device.path())
            .env(FLUSHES, flushes),
    );
    let mut acknowledged = Vec::new();
    let mut lost = Lost::default();
    for cut in 0..cuts {
        for _ in 0..100 + 61 * (cut % 8) {
            acknowledged.push(writer.line());
        }
        writer.freeze();
        // A name of its own: what still holds on to the copy before would be mounted again instead.
        let copy = work.path().join(format!("copy-{cut}"));
        run(&["cp", "--sparse=always", image.to_str().unwrap(), copy.to_str().unwrap()]);
        acknowledged.extend(writer.lines_so_far());
        let found = after_the_cut(&copy, &acknowledged).await;
        lost.messages += found.messages;
        lost.files += found.files;
        // Only now: on a busy machine it would fill the image while the copy is looked through.
        writer.thaw();
        std::fs::remove_file(copy).unwrap();
    }
    let of_kind = |kind| acknowledged.iter().filter(|line| line.starts_with(kind)).count();
    let counts = ["message ", "file "].map(of_kind);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?} were acknowledged");
    (lost, counts)
}

fn format(image: &Path) {
    run(&["truncate", &format!("--size={}G", times(1, 4)), image.to_str().unwrap()]);
    run(&["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.to_str().unwrap()]);
}

/// Opens a copied image as after the cut, and counts what is missing of what was acknowledged.
async fn after_the_cut(copy: &Path, acknowledged: &[String]) -> Lost {
    let device = Mount::image(copy);
    let store = Engine::open(&url(device.path())).await.unwrap();
    let documents = Documents::local(&device.file("documents")).unwrap();
    let mut conversations: BTreeMap<ConversationId, usize> = BTreeMap::new();
    let mut lost = Lost::default();
    for line in acknowledged {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["message", conversation, seq] => {
                let id = conversation.parse().unwrap();
                let messages = match conversations.entry(id) {
                    Entry::Occupied(seen) => *seen.get(),
                    Entry::Vacant(new) => *new.insert(messages_of(&store, id).await),
                };
                lost.messages += usize::from(messages < seq.parse().unwrap());
            }
            ["file", conversation, upload, sha256] => {
                let one = store.one_conversation(conversation.parse().unwrap());
                let row = one.document_by_upload(upload).await.unwrap();
                if row.is_none_or(|row| row.sha256 != sha256) || hash(&documents, sha256).await != Some(sha256.into()) {
                    lost.files += 1;
                }
            }
            _ => {}
        }
    }
    store.close().await;
    lost
}

/// How many messages there are: without a gap, each with its reply, under an intact timeline.
async fn messages_of(store: &Engine, id: ConversationId) -> usize {
    let messages = store.messages(id, 0, i64::MAX).await.unwrap();
    assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
    assert_eq!(messages.len() % 2, 0, "a message without its reply");
    if let Some((_, fence)) = store.conversation(id).await.unwrap() {
        assert_eq!(store.verify_log(&fence).await.unwrap(), Verdict::Intact);
        let timeline = store.timeline(id).await.unwrap();
        assert_eq!(timeline.len() * 2, messages.len());
    }
    messages.len()
}

async fn hash(documents: &Documents, sha256: &str) -> Option<String> {
    let opened = documents.open(sha256).await.ok()?;
    let bytes: Vec<u8> = opened.stream.map_ok(|chunk| chunk.to_vec()).try_concat().await.ok()?;
    Some(hex::encode(Sha256::digest(bytes)))
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("guichet.db").display())
}

/// The other process: writes until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process whose power is cut: the tests of this file start it"]
async fn the_writer() {
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    let flushes = std::env::var(FLUSHES).unwrap();
    let synchronous = if flushes == "files only" { Synchronous::Normal } else { Synchronous::Full };
    let store = Engine::open_with(&url(&folder), synchronous).await.unwrap();
    let documents = Documents::local(&folder.join("documents")).unwrap();
    say("");
    let uploads = tokio::spawn(upload(store.clone(), documents, folder, flushes == "log only"));
    let mut tasks = vec![uploads];
    tasks.extend((0..4).map(|person| tokio::spawn(write(store.clone(), format!("person-{person}")))));
    // The power is cut in a conversation of an instant as well as in a long one.
    tasks.push(tokio::spawn(async move {
        for visitor in 0.. {
            turn(&store, &mut Case::new(&format!("visitor-{visitor}")), &format!("visitor-{visitor}")).await;
        }
    }));
    for task in tasks {
        task.await.unwrap();
    }
}

async fn write(store: Engine, person: String) {
    let mut case = Case::new(&person);
    for number in 0.. {
        turn(&store, &mut case, &format!("{person}-{number}")).await;
    }
}

async fn turn(store: &Engine, case: &mut Case, id: &str) {
    let commit = case.turn(id, &"l'eau coule chez le voisin ".repeat(40));
    store.commit(commit).await.unwrap();
    say(&format!("message {} {}", case.id(), case.fence.last_seq));
}

async fn upload(store: Engine, documents: Documents, folder: std::path::PathBuf, careless: bool) {
    let case = Case::new("uploads");
    for number in 0..i64::MAX {
        let content = [format!("%PDF-1.4\n{number}\n").as_bytes(), &vec![b'x'; 100_000]].concat();
        let sha256 = if careless {
            let sha256 = hex::encode(Sha256::digest(&content));
            let place = folder.join("documents/sha256").join(&sha256[..2]);
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join(&sha256[2..]), &content).unwrap();
            sha256
        } else {
            let chunks = stream::iter([Ok::<_, std::io::Error>(Bytes::from(content))]).boxed();
            documents.receive(chunks, "devis.pdf", Limits::default()).await.unwrap().sha256
        };
        let row = DocumentRow {
            id: DocumentId::new(at(number)),
            conversation: case.id(),
            dossier: None,
            kind: None,
            is_supposed: false,
            upload_id: format!("upload-{number}"),
            name: "devis.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: 100_000,
            sha256,
            inspection: Inspection::default(),
            at: at(number),
        };
        let quota = FileQuota { files: i64::MAX, bytes: i64::MAX };
        // Where it stood still for longer than a transaction is waited for, it is refused, and not acknowledged.
        if let Ok(row) = store.one_conversation(row.conversation).add_document(row, quota).await {
            let row = row.unwrap();
            say(&format!("file {} {} {}", row.conversation, row.upload_id, row.sha256));
        }
    }
}

/// One line, at once: it is the acknowledgement.
fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    output.write_all(format!("{line}\n").as_bytes()).unwrap();
    output.flush().unwrap();
}
