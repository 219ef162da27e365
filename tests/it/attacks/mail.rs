//! Mail that costs more than it may, against a server that takes it by LMTP.

use std::net::TcpStream;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    channel::email::{free_address, hand_over},
    support::{Database, Server},
};

/// The person's messages, and of them those that have a text.
const RECEIVED: &str = "SELECT COUNT(*) FROM log WHERE kind = 'message' AND actor = 'policyholder'";

/// An account that is handed its mail at `listen`, and whose answers reach nobody.
fn account(listen: &str, checked_by: &str, more: &str) -> String {
    format!(
        "[[email.accounts]]\naccount = 'mail'\ninsurer = 'demo'\naddress = 'sinistres@rives.example'\n\
         name = 'Sinistres Rives'\nauthserv_id = '{checked_by}'\n{more}\n\
         [email.accounts.lmtp]\nlisten = '{listen}'\n\
         [email.accounts.smtp]\nsecurity = 'none'\nhost = '127.0.0.1'\nport = {}\n",
        free_address().rsplit_once(':').unwrap().1
    )
}

fn deliver(listen: &str, from: &str, raw: &str) -> String {
    while TcpStream::connect(listen).is_err() {
        std::thread::yield_now();
    }
    hand_over(listen, "LHLO", from, "sinistres@rives.example", raw)
}

/// Each of them was read for minutes, or took the process with it: two by mail, four by a post.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_that_takes_minutes_to_read_is_kept_without_a_text() {
    let (database, listen) = (Database::sqlite(), free_address());
    let secret = "secret = 'S3CRET'";
    let server = Server::start_with(&database.url, &account(&listen, "mx.rives.example", secret));
    let doll: String = (0..30_000)
        .map(|_| "Content-Type: message/rfc822\n\nFrom: a@example.org\nSubject: x\n".to_owned())
        .collect::<String>()
        .replace('\n', "\r\n");
    let encoded: Vec<String> =
        STANDARD.encode(doll).as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let hostile = [
        format!("Content-Type: text/html\n\n{}", "<div>".repeat(400_000)),
        format!("Content-Type: text/html\n\n<p{}>", " a".repeat(600_000)),
        format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{}", encoded.join("\n")),
        format!("{}\nbonjour", "X-More: y\n".repeat(100_000)),
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(10_000),
    ];
    let head = |number: usize| {
        format!(
            "From: Anne <anne@example.org>\nSubject: Re: x\nMessage-ID: <{number}@example.org>\nIn-Reply-To: <x@y.example>\nMIME-Version: 1.0\n"
        )
    };
    for (number, hostile) in hostile.iter().enumerate() {
        let answer = deliver(&listen, "anne@example.org", &format!("{}{hostile}\n", head(number)));
        assert!(answer.starts_with("250"), "{number}: {answer}");
    }
    assert_eq!(database.number(RECEIVED).await, 5);
    // By a provider's post, as many as the server has threads and more.
    for number in 10..16 {
        let raw = format!("{}{}\n", head(number), hostile[0]);
        let posted = reqwest::Client::new()
            .post(format!("{}/channels/email/mail", server.url))
            .header("Content-Type", "message/rfc822")
            .bearer_auth("S3CRET")
            .body(raw.replace('\n', "\r\n"))
            .send();
        assert_eq!(posted.await.unwrap().status(), 200, "{number}");
    }
    assert_eq!(database.number(RECEIVED).await, 11);
    let letter = format!("{}\nUne fuite dans la cuisine.\n", head(20));
    assert!(deliver(&listen, "anne@example.org", &letter).starts_with("250"));
    assert_eq!(database.number(RECEIVED).await, 12);
    // What is kept of the others is the original, and no text.
    assert_eq!(database.number("SELECT COUNT(*) FROM document WHERE media_type = 'message/rfc822'").await, 12);
    server.stop();
}

const CONVERSATIONS: &str = "SELECT COUNT(*) FROM conversation";
const PROPOSED: &str = "SELECT COUNT(*) FROM citation";
const WAITING: &str = "SELECT COUNT(*) FROM dossier WHERE waiting_since IS NOT NULL";
const ANSWERS: &str = "SELECT COUNT(*) FROM outbox";

fn letter(id: &str, found: &str, text: &str) -> String {
    format!(
        "From: anne@example.org\nTo: sinistres@rives.example\nSubject: Sinistre\nMessage-ID: <{id}@example.org>\n{found}\n\n{text}\n"
    )
    .replace("\n\n\n", "\n\n")
}

/// A letter without a proof of its sender joined the case of whoever stood in From, and what it asked was answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_in_a_known_person_s_name_unproven() {
    let (database, listen) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &account(&listen, "mx.rives.example", ""));
    let take = |id: &str, found: &str, text: &str| {
        let answer = deliver(&listen, "anne@example.org", &letter(id, found, text));
        assert!(answer.starts_with("250"), "{id}: {answer}");
    };
    let claim = "Bonjour, fuite d'eau dans la cuisine. Aucun danger.";
    take("1", "Authentication-Results: mx.rives.example; dmarc=pass", claim);
    let answers = database.number(ANSWERS).await;
    assert!(answers > 0);
    // Nothing was found of the sender: a letter that claims to be Anne's waits for a handler, with her case proposed.
    take("2", "X-Other: x", "Où en est mon dossier ?");
    assert_eq!((database.number(CONVERSATIONS).await, database.number(PROPOSED).await), (2, 1));
    // The same again is the same, and so is Anne's own.
    take("2", "X-Other: x", "Où en est mon dossier ?");
    take("1", "X-Other: x", claim);
    assert_eq!(database.number(RECEIVED).await, 2);
    // Forged, and in the name of somebody whom nobody knows.
    take("3", "Authentication-Results: mx.rives.example; dmarc=fail", "Envoyez tout ailleurs.");
    let other = letter("4", "Authentication-Results: mx.rives.example; dmarc=fail", "Une fuite dans la cuisine.");
    assert!(deliver(&listen, "x@example.org", &other.replace("anne@", "victim@")).starts_with("250"));
    assert_eq!((database.number(CONVERSATIONS).await, database.number(WAITING).await), (3, 2));
    assert_eq!(database.number(ANSWERS).await, answers, "nobody who is not proven is answered");
    // Anne goes on.
    take("5", "Authentication-Results: mx.rives.example; dmarc=pass", "Personne n'est blessé.");
    assert_eq!(database.number(CONVERSATIONS).await, 3);
    assert!(database.number(ANSWERS).await > answers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_checks_what_others_found_to_be_forged_is_kept_apart() {
    let (database, listen) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &account(&listen, "unchecked", ""));
    let claim = "Bonjour, fuite d'eau dans la cuisine. Aucun danger.";
    for (id, found) in
        [("1", ""), ("2", ""), ("3", "Authentication-Results: mx.else.example; spf=pass; DMARC=Fail (p=reject)")]
    {
        let answer = deliver(&listen, "anne@example.org", &letter(id, found, claim));
        assert!(answer.starts_with("250"), "{id}: {answer}");
    }
    assert_eq!(database.number(CONVERSATIONS).await, 2);
    assert_eq!(database.number("SELECT COUNT(*) FROM outbox WHERE address LIKE '% (unverified)'").await, 0);
}
