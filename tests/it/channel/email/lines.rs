//! The lines to the mail servers: secured by TLS from the first byte or later, with an authority of one's own, a password or
//! a token; and what `guichet doctor` says of those that do not come about.

use std::fs;

use super::{CONVERSATIONS, account, at, guichet, hand_over, mail, peer, person, sent, wait_for_number};
use crate::support::{Database, Server};

/// A server's section: where it is, how it is reached, and what is said there.
fn line(section: &str, place: &str, security: &str, login: &str) -> String {
    format!("[email.accounts.{section}]\n{}security = '{security}'\n{login}\n", at(place))
}

fn believing(authority: &str) -> String {
    format!("authority = '{}/{authority}.pem'\n", peer("TLS"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_which_line_stands_and_what_to_mend() {
    let ours = believing("authority");
    let (password, token) =
        (format!("user = 'doc'\npassword = 'secret'\n{ours}"), format!("user = 'doc'\ntoken = 'good-doc'\n{ours}"));
    let (wrong_password, wrong_token) =
        (format!("user = 'doc'\npassword = 'wrong'\n{ours}"), format!("user = 'doc'\ntoken = 'old-doc'\n{ours}"));
    let strangers = format!("user = 'doc'\npassword = 'secret'\n{}", believing("other"));
    let nobodys = "user = 'doc'\npassword = 'secret'\n".to_owned();
    let no_file = "user = 'doc'\npassword = 'secret'\nauthority = '/nowhere/at/all'\n".to_owned();
    let no_folder = format!("{password}folder = 'Nulle part'\n");
    // Of each account: IMAP and SMTP, each with where, how and who, and how it stands.
    let cases: &[(&str, &str, &str, &str, &String, &str)] = &[
        ("imap", "IMAPS", "IMAP", "tls", &password, "ok logged in; new mail is told at once"),
        ("imap", "IMAPS", "IMAP", "tls", &token, "ok logged in"),
        ("imap", "IMAP", "IMAP", "none", &nobodys, "ok logged in"),
        ("imap", "IMAPS", "IMAP", "tls", &wrong_password, "PROBLEM the server refuses the log-in"),
        ("imap", "IMAPS", "IMAP", "tls", &wrong_token, "PROBLEM the server refuses the log-in"),
        ("imap", "IMAPS", "IMAP", "tls", &strangers, "PROBLEM its certificate is signed by an authority that is not"),
        ("imap", "IMAPS", "IMAP", "tls", &nobodys, "PROBLEM its certificate is signed by an authority that is not"),
        ("imap", "IMAPS", "IMAP", "tls", &no_file, "PROBLEM the file that `authority` names"),
        ("imap", "IMAPS", "IMAP", "tls", &no_folder, "PROBLEM the mailbox has no such folder"),
        // By its number, for which the certificate does not stand.
        ("imap", "IMAP", "IMAP", "starttls", &password, "PROBLEM its certificate is for another name"),
        ("imap", "IMAP", "IMAP", "tls", &password, "PROBLEM it does not speak TLS from the first byte at this port"),
        ("smtp", "SUBMISSIONS", "SMTP", "tls", &password, "ok logged in"),
        ("smtp", "SUBMISSIONS", "SMTP", "tls", &token, "ok logged in"),
        ("smtp", "SUBMISSION", "SMTP", "starttls", &password, "ok logged in"),
        ("smtp", "SUBMISSION", "SMTP", "starttls", &token, "ok logged in"),
        ("smtp", "SMTP", "SMTP", "none", &String::new(), "ok it takes mail without a log-in"),
        ("smtp", "SUBMISSION", "SMTP", "starttls", &wrong_password, "PROBLEM the mail server said 535 5.7.8"),
        ("smtp", "SUBMISSIONS", "SMTP", "tls", &wrong_token, "PROBLEM the mail server refuses the token"),
        (
            "smtp",
            "SUBMISSION",
            "SMTP",
            "starttls",
            &strangers,
            "PROBLEM no secure connection to the mail server: its certificate",
        ),
        (
            "smtp",
            "SUBMISSIONS",
            "SMTP",
            "tls",
            &nobodys,
            "PROBLEM no secure connection to the mail server: its certificate",
        ),
        ("smtp", "SUBMISSIONS", "SMTP", "tls", &no_file, "PROBLEM the file that `authority` names"),
        (
            "smtp",
            "SUBMISSION",
            "SMTP",
            "tls",
            &password,
            "PROBLEM no secure connection to the mail server: it does not speak TLS",
        ),
        ("smtp", "SMTP", "SMTP", "starttls", &password, "PROBLEM the mail server does not offer what is configured"),
    ];
    let mut sections = String::new();
    for (number, (section, place, _, security, login, _)) in cases.iter().enumerate() {
        let mut its = line(section, place, security, login);
        if *section == "imap" {
            its.push_str(&line("smtp", "SMTP", "none", ""));
        }
        sections.push_str(&account(&format!("doc{number}"), &its));
    }
    let said = guichet(&Database::sqlite(), &sections, &["doctor"]);
    for (number, (_, _, name, security, _, expected)) in cases.iter().enumerate() {
        let line = format!("email/doc{number} {name}: ");
        let found = said.lines().find(|found| found.contains(&line)).unwrap_or_else(|| panic!("{line} in {said}"));
        let (state, told) = expected.split_once(' ').unwrap();
        assert!(found.starts_with(state) && found.contains(told), "{name} {security}: {found}, not {expected}");
    }
    assert!(!said.contains("secret") && !said.contains("good-doc"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_comes_and_is_answered_over_secured_lines() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    let user = format!("tls{}", std::process::id());
    // What renews the token is late: the one that is there is no longer good.
    fs::write(&token, format!("old-{user}\n")).unwrap();
    let ours = believing("authority");
    let by_file = format!("user = '{user}'\ntoken = 'file:{}'\n{ours}", token.display());
    let by_command = format!("user = '{user}'\ntoken_command = ['/bin/cat', '{}']\n{ours}", token.display());
    let sections = line("imap", "IMAPS", "tls", &by_file) + &line("smtp", "SUBMISSIONS", "tls", &by_command);
    let _server = Server::start_with(&database.url, &account(&user, &sections));
    let (julie, address) = (person("julie-tls"), format!("{user}@rives.example"));
    fs::write(&token, format!("good-{user}\n")).unwrap();
    // A mailbox is read from the moment of the first log-in.
    wait_for_number(&database, "SELECT COUNT(*) FROM mailbox", 1).await;
    let raw = mail("t1@example.org", &julie, "", "Bonjour, fuite dans la cuisine.");
    let answer = hand_over(&peer("DOVECOT_LMTP"), "LHLO", &julie, &address, &raw);
    assert!(answer.starts_with("250"), "{answer}");
    let letter = sent(&julie, 0).await;
    assert_eq!((letter.mail_from.as_str(), letter.header("in-reply-to")), (address.as_str(), "<t1@example.org>"));
    assert_eq!(letter.dkim, None);
    // Postfix tells how it was given the letter.
    assert!(letter.header("received").contains("by mx.rives.example (Postfix) with ESMTPSA"), "{:?}", letter.headers);
    assert_eq!(database.number(CONVERSATIONS).await, 1);
}
