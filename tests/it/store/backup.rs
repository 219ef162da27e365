//! Backups: made under load, killed on the way, damaged, restored; and the guide for PostgreSQL, followed to the letter.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::stream;
use guichet::{
    conversation::files::QUOTA,
    document::{Documents, Inspection, Limits, original_path},
    domain::{
        id::{ConversationId, DocumentId},
        message::Author,
    },
    store::{
        DocumentRow, Engine,
        backup::{self, BackupError, Finding, Live, Manifest, Progress},
    },
};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};

use super::migration::{self, earlier};
use crate::support::{Client, Database, Place, Process, Receipt, Server, Stopped, at, endpoint};

const PEOPLE: u32 = 6;

/// What was acknowledged: the sender, the message's identifier, the receipt.
type Acknowledged = Arc<Mutex<Vec<(String, String, Receipt)>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_acknowledged_and_its_conversations_go_on() {
    let (db, backups) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let server = Server::start(&db.url);
    let site = server.site();
    let load = Load::start(&server);
    load.wait_for(150).await;
    let conversation = load.acknowledged()[0].2.conversation.parse().unwrap();
    let document = receive(&db.store().await, &site, conversation, b"\xff\xd8\xffa photo").await;
    let before = load.acknowledged();

    let folder = backups.path().join("one");
    let made = tokio::task::block_in_place(|| site.command().arg("backup").arg(&folder).output().unwrap());
    assert!(made.status.success(), "{}", told(&made));
    let during = load.acknowledged().len() - before.len();
    load.wait_for(50).await;
    server.kill();
    load.stop().await;
    assert!(during > 0, "nobody wrote while the backup was made: this was no load");
    let verified = guichet(&["backup", "verify"], &folder);
    assert!(verified.status.success(), "{}", told(&verified));
    assert_private(&folder);

    let new = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", new.path().join("data/guichet.db").display());
    let site = Server::stopped(&url);
    let restored = site.command().arg("restore").arg(&folder).output().unwrap();
    assert!(restored.status.success(), "{}", told(&restored));
    assert_eq!(fs::read(original_path(&site.documents(), &document.sha256).unwrap()).unwrap(), b"\xff\xd8\xffa photo");
    let server = site.start();
    goes_on(&server, &before).await;
    server.stop();
    let store = Engine::open(&url).await.unwrap();
    assert_eq!(store.documents(conversation).await.unwrap(), [document]);
    assert_all_there(&store, &before).await;
}

