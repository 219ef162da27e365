//! What a server keeps is its own user's alone, whatever the rights are that it was started with.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_read_nothing_that_a_server_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let server = Server::start(&format!("sqlite:{}", data.join("guichet.db").display()));
    // It outlives the server.
    let site = server.site();
    let documents = site.documents();
    let chat = format!("{}/chat/api", server.url);
    let http = reqwest::Client::new();
    let opened = http.post(format!("{chat}/conversations")).json(&json!({ "client_id": "a".repeat(32) }));
    let opened: Value = opened.send().await.unwrap().json().await.unwrap();
    let token = opened["token"].as_str().unwrap();
    let photo = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/chat.png")).unwrap();
    let upload = http.put(format!("{chat}/uploads/1?name=photo.png")).bearer_auth(token).body(photo);
    assert_eq!(upload.send().await.unwrap().status(), 200);

    let kept = [data, documents];
    let running: Vec<_> = kept.iter().flat_map(|folder| all_in(folder)).collect();
    assert!(running.iter().any(|file| file.ends_with("guichet.db-wal")), "{running:?}");
    assert!(running.iter().any(|file| file.to_string_lossy().contains("sha256/")), "{running:?}");
    assert_private(&running);
    server.stop();
    assert_private(&kept.iter().flat_map(|folder| all_in(folder)).collect::<Vec<_>>());
}

fn assert_private(files: &[PathBuf]) {
    for file in files {
        // What a writer has just moved or deleted is not there any more.
        let Ok(found) = fs::metadata(file) else { continue };
        let mode = found.permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has {mode:o}", file.display());
    }
}

/// A folder and all that is in it.
fn all_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(all_in(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
