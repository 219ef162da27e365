use super::*;

#[tokio::test]
async fn no_other_machine_is_reached() {
    for url in ["http://192.0.2.1/", "https://api.example.org/", "http://localhost.example.org/"] {
        assert!(client().get(url).send().await.unwrap_err().is_connect(), "{url}");
    }
}

#[tokio::test]
async fn the_peer_follows_its_script_and_remembers() {
    let peer = Peer::start(vec![PeerAnswer::json(429, "{}").header("retry-after", "7"), PeerAnswer::Close]).await;
    let post = || client().post(format!("{}/a?b=1", peer.url())).body("été").send();
    let answer = post().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &HeaderValue::from(7)));
    assert!(post().await.is_err());
    let requests = peer.requests();
    assert_eq!((requests.len(), requests[0].method.as_str(), requests[0].path.as_str()), (2, "POST", "/a?b=1"));
    assert_eq!((requests[1].text().as_str(), requests[1].header("content-length")), ("été", Some("5")));
}