/// Nobody else reads people's claims.
fn assert_private(folder: &Path) {
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for folder in [folder, &folder.join("documents"), &folder.join("documents/sha256")] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    for file in ["guichet.db", "manifest.json", "SHA256SUMS"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_killed_never_looks_whole_and_the_next_attempt_ends_it() {
    let (db, backups) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let site = Server::stopped(&db.url);
    let store = db.store().await;
    for number in 0..200_u32 {
        receive(&store, &site, ConversationId::new(at(0)), format!("%PDF-1.4 {number}").as_bytes()).await;
    }
    // Some ten megabytes, so that there is time to die.
    db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
         INSERT INTO received (key, conversation, seq, at) SELECT hex(randomblob(300)), 'c', i, i FROM n",
    )
    .await;
    store.close().await;
    let folder = backups.path().join("night");
    let partial = backups.path().join("night.partial");
    for moment in [0, 5, 20, 60, 150] {
        let mut process = Process::start(site.command().arg("backup").arg(&folder));
        assert!(process.line().contains("Backing up"));
        tokio::time::sleep(Duration::from_millis(moment)).await;
        process.kill();
        if folder.exists() {
            assert!(moment > 0, "it was killed as it began");
            assert!(guichet(&["backup", "verify"], &folder).status.success(), "it has its name, so it is whole");
            fs::remove_dir_all(&folder).unwrap();
            continue;
        }
        for interrupted in [&folder, &partial] {
            let verified = guichet(&["backup", "verify"], interrupted);
            assert!(!verified.status.success() && told(&verified).contains("no whole backup"), "{}", told(&verified));
            let url = format!("sqlite:{}", backups.path().join("new.db").display());
            let restored = Server::stopped(&url).command().arg("restore").arg(interrupted).output().unwrap();
            assert!(!restored.status.success() && !backups.path().join("new.db").exists());
        }
    }
    let made = site.command().arg("backup").arg(&folder).output().unwrap();
    assert!(made.status.success(), "{}", told(&made));
    assert!(guichet(&["backup", "verify"], &folder).status.success());
    assert!(!partial.exists());
    // Killed right before it gets its name, it is whole but for that: nobody knows, so it is none.
    fs::rename(&folder, &partial).unwrap();
    let verified = guichet(&["backup", "verify"], &partial);
    assert!(!verified.status.success() && told(&verified).contains("no whole backup"), "{}", told(&verified));
    fs::rename(&partial, &folder).unwrap();
    let again = site.command().arg("backup").arg(&folder).output().unwrap();
    assert!(!again.status.success() && told(&again).contains("name another folder"), "{}", told(&again));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_damaged_byte_and_every_lost_or_strange_file_is_found() {
    let house = Small::open().await;
    let folder = house.back_up("b").await;
    assert_eq!(findings(&folder).await, Vec::<String>::new());
    let document = original_path(&folder.join("documents"), &house.document.sha256).unwrap();
    for file in [folder.join("guichet.db"), folder.join("manifest.json"), folder.join("SHA256SUMS"), document.clone()] {
        let whole = fs::read(&file).unwrap();
        for place in [0, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
            let mut damaged = whole.clone();
            damaged[place] ^= 4;
            fs::write(&file, &damaged).unwrap();
            assert!(!findings(&folder).await.is_empty(), "byte {place} of {}", file.display());
        }
        fs::write(&file, &whole).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(!findings(&folder).await.is_empty(), "{} is lost", file.display());
        fs::write(&file, &whole).unwrap();
    }
    fs::write(folder.join("documents/strange"), "x").unwrap();
    assert_eq!(findings(&folder).await, ["documents/strange: was not part of the backup"]);
    fs::remove_file(folder.join("documents/strange")).unwrap();
    assert_eq!(findings(&folder).await, Vec::<String>::new());

    // A log that somebody changed is found, however well its bytes are copied.
    house.db.execute("UPDATE log SET value = 'x' WHERE number = 1").await;
    let folder = house.back_up("c").await;
    let found = findings(&folder).await;
    assert!(!found.is_empty() && found[0].contains("entry 1 is not as it was written"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_is_not_there_is_named_and_the_rest_is_backed_up() {
    let house = Small::open().await;
    fs::remove_file(original_path(&house.site.documents(), &house.document.sha256).unwrap()).unwrap();
    let folder = house.site.folder().join("b");
    let made = house.site.command().arg("backup").arg(&folder).output().unwrap();
    assert!(!made.status.success() && told(&made).contains(&house.document.sha256), "{}", told(&made));
    let verified = guichet(&["backup", "verify"], &folder);
    assert!(verified.status.success() && told(&verified).contains("had no whole file"), "{}", told(&verified));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_overwrites_nothing_and_one_that_was_interrupted_goes_on() {
    let house = Small::open().await;
    let folder = house.back_up("b").await;
    let refused = |site: &Stopped| {
        let done = site.command().arg("restore").arg(&folder).output().unwrap();
        assert!(!done.status.success());
        told(&done)
    };
    assert!(refused(&house.site).contains("is there already"));

    let new = tempfile::tempdir().unwrap();
    let (database, url) = (new.path().join("guichet.db"), format!("sqlite:{}/guichet.db", new.path().display()));
    let site = Server::stopped(&url);
    fs::create_dir_all(site.documents().join("sha256/ab")).unwrap();
    fs::write(site.documents().join("sha256/ab/cd"), "somebody's").unwrap();
    assert!(refused(&site).contains("holds documents already"));
    fs::remove_file(site.documents().join("sha256/ab/cd")).unwrap();

    let damaged = original_path(&folder.join("documents"), &house.document.sha256).unwrap();
    let whole = fs::read(&damaged).unwrap();
    fs::remove_file(&damaged).unwrap();
    assert!(refused(&site).contains("is damaged"));
    assert!(!database.exists() && fs::read_dir(new.path()).unwrap().count() == 0);
    fs::write(&damaged, whole).unwrap();

    // As one leaves it that dies before its end: no server may make an empty database of it.
    fs::write(new.path().join("guichet.db.restoring"), "half").unwrap();
    let placed = original_path(&site.documents(), &house.document.sha256).unwrap();
    fs::create_dir_all(placed.parent().unwrap()).unwrap();
    fs::copy(&damaged, &placed).unwrap();
    let migrated = site.command().arg("migrate").output().unwrap();
    assert!(told(&migrated).contains("it goes on") && !database.exists(), "{}", told(&migrated));
    let restored = site.command().arg("restore").arg(&folder).output().unwrap();
    assert!(restored.status.success(), "{}", told(&restored));
    assert!(database.exists() && !new.path().join("guichet.db.restoring").exists());
    let server = site.start();
    let said: Receipt = server.client().send(&Place::new(PEOPLE, 1).message()).await.unwrap();
    assert!(!said.replies.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_nothing_is_begun() {
    let house = Small::open().await;
    let live = Live { keep_free: u64::MAX, ..house.live() };
    let folder = house.site.folder().join("b");
    let made = backup::create(live, &folder, at(0), |_| ()).await;
    assert!(matches!(made, Err(BackupError::NoRoom { .. })), "{made:?}");
    assert!(!folder.exists());
    let parent = house.site.folder().join("not mounted/b");
    let made = backup::create(house.live(), &parent, at(0), |_| ()).await;
    assert!(matches!(made, Err(BackupError::NoFolder(_))), "{made:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_an_older_schema_is_backed_up_as_it_is_and_restored() {
    let (db, backups) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let mut older = Vec::new();
    GzDecoder::new(include_bytes!("landings/fa7fa26.sqlite.gz").as_slice()).read_to_end(&mut older).unwrap();
    fs::write(db.file(), older).unwrap();
    let documents = backups.path().join("documents");
    fs::create_dir(&documents).unwrap();
    let live = Live { url: &db.url, documents: &documents, keep_free: 0 };
    let folder = backups.path().join("b");
    let manifest = backup::create(live, &folder, at(0), |_| ()).await.unwrap();
    assert_eq!((manifest.schema, manifest.rows.dossiers), (10, 7));
    assert_eq!(db.number("SELECT version FROM schema_version").await, 10, "a backup migrates nothing");
    assert_eq!(findings(&folder).await, Vec::<String>::new());

    let new = Database::sqlite();
    let live = Live { url: &new.url, documents: &backups.path().join("new"), keep_free: 0 };
    backup::restore(live, &folder, |_| (), |_| ()).await.unwrap();
    let logs = new.store().await.verify_logs(|_, broken| assert_eq!(broken, None)).await.unwrap();
    assert_eq!(i64::try_from(logs).unwrap(), manifest.rows.conversations);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_moved_whole_into_its_new_form_is_backed_up_whole() {
    let (db, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
    earlier::make(&db, earlier::ONE_LOG - 1, migration::MANY).await;
    migration::killed_in_the_second(&db).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM conversation").await, 200);
    // Nobody sent a file of these.
    db.execute("DELETE FROM document").await;
    let documents = folder.path().join("documents");
    let live = Live { url: &db.url, documents: &documents, keep_free: 0 };
    let backup = folder.path().join("b");
    let manifest = backup::create(live, &backup, at(0), |_| ()).await.unwrap();
    let many = i64::try_from(migration::MANY).unwrap();
    assert_eq!((manifest.rows.conversations, manifest.rows.dossiers), (many, many));
    let mut verified = 0;
    let logs = |progress| {
        if let Progress::Logs { done } = progress {
            verified = done;
        }
    };
    let (_, damage) = backup::verify(&backup, logs, |finding| panic!("{finding}")).await.unwrap();
    assert_eq!((verified, damage), (migration::MANY as u64, 0));

    let new = Database::sqlite();
    let live = Live { url: &new.url, documents: &folder.path().join("new"), keep_free: 0 };
    backup::restore(live, &backup, |_| (), |_| ()).await.unwrap();
    let logs = new.store().await.verify_logs(|_, broken| assert_eq!(broken, None)).await.unwrap();
    assert_eq!(i64::try_from(logs).unwrap(), many);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_for_postgres_leads_there_and_back() {
    let (db, backups) = (Database::postgres().await, tempfile::tempdir().unwrap());
    let server = Server::start(&db.url);
    let site = server.site();
    let refused = site.command().arg("backup").arg(backups.path().join("x")).output().unwrap();
    assert!(!refused.status.success() && told(&refused).contains("docs/backup.md"), "{}", told(&refused));

    let load = Load::start(&server);
    load.wait_for(100).await;
    let conversation = load.acknowledged()[0].2.conversation.parse().unwrap();
    let document = receive(&db.store().await, &site, conversation, b"\xff\xd8\xffa photo").await;
    let before = load.acknowledged();
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/backup.md")).unwrap();
    let guide = guide.split_once("\n## PostgreSQL\n").unwrap().1;
    let scripts: Vec<&str> = guide.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    let [there, back] = scripts.as_slice() else { panic!("the guide has other scripts than two") };
    let backup = backups.path().join("b");
    let variables = |site: &Stopped, url: &str| {
        [
            ("DATABASE", PathBuf::from(&db.url)),
            ("DOCUMENTS", site.documents()),
            ("BACKUP", backup.clone()),
            ("NEW_DATABASE", PathBuf::from(url)),
            ("NEW_DOCUMENTS", site.documents()),
        ]
    };
    tokio::task::block_in_place(|| follow(there, &site, variables(&site, &db.url)));
    server.kill();
    load.stop().await;

    let new = Database::postgres().await;
    let site = Server::stopped(&new.url);
    tokio::task::block_in_place(|| follow(back, &site, variables(&site, &new.url)));
    assert!(original_path(&site.documents(), &document.sha256).unwrap().is_file());
    let server = site.start();
    goes_on(&server, &before).await;
    server.stop();
    let store = new.store().await;
    assert_eq!(store.documents(conversation).await.unwrap(), [document]);
    assert_all_there(&store, &before).await;
}

/// Does what a script of the guide says, with the tools of the newest PostgreSQL that is installed.
fn follow(script: &str, site: &Stopped, variables: [(&str, PathBuf); 5]) {
    let tools = fs::read_dir("/usr/lib/postgresql").unwrap().map(|version| version.unwrap().path().join("bin")).max();
    let program = Path::new(env!("CARGO_BIN_EXE_guichet")).parent().unwrap();
    let path = format!("{}:{}:{}", program.display(), tools.unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.current_dir(site.folder()).env("PATH", path).envs(variables);
    let done = shell.arg("-c").arg(script).output().unwrap();
    assert!(done.status.success(), "{script}\n{}", told(&done));
}

/// People who write until they are stopped.
struct Load {
    goes_on: watch::Sender<bool>,
    acknowledged: Acknowledged,
    count: Arc<Semaphore>,
    people: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(server: &Server) -> Self {
        let (goes_on, stopped) = watch::channel(true);
        let (acknowledged, count) = (Acknowledged::default(), Arc::new(Semaphore::new(0)));
        let people = (0..PEOPLE)
            .map(|place| {
                let (mut client, mut place) = (server.client(), Place::new(place, PEOPLE));
                let (acknowledged, count, stopped) = (Arc::clone(&acknowledged), Arc::clone(&count), stopped.clone());
                tokio::spawn(async move {
                    while *stopped.borrow() {
                        let message = place.message();
                        let (from, id) = (message.from.clone(), message.id.clone());
                        // The server is killed at the end.
                        let Ok(receipt) = client.send::<Receipt>(&message).await else { return };
                        place.hear(&receipt.replies);
                        acknowledged.lock().unwrap().push((from, id, receipt));
                        count.add_permits(1);
                    }
                })
            })
            .collect();
        Self { goes_on, acknowledged, count, people }
    }

    async fn wait_for(&self, more: u32) {
        self.count.acquire_many(more).await.unwrap().forget();
    }

    fn acknowledged(&self) -> Vec<(String, String, Receipt)> {
        self.acknowledged.lock().unwrap().clone()
    }

    async fn stop(self) {
        // Whoever had a server that died has gone.
        let _ = self.goes_on.send(false);
        for person in self.people {
            person.await.unwrap();
        }
    }
}

async fn assert_all_there(store: &Engine, acknowledged: &[(String, String, Receipt)]) {
    for (sender, id, receipt) in acknowledged {
        let conversation = store.conversation_at(&endpoint(sender)).await.unwrap().expect("the sender is known");
        assert_eq!(conversation.to_string(), receipt.conversation);
        let messages = store.messages(conversation, receipt.seq - 1, 1).await.unwrap();
        let message = messages.first().unwrap_or_else(|| panic!("{sender}: message {id} is lost"));
        assert_eq!((&message.author, message.client_id.as_ref()), (&Author::Policyholder, Some(id)));
    }
    assert!(store.verify_logs(|_, broken| assert_eq!(broken, None)).await.unwrap() > 0);
}

/// What was received is known as such, and what comes now is answered where the conversation stood.
async fn goes_on(server: &Server, acknowledged: &[(String, String, Receipt)]) {
    #[derive(Serialize)]
    struct Message<'a> {
        id: &'a str,
        from: &'a str,
        text: &'static str,
    }
    let mut client: Client = server.client();
    let (from, id, first) = acknowledged.last().unwrap();
    let again: Receipt = client.send(&Message { id, from, text: "Bonjour" }).await.unwrap();
    assert!(again.duplicate && again.conversation == first.conversation && again.seq == first.seq);
    let next: Receipt = client.send(&Message { id: "after", from, text: "je ne sais pas" }).await.unwrap();
    assert!(!next.duplicate && next.conversation == first.conversation && next.seq > first.seq, "{next:?}");
    assert!(!next.replies.is_empty());
}

/// A server with a conversation and a document.
struct Small {
    db: Database,
    _server: Server,
    site: Stopped,
    documents: PathBuf,
    document: DocumentRow,
}

impl Small {
    async fn open() -> Self {
        let db = Database::sqlite();
        let server = Server::start(&db.url);
        let site = server.site();
        let load = Load::start(&server);
        load.wait_for(20).await;
        let conversation = load.acknowledged()[0].2.conversation.parse().unwrap();
        load.stop().await;
        let document = receive(&db.store().await, &site, conversation, b"\xff\xd8\xffa photo").await;
        Self { db, _server: server, documents: site.documents(), site, document }
    }

    fn live(&self) -> Live<'_> {
        Live { url: &self.db.url, documents: &self.documents, keep_free: 0 }
    }

    async fn back_up(&self, name: &str) -> PathBuf {
        let folder = self.site.folder().join(name);
        let manifest: Manifest = backup::create(self.live(), &folder, at(0), |_| ()).await.unwrap();
        assert_eq!((manifest.files, manifest.absent.len()), (1, 0));
        folder
    }
}

/// A file that a person sent, with its row.
async fn receive(store: &Engine, site: &Stopped, conversation: ConversationId, bytes: &[u8]) -> DocumentRow {
    let documents = Documents::local(&site.documents()).unwrap();
    let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::copy_from_slice(bytes))]);
    let stored = documents.receive(bytes, "photo.jpg", Limits::default()).await.unwrap();
    let id = DocumentId::new(at(1));
    let row = DocumentRow {
        id,
        conversation,
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: id.to_string(),
        name: stored.name,
        media_type: "image/jpeg".into(),
        bytes: i64::try_from(stored.bytes).unwrap(),
        sha256: stored.sha256,
        inspection: Inspection::default(),
        at: at(1),
    };
    store.one_conversation(conversation).add_document(row, QUOTA).await.unwrap().unwrap()
}

async fn findings(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    match backup::verify(folder, |_| (), |finding: Finding| found.push(finding.to_string())).await {
        Ok((_, damage)) => assert_eq!(damage, found.len() as u64),
        Err(error) => found.push(error.to_string()),
    }
    found
}

/// A command that needs no configuration.
fn guichet(command: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guichet")).args(command).arg(folder).output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
