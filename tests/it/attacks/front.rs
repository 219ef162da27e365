//! Connections that never end, crowds of them, and the end of the service under them.

use tokio::net::TcpListener;

use super::{Caller, get, get_from, post, status};
use crate::support::{Database, Server, run};

/// Time-outs as short as they can be.
const IMPATIENT: &str = "header_timeout_seconds = 1\nkeep_alive_seconds = 1\nbody_timeout_seconds = 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_request_and_a_silent_connection_end() {
    let database = Database::sqlite();
    let server = Server::start_bounded(&database.url, IMPATIENT, "");
    let silent = Caller::call(&server).await;
    let mut half = Caller::call(&server).await;
    half.say("GET /live HTTP/1.1\r\nHost:").await;
    let mut idle = Caller::call(&server).await;
    idle.say("GET /live HTTP/1.1\r\nHost: guichet\r\n\r\n").await;
    assert!(idle.hear_until("live\n").await.starts_with("HTTP/1.1 200"));
    for mut held in [silent, half, idle] {
        assert_eq!(held.hear().await, "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_answered_and_ended() {
    let database = Database::sqlite();
    let server = Server::start_bounded(&database.url, IMPATIENT, "");
    for (path, headers) in [
        ("/chat/api/conversations", "Content-Type: application/json\r\n".to_owned()),
        ("/channels/sms/test", format!("Authorization: Bearer {}\r\n", Server::SECRET)),
        ("/console/log-in", "Content-Type: application/x-www-form-urlencoded\r\n".to_owned()),
    ] {
        let mut caller = Caller::call(&server).await;
        caller.say(&format!("POST {path} HTTP/1.1\r\nHost: guichet\r\n{headers}Content-Length: 100\r\n\r\nhalf")).await;
        let answer = caller.hear().await;
        assert_eq!(status(&answer), "408", "{path}: {answer}");
        for header in ["strict-transport-security: max-age=", "x-content-type-options: nosniff", "permissions-policy: "]
        {
            assert!(answer.contains(header), "{path} has no {header}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_from_one_address_keeps_nobody_out() {
    let database = Database::sqlite();
    let server = Server::start_bounded(&database.url, "max_connections_per_address = 8", "");
    let mut crowd = Vec::new();
    for _ in 0..30 {
        crowd.push(Caller::call(&server).await);
    }
    for address in [[127, 0, 0, 1], [127, 0, 0, 2]] {
        assert_eq!(status(&get_from(&server, address, "/live", "").await), "200");
    }
    // The first ones made place.
    assert_eq!(crowd[0].hear().await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_connections_than_files_keep_nobody_out() {
    let database = Database::sqlite();
    let server = Server::start(&database.url);
    let files = std::fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap().count() + 40;
    run(&["prlimit", "--pid", &server.process_id().to_string(), &format!("--nofile={files}:{files}")]);
    let mut crowd = Vec::new();
    for _ in 0..120 {
        crowd.push(Caller::call(&server).await);
    }
    assert_eq!(status(&get_from(&server, [127, 0, 0, 2], "/live", "").await), "200");
    drop(crowd);
    assert_eq!(status(&get(&server, "/live", "").await), "200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_while_bodies_and_event_streams_hang() {
    let database = Database::sqlite();
    let server = Server::start(&database.url);
    let mut body = Caller::call(&server).await;
    let secret = Server::SECRET;
    body.say(&format!(
        "POST /channels/sms/test HTTP/1.1\r\nHost: guichet\r\nAuthorization: Bearer {secret}\r\nContent-Length: 9\r\n\r\n{{"
    ))
    .await;
    let opened = post(
        &server,
        [127, 0, 0, 1],
        "/chat/api/conversations",
        "Content-Type: application/json\r\n",
        r#"{"insurer":"demo","client_id":"0123456789abcdef0123456789abcdef"}"#,
    )
    .await;
    let token = opened.split('"').nth(3).unwrap_or_else(|| panic!("no conversation: {opened}"));
    let mut events = Caller::call(&server).await;
    events
        .say(&format!("GET /chat/api/events HTTP/1.1\r\nHost: guichet\r\nAuthorization: Bearer {token}\r\n\r\n"))
        .await;
    events.hear_until("event: message").await;
    let silent = Caller::call(&server).await;
    tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    drop((body, silent));
    events.hear().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_as_soon_as_it_listens_ends_it_well() {
    let database = Database::sqlite();
    for _ in 0..3 {
        Server::start(&database.url).stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_and_numbers_are_for_those_who_watch_it() {
    let database = Database::sqlite();
    let server = Server::start(&database.url);
    for path in ["/ready", "/metrics"] {
        assert_eq!(status(&get(&server, path, "").await), "200");
        // Through a proxy on this machine of which nobody told.
        assert_eq!(status(&get(&server, path, "X-Forwarded-For: 203.0.113.7\r\n").await), "404");
    }
    let database = Database::sqlite();
    let watched = Server::start_bounded(&database.url, "monitors = ['127.0.0.9']\nproxies = ['127.0.0.8']", "");
    for path in ["/ready", "/metrics"] {
        assert_eq!(status(&get(&watched, path, "").await), "404");
        assert_eq!(status(&get_from(&watched, [127, 0, 0, 9], path, "").await), "200");
        for (client, expected) in [("127.0.0.9", "200"), ("203.0.113.7", "404")] {
            let named = format!("X-Forwarded-For: {client}\r\n");
            assert_eq!(status(&get_from(&watched, [127, 0, 0, 8], path, &named).await), expected);
        }
    }
    assert_eq!(status(&get(&watched, "/live", "").await), "200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_answer_says_what_browsers_may_do() {
    let database = Database::sqlite();
    let server = Server::start(&database.url);
    for path in ["/chat", "/console/log-in", "/live", "/nowhere"] {
        let answer = get(&server, path, "").await;
        for header in
            ["strict-transport-security: max-age=", "cross-origin-resource-policy: same-origin", "permissions-policy: "]
        {
            assert!(answer.contains(header), "{path} has no {header}: {answer}");
        }
    }
    assert!(get(&server, "/widget.js", "").await.contains("cross-origin-resource-policy: cross-origin"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_mail_servers_keep_no_other_out() {
    let database = Database::sqlite();
    let listen = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let account = format!(
        "[[email.accounts]]\naccount = 'mail'\ninsurer = 'demo'\naddress = 'mail@rives.example'\nname = 'Rives'\nauthserv_id = 'mx'\n\
         [email.accounts.lmtp]\nlisten = '{listen}'\npeers = ['127.0.0.1', '127.0.0.2']\n\
         [email.accounts.smtp]\nhost = '127.0.0.1'\nport = 9\nsecurity = 'none'\n"
    );
    let _server = Server::start_with(&database.url, &account);
    while tokio::net::TcpStream::connect(&listen).await.is_err() {
        tokio::task::yield_now().await;
    }
    let mut crowd = Vec::new();
    for _ in 0..20 {
        let mut silent = Caller::call_at(&listen, [127, 0, 0, 1]).await;
        silent.hear_until("220 ").await;
        crowd.push(silent);
    }
    for address in [[127, 0, 0, 1], [127, 0, 0, 2]] {
        let mut honest = Caller::call_at(&listen, address).await;
        honest.hear_until("220 ").await;
        honest.say("LHLO honest\r\nQUIT\r\n").await;
        honest.hear_until("221 ").await;
    }
    assert!(crowd[0].hear().await.starts_with("421 "));
    let mut stranger = Caller::call_at(&listen, [127, 0, 0, 3]).await;
    assert!(stranger.hear().await.starts_with("554 "));
}
