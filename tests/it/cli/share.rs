//! A share that is not mounted at the start leaves an empty folder where the documents were.

use serde_json::{Value, json};

use crate::support::{Database, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_folder_is_refused_where_documents_were_received() {
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let chat = format!("{}/chat/api", server.url);
    let http = reqwest::Client::new();
    let opened = http
        .post(format!("{chat}/conversations"))
        .json(&json!({ "insurer": "demo", "client_id": "0123456789abcdef0123456789abcdef" }));
    let opened: Value = opened.send().await.unwrap().json().await.unwrap();
    let photo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/images/chat.png")).unwrap();
    let upload = http.put(format!("{chat}/uploads/1?name=photo.png")).bearer_auth(opened["token"].as_str().unwrap());
    assert_eq!(upload.body(photo).send().await.unwrap().status(), 200);
    let site = server.site();
    tokio::task::block_in_place(|| server.stop());

    let mounted = site.folder().join("mounted elsewhere");
    std::fs::rename(site.documents(), &mounted).unwrap();
    for command in ["serve", "doctor"] {
        let refused = tokio::task::block_in_place(|| site.command().arg(command).output().unwrap());
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert!(!refused.status.success() && said.contains("share is mounted"), "{command}: {said}");
        assert!(!site.documents().exists(), "{command} makes none in its place");
    }
    std::fs::rename(&mounted, site.documents()).unwrap();
    tokio::task::block_in_place(|| site.start().stop());
}
