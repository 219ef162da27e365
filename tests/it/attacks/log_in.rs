//! Guessed passwords and opened chats by the thousand.

use super::{get_from, post, status};
use crate::support::{Database, Server, on_both_engines};

on_both_engines! {
    guesses_from_one_address_lock_nobody_else_out,
}

const OURS: [u8; 4] = [127, 0, 0, 1];
const THEIRS: [u8; 4] = [127, 0, 0, 66];

/// Tries a log-in, with these cookies; the whole answer.
async fn log_in(server: &Server, from: [u8; 4], cookies: &str, login: &str, password: &str) -> String {
    let form = get_from(server, from, "/console/log-in", "").await;
    let csrf = form.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let cookie = set_cookie(&form, "__Host-guichet-log-in=");
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}; {cookies}\r\n");
    post(server, from, "/console/log-in", &headers, &format!("csrf={csrf}&login={login}&password={password}")).await
}

fn set_cookie(answer: &str, name: &str) -> String {
    let cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with(name));
    cookie.unwrap_or_else(|| panic!("no cookie {name}: {answer}")).to_owned()
}

async fn guesses_from_one_address_lock_nobody_else_out(database: Database) {
    let server = Server::start(&database.url);
    let mut add = server.site().command();
    let mut added = add
        .args(["user", "add", "zoe", "--name", "Zoé", "--password-stdin"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut added.stdin.take().unwrap(), b"chaton-roux-42\n").unwrap();
    assert!(added.wait().unwrap().success());
    let here = log_in(&server, OURS, "", "zoe", "chaton-roux-42").await;
    assert_eq!(status(&here), "303", "{here}");
    let device = set_cookie(&here, "__Host-guichet-device-");
    let mut last = String::new();
    for number in 0..25 {
        last = log_in(&server, THEIRS, "", if number % 2 == 0 { "zoe" } else { "nobody" }, "wrong").await;
    }
    assert_eq!(status(&last), "429");
    assert_eq!(status(&log_in(&server, THEIRS, "", "zoe", "chaton-roux-42").await), "429");
    // Elsewhere, and there on her own device.
    assert_eq!(status(&log_in(&server, OURS, "", "zoe", "chaton-roux-42").await), "303");
    assert_eq!(status(&log_in(&server, THEIRS, &device, "zoe", "chaton-roux-42").await), "303");
    let long = log_in(&server, OURS, "", &"z".repeat(1_900_000), "wrong").await;
    assert_eq!(status(&long), "413");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chats_from_one_address_keep_nobody_else_out() {
    let database = Database::sqlite();
    let server = Server::start(&database.url);
    let open = async |from, number: u32| {
        let body = format!(r#"{{"insurer":"demo","client_id":"0123456789abcdef0123456789ab{number:04}"}}"#);
        post(&server, from, "/chat/api/conversations", "Content-Type: application/json\r\n", &body).await
    };
    for number in 0..30 {
        assert_eq!(status(&open(THEIRS, number).await), "201");
    }
    let refused = open(THEIRS, 30).await;
    assert_eq!(status(&refused), "429");
    assert!(refused.contains("retry-after: "), "{refused}");
    assert_eq!(status(&open(OURS, 31).await), "201");
}
