//! Posts of strangers: what is read of them, and what is held.

use guichet::domain::clock::Clock;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Caller, FOR_EVER, post, status};
use crate::support::{Database, Server, on_both_engines};

on_both_engines! {
    a_signature_that_was_seen_signs_no_other_message,
}

const MAIL: &str = "[[email.accounts]]\naccount = 'mail'\ninsurer = 'demo'\naddress = 'mail@rives.example'\nname = 'Rives'\nauthserv_id = 'mx'\n\
     secret = 'mail secret'\n[email.accounts.smtp]\nhost = '127.0.0.1'\nport = 9\nsecurity = 'none'\n\
     [[sms.twilio]]\naccount = 'twilio'\ninsurer = 'demo'\naccount_sid = 'AC1'\nauth_token = 'x'\nfrom = '38123'\n\
     [[sms.octopush]]\naccount = 'octopush'\ninsurer = 'demo'\nlogin = 'a'\napi_key = 'b'\ncallback_secret = 'c'\n\
     [[telegram.bots]]\naccount = 'bot'\ninsurer = 'demo'\ntoken = '1:a'\nreceive = 'webhook'\napi_url = 'http://127.0.0.1:9'\n";
/// The largest part of a post that is sent here.
const PIECE: usize = 1024 * 1024;

/// The peak of the memory that the server's process held, in KiB.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_in_the_head_is_asked_for_before_the_body_is_read() {
    let database = Database::sqlite();
    let server = Server::start_with(&database.url, MAIL);
    for (path, headers) in [
        ("/channels/sms/test", "Authorization: Bearer wrong\r\n"),
        ("/channels/sms/twilio", ""),
        ("/channels/sms/octopush/wrong", ""),
        ("/channels/telegram/bot", "X-Telegram-Bot-Api-Secret-Token: wrong\r\n"),
        ("/channels/email/mail", "Authorization: Bearer wrong\r\nContent-Type: message/rfc822\r\n"),
        ("/channels/email/mail", "Authorization: Basic OndyYmc=\r\nContent-Type: multipart/form-data; boundary=x\r\n"),
    ] {
        let mut caller = Caller::call(&server).await;
        // The body never comes.
        caller.say(&format!("POST {path} HTTP/1.1\r\nHost: guichet\r\n{headers}Content-Length: 200000\r\n\r\n")).await;
        let answer = caller.hear_until("\r\n\r\n").await;
        assert_eq!(status(&answer), "401", "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_posts_hold_no_memory() {
    let database = Database::sqlite();
    let server = Server::start_with(&database.url, MAIL);
    let before = peak(&server);
    let mut crowd = Vec::new();
    for number in 0..12 {
        // Each from its own address: together they send more than a stranger may.
        let mut caller = Caller::call_from(&server, [127, 0, 1, number]).await;
        caller
            .say(&format!(
                "POST /channels/email/mail HTTP/1.1\r\nHost: guichet\r\nContent-Length: {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\nbody-mime=",
                50 * PIECE
            ))
            .await;
        crowd.push(caller);
    }
    let piece = "a".repeat(PIECE);
    for _ in 0..16 {
        for caller in &mut crowd {
            tokio::time::timeout(FOR_EVER, caller.say(&piece)).await.unwrap();
        }
    }
    let held = peak(&server) - before;
    // They sent 192 MiB.
    assert!(held < 64 * 1024, "{held} KiB are held");
    // Somebody honest is served meanwhile, and mail too.
    let mut honest = server.client();
    let message = serde_json::json!({ "id": "1", "from": "+33639980001", "text": "Bonjour" });
    honest.send::<serde_json::Value>(&message).await.unwrap();
    let mail = format!(
        "From: anne@example.org\r\nTo: mail@rives.example\r\nMessage-ID: <1@example.org>\r\nSubject: Une fuite\r\n\r\n{}\r\n",
        "Une fuite chez moi. ".repeat(10_000)
    );
    let secret = "Authorization: Bearer mail secret\r\nContent-Type: message/rfc822\r\n";
    let answer = post(&server, [127, 0, 0, 1], "/channels/email/mail", secret, &mail).await;
    assert_eq!(status(&answer), "200", "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_stranger_fills_a_part_of_the_room_only() {
    let database = Database::sqlite();
    let server = Server::start_with(&database.url, MAIL);
    let mut crowd = Vec::new();
    for _ in 0..40 {
        let mut caller = Caller::call_from(&server, [127, 0, 0, 9]).await;
        caller
            .say(&format!(
                "POST /channels/sms/twilio HTTP/1.1\r\nHost: guichet\r\nX-Twilio-Signature: c2lnbmVk\r\n\
                 Content-Length: 262000\r\n\r\n{}",
                "a".repeat(261_000)
            ))
            .await;
        crowd.push(caller);
    }
    // Some found none, whichever came last; others have theirs.
    let answers = crowd.iter_mut().map(|caller| Box::pin(caller.hear_until("\r\n\r\n")));
    let (refused, ..) = futures_util::future::select_all(answers).await;
    assert_eq!(status(&refused), "503", "{refused}");
    let forged = "X-Twilio-Signature: c2lnbmVk\r\n";
    let answer = post(&server, [127, 0, 0, 1], "/channels/sms/twilio", forged, &"a".repeat(200_000)).await;
    assert_eq!(status(&answer), "401", "{answer}");
}

async fn a_signature_that_was_seen_signs_no_other_message(database: Database) {
    let server = Server::start_with(&database.url, MAIL);
    let timestamp = Clock::system().now().as_second().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"mail secret").unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b"a token");
    let signature = hex::encode(mac.finalize().into_bytes());
    let send = async |id: &str| {
        let mail = format!("From: anne@example.org\r\nMessage-ID: <{id}@example.org>\r\n\r\nUne fuite\r\n");
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("timestamp", &*timestamp), ("token", "a token"), ("signature", &signature)])
            .append_pair("body-mime", &mail)
            .finish();
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        status(&post(&server, [127, 0, 0, 1], "/channels/email/mail", kind, &form).await).to_owned()
    };
    assert_eq!(send("1").await, "200");
    for _ in 0..3 {
        assert_eq!(send("2").await, "401");
    }
    assert_eq!(send("1").await, "200", "a delivery that is repeated is acknowledged");
}
