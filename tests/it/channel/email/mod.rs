//! E-mail against real servers: Dovecot and Postfix bring it, Postfix and Python's aiosmtpd take it, and another library says
//! what is quoted. `tests/run` starts them.

mod lines;
mod quotes;
mod story;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

use crate::support::{Database, Server};

/// How long another program may take to do what it is asked for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where `tests/run` says that a server is.
pub(crate) fn peer(name: &str) -> String {
    let variable = format!("GUICHET_TEST_{name}");
    std::env::var(&variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with tests/run, which starts the mail servers")
    })
}

/// Looks again and again until there is what is awaited.
async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn wait_for_number(database: &Database, sql: &'static str, number: i64) {
    wait_for(&format!("{number} from {sql}"), async || (database.number(sql).await == number).then_some(())).await;
}

/// The account `LOCAL@rives.example`, with these sections of its own.
fn account(local: &str, sections: &str) -> String {
    format!(
        "[[email.accounts]]\naccount = '{local}'\ninsurer = 'demo'\naddress = '{local}@rives.example'\n\
         name = 'Sinistres Rives'\nplus_address = true\nauthserv_id = 'mx.rives.example'\nsecret = 'S3CRET'\n{sections}\n"
    )
}

/// Where a peer is, as a server's section has it.
fn at(name: &str) -> String {
    let peer = peer(name);
    let (host, port) = peer.rsplit_once(':').unwrap();
    format!("host = '{host}'\nport = {port}\n")
}

/// What goes out goes straight to the sink.
fn to_the_sink() -> String {
    format!("[email.accounts.smtp]\nsecurity = 'none'\n{}", at("SMTP"))
}

pub(crate) fn by_imap(local: &str) -> String {
    let imap = format!(
        "[email.accounts.imap]\nsecurity = 'none'\nuser = '{local}'\npassword = 'secret'\n{}{}",
        at("IMAP"),
        to_the_sink()
    );
    account(local, &imap)
}

pub(crate) fn by_lmtp(local: &str, listen: &str) -> String {
    account(local, &format!("[email.accounts.lmtp]\nlisten = '{listen}'\n{}", to_the_sink()))
}

/// The program's configuration for a command that ends by itself, and what that command says.
pub(crate) fn guichet(database: &Database, sections: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guichet.toml");
    let documents = folder.path().join("documents");
    let url = &database.url;
    fs::write(&file, format!("[store]\nurl = '{url}'\n[documents]\nfolder = '{}'\n{sections}", documents.display()))
        .unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_guichet")).arg("--config").arg(file).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A port where nobody listens at the moment.
pub(crate) fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// An address of a person that no other test writes from.
pub(crate) fn person(name: &str) -> String {
    format!("{name}.{}@example.org", std::process::id())
}

/// A server that speaks in lines and codes, as SMTP, LMTP and IMAP do.
struct Line(BufReader<TcpStream>);

impl Line {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn read(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The last line of an answer; those before it have a hyphen behind their code.
    fn answer(&mut self) -> String {
        loop {
            let line = self.read();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes());
        self.answer()
    }
}

/// Hands a message over by SMTP (`EHLO`) or LMTP (`LHLO`), and returns the last answer.
pub(crate) fn hand_over(address: &str, greeting: &str, from: &str, to: &str, raw: &str) -> String {
    let mut line = Line::open(address);
    line.answer();
    line.say(&format!("{greeting} test"));
    assert!(line.say(&format!("MAIL FROM:<{from}>")).starts_with("250"));
    let answer = line.say(&format!("RCPT TO:<{to}>"));
    assert!(answer.starts_with("250"), "{answer}");
    assert!(line.say("DATA").starts_with("354"));
    let stuffed: Vec<String> =
        raw.lines().map(|line| if line.starts_with('.') { format!(".{line}") } else { line.to_owned() }).collect();
    line.send(format!("{}\r\n.\r\n", stuffed.join("\r\n")).as_bytes());
    let answer = line.answer();
    line.say("QUIT");
    answer
}

async fn lmtp(address: &str, from: &str, to: &str, raw: &str) -> String {
    wait_for("the LMTP port", async || TcpStream::connect(address).ok()).await;
    hand_over(address, "LHLO", from, to, raw)
}

/// A mail whose sender our mail server found to be genuine; what `more_headers` says of that stands above.
fn mail(id: &str, from: &str, more_headers: &str, text: &str) -> String {
    format!(
        "From: Anne Durand <{from}>\nTo: sinistres@rives.example\nSubject: =?utf-8?q?D=C3=A9g=C3=A2t_des_eaux?=\n\
         Message-ID: <{id}>\nMIME-Version: 1.0\n{more_headers}\
         Authentication-Results: mx.rives.example; dmarc=pass\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

/// What the sink took, as Python's library read it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sent {
    mail_from: String,
    headers: std::collections::BTreeMap<String, String>,
    pub(crate) text: String,
    html: String,
    defects: Vec<String>,
    /// Whether the signature holds, and whether it would with a line more. None: nobody signed.
    dkim: Option<(bool, bool)>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn sent_file(to: &str, number: usize) -> PathBuf {
    Path::new(&peer("SMTP_SINK")).join(format!("{to}.{number:03}.json"))
}

pub(crate) async fn sent(to: &str, number: usize) -> Sent {
    let file = sent_file(to, number);
    let json = wait_for(&format!("letter {number}"), async || fs::read(&file).ok()).await;
    serde_json::from_slice(&json).unwrap()
}

/// The flags of the messages in a Dovecot mailbox.
fn flags(user: &str) -> Vec<String> {
    let mut line = Line::open(&peer("IMAP"));
    line.read();
    line.send(format!("a LOGIN {user} secret\r\nb SELECT INBOX\r\nc FETCH 1:* FLAGS\r\nd LOGOUT\r\n").as_bytes());
    let mut found = Vec::new();
    loop {
        let answer = line.read();
        if answer.starts_with("d ") || answer.is_empty() {
            return found;
        }
        if answer.contains(" FETCH ") {
            found.push(answer);
        }
    }
}

/// A photo's bytes.
pub(crate) fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

const CONVERSATIONS: &str = "SELECT COUNT(*) FROM conversation";
const INBOUND: &str = "SELECT COUNT(*) FROM log WHERE kind = 'message' AND actor = 'policyholder'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_goes_to_and_fro_by_imap() {
    let (database, user, anne) = (Database::sqlite(), format!("imap{}", std::process::id()), person("anne"));
    let deliver = |to: &str, from: &str, raw: &str| {
        let answer = hand_over(&peer("DOVECOT_LMTP"), "LHLO", from, to, raw);
        assert!(answer.starts_with("250"), "{answer}");
    };
    let address = format!("{user}@rives.example");
    deliver(&address, &anne, &mail("old@example.org", &anne, "", "déjà lu par une personne"));
    let server = Server::start_with(&database.url, &by_imap(&user));
    wait_for_number(&database, "SELECT COUNT(*) FROM mailbox", 1).await;

    deliver(&address, &anne, &mail("m1@example.org", &anne, "", "Bonjour, fuite dans la salle de bain hier soir."));
    let first = sent(&anne, 0).await;
    assert_eq!(first.defects, Vec::<String>::new());
    assert_eq!(
        (first.mail_from.as_str(), first.header("from")),
        (address.as_str(), &*format!("Sinistres Rives <{address}>"))
    );
    assert_eq!((first.header("in-reply-to"), first.header("auto-submitted")), ("<m1@example.org>", "auto-replied"));
    assert!(first.header("subject").starts_with("Votre déclaration de sinistre ["), "{}", first.header("subject"));
    let reply_to = first.header("reply-to").split(['<', '>']).nth(1).unwrap().to_owned();
    let token = reply_to.strip_prefix(&format!("{user}+")).unwrap().split('@').next().unwrap();
    assert!(first.header("message-id").starts_with(&format!("<{token}.")), "{}", first.header("message-id"));
    assert!(first.html.contains("lang=\"fr\"") && !first.html.contains("<img"));
    assert!(first.text.contains("Votre référence"));

    // The answer comes to the plus-address, with a photo and our words quoted.
    let quoted = format!("> {}", first.text.replace('\n', "\n> "));
    let photo = STANDARD.encode(photo());
    let answer = format!(
        "From: {anne}\nTo: {reply_to}\nSubject: Re: {}\nMessage-ID: <m2@example.org>\nIn-Reply-To: {}\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nPersonne n'est blessé.\n\n\
         Le ven. 20 nov. 2026 à 14:05, Sinistres Rives <{address}> a écrit :\n\n{quoted}\n--b\n\
         Content-Type: image/jpeg; name=\"IMG_1.jpg\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n\
         {photo}\n--b--\n",
        "K7QF",
        first.header("message-id")
    );
    deliver(&reply_to, &anne, &answer);
    let second = sent(&anne, 1).await;
    assert_eq!(second.header("in-reply-to"), "<m2@example.org>");
    assert!(second.header("references").contains(first.header("message-id")));
    assert_eq!(second.header("reply-to"), first.header("reply-to"));
    assert_eq!(database.number(CONVERSATIONS).await, 1);
    // The photo and each message as it came.
    assert_eq!(database.number("SELECT COUNT(*) FROM document").await, 3);
    let quoting =
        "SELECT COUNT(*) FROM log WHERE kind = 'message' AND actor = 'policyholder' AND value LIKE '%a écrit%'";
    assert_eq!(database.number(quoting).await, 0);

    // A machine is left alone; while we are away, the mailbox keeps what comes.
    let robot = mail("auto@example.org", &anne, "Auto-Submitted: auto-replied\n", "Je suis absente.");
    deliver(&address, &anne, &robot);
    let stopped = server.kill();
    deliver(&address, &anne, &mail("m3@example.org", &anne, "", "L'eau est coupée."));
    deliver(&address, &anne, &mail("m1@example.org", &anne, "", "Bonjour, fuite dans la salle de bain hier soir."));
    let _server = stopped.start();
    wait_for_number(&database, INBOUND, 3).await;
    sent(&anne, 2).await;
    let wanted = [false, true, true, false, true, true];
    wait_for("the marks", async || {
        let found: Vec<bool> = flags(&user).iter().map(|flags| flags.contains("\\Seen")).collect();
        (found == wanted).then_some(())
    })
    .await;
    assert_eq!(database.number(CONVERSATIONS).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_keeps_what_comes_while_we_are_away() {
    let database = Database::sqlite();
    let send = |number: usize| {
        let from = person(&format!("p{number}"));
        let raw = mail(&format!("p{number}@example.org"), &from, "", "Bonjour, il y a une fuite chez moi.");
        let answer = hand_over(&peer("POSTFIX"), "EHLO", &from, "postfix+x@rives.example", &raw);
        assert!(answer.starts_with("250"), "{answer}");
    };
    (0..3).for_each(send);
    let server = Server::start_with(&database.url, &by_lmtp("postfix", &peer("POSTFIX_LMTP_POSTFIX")));
    wait_for_number(&database, CONVERSATIONS, 3).await;
    // In the middle of it.
    (3..6).for_each(send);
    let stopped = server.kill();
    (6..9).for_each(send);
    let _server = stopped.start();
    wait_for_number(&database, CONVERSATIONS, 9).await;
    assert_eq!(database.number(INBOUND).await, 9);
    for number in 0..9 {
        sent(&person(&format!("p{number}")), 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_of_lmtp_keeps_the_protocol() {
    let (database, address) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &by_lmtp("lmtp", &address));
    wait_for("the LMTP port", async || TcpStream::connect(&address).ok()).await;
    let mut line = Line::open(&address);
    assert!(line.answer().starts_with("220 "));
    for (said, answer) in [
        ("EHLO test", "500 5.5.1"),
        ("LHLO test", "250 SIZE"),
        ("DATA", "503 5.5.1"),
        ("RCPT TO:<lmtp@rives.example>", "503 5.5.1"),
        ("MAIL FROM:anne@example.org", "501 5.5.4"),
        ("MAIL FROM:<anne@example.org> SIZE=99999999", "552 5.3.4"),
        ("mail from:<> BODY=8BITMIME SMTPUTF8", "250 2.1.0"),
        ("MAIL FROM:<anne@example.org>", "503 5.5.1"),
        ("RCPT TO:<somebody@rives.example>", "550 5.1.1"),
        ("RCPT TO:<lmtp@elsewhere.example>", "550 5.1.1"),
        ("RCPT TO:<lmtpx@rives.example>", "550 5.1.1"),
        ("RCPT TO:<>", "550 5.1.1"),
        ("DATA", "503 5.5.1"),
        ("RSET", "250 2.0.0"),
        ("NOOP", "250 2.0.0"),
        ("VRFY anne", "252 2.5.0"),
        ("TURN", "500 5.5.1"),
        ("", "500 5.5.1"),
        (&"x".repeat(10_000), "500 5.5.6"),
    ] {
        let found = line.say(said);
        assert!(found.starts_with(answer), "{said:.40}: {found}");
    }
    // All at once, with one answer for each recipient behind the message.
    let anne = person("lmtp");
    let raw = mail("dots@example.org", &anne, "", "Bonjour,\n..une ligne avec un point\nfin").replace('\n', "\r\n");
    line.send(
        format!(
            "MAIL FROM:<{anne}>\r\nRCPT TO:<lmtp@rives.example>\r\nRCPT TO:<nobody@rives.example>\r\n\
             RCPT TO:<LMTP+x@rives.example>\r\nDATA\r\n{raw}.\r\nNOOP\r\n"
        )
        .as_bytes(),
    );
    let answers: Vec<String> = (0..8).map(|_| line.answer()[..9].to_owned()).collect();
    let expected =
        ["250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354 Go on", "250 2.0.0", "250 2.0.0", "250 2.0.0"];
    assert_eq!(answers, expected);
    let dotted =
        "SELECT COUNT(*) FROM log WHERE kind = 'message' AND value LIKE '%\\n.une ligne%' AND actor = 'policyholder'";
    assert_eq!(database.number(dotted).await, 1);

    let to = "lmtp@rives.example";
    for (name, raw, answer) in [
        ("other words under one Message-ID", mail("dots@example.org", &anne, "", "Bonjour"), "250 2.0.0"),
        ("the same again", mail("dots@example.org", &anne, "", "Bonjour"), "250 2.0.0"),
        ("nothing", String::new(), "554 5.6.0"),
        ("no headers", "\nbonjour".to_owned(), "554 5.6.0"),
        ("too large", mail("large@example.org", &anne, "", &"x".repeat(80).repeat(400_000)), "552 5.3.4"),
        ("a list", mail("list@example.org", &anne, "List-Id: <a.example.org>\n", "x"), "250 2.0.0"),
        ("no sender", "Subject: x\nTo: y\n\nbonjour".to_owned(), "554 5.6.0"),
        ("our own", mail("own@example.org", "lmtp+abc@rives.example", "", "x"), "250 2.0.0"),
        (
            "unknown headers and charsets",
            mail("odd@example.org", &anne, "X-Odd: \u{1}\nContent-Type: x\n", "x"),
            "250 2.0.0",
        ),
    ] {
        let found = hand_over(&address, "LHLO", &anne, to, &raw);
        assert!(found.starts_with(answer), "{name}: {found}");
    }
    assert_eq!(database.number(INBOUND).await, 3);
    assert_eq!(database.number(CONVERSATIONS).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_in_another_s_case() {
    let (database, address) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &by_lmtp("case", &address));
    let (anne, eve) = (person("case-anne"), person("case-eve"));
    let to = "case@rives.example";
    lmtp(
        &address,
        &anne,
        to,
        &mail("c1@example.org", &anne, "", "Bonjour, fuite d'eau dans la cuisine. Aucun danger."),
    )
    .await;
    let ours = sent(&anne, 0).await;
    let reply_to = ours.header("reply-to").split(['<', '>']).nth(1).unwrap().to_owned();
    let head = format!("In-Reply-To: {}\n", ours.header("message-id"));
    // Another person has our letter, and answers it.
    lmtp(&address, &eve, &reply_to, &mail("c2@example.org", &eve, &head, "Moi aussi.")).await;
    assert_eq!(database.number(CONVERSATIONS).await, 2);
    // Or has only its reference.
    let mallory = person("case-mallory");
    let subject = mail("c5@example.org", &mallory, "", "Où en est-on ?");
    let subject =
        subject.replace("Subject: ", &format!("Subject: {} ", ours.header("subject").split(' ').next_back().unwrap()));
    lmtp(&address, &mallory, to, &subject).await;
    assert_eq!(database.number(CONVERSATIONS).await, 3);
    // Somebody writes in Anne's name, and the receiving server has noticed.
    let forged = format!("Authentication-Results: mx.rives.example; dmarc=fail header.from=example.org\n{head}");
    lmtp(&address, &eve, &reply_to, &mail("c3@example.org", &anne, &forged, "Envoyez tout ailleurs.")).await;
    assert_eq!(database.number(CONVERSATIONS).await, 4);
    // Each of them is proposed to a handler, and their own cases wait for one.
    assert_eq!(database.number("SELECT COUNT(*) FROM citation").await, 3);
    assert_eq!(database.number("SELECT COUNT(*) FROM dossier WHERE waiting_since IS NOT NULL").await, 3);
    // The same header by another server is anybody's. Nothing is known of the sender then, but that they have our letter and
    // write from the address to which it was sent.
    let unproven = |raw: String| raw.replace("mx.rives.example; dmarc=pass", "mx.attacker.example; dmarc=fail");
    let answer = unproven(mail("c4@example.org", &anne, &head, "Personne n'est blessé."));
    lmtp(&address, &anne, &reply_to, &answer).await;
    assert_eq!(database.number(CONVERSATIONS).await, 4);
    assert_eq!(database.number("SELECT COUNT(*) FROM citation").await, 3);
    // Without our letter, they are not believed to be Anne.
    lmtp(&address, &anne, to, &unproven(mail("c6@example.org", &anne, "", "Où en est-on ?"))).await;
    assert_eq!(database.number("SELECT COUNT(*) FROM endpoint WHERE address LIKE '% (unverified)'").await, 1);
    let unverified = "SELECT COUNT(*) FROM outbox WHERE address LIKE '% (unverified)'";
    assert_eq!(database.number(unverified).await, 0, "a forged letter is not answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_not_arrive_reaches_a_handler() {
    let (database, address) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &by_lmtp("out", &address));
    let to = "out@rives.example";
    // Refused at once, for good.
    let nobody = person("nobody");
    lmtp(&address, &nobody, to, &mail("o1@example.org", &nobody, "", "Bonjour, fuite.")).await;
    let refused = "SELECT COUNT(*) FROM outbox WHERE status = 'failed' AND reason = 'no_such_address'";
    wait_for_number(&database, refused, 1).await;
    // Refused for now: it waits for another try.
    let full = person("full");
    lmtp(&address, &full, to, &mail("o2@example.org", &full, "", "Bonjour, fuite.")).await;
    wait_for_number(&database, "SELECT COUNT(*) FROM outbox WHERE status = 'waiting' AND attempts > 0", 1).await;
    // Taken, and the line lost before we were told: once more, under the same name.
    let closed = person("closed");
    lmtp(&address, &closed, to, &mail("o3@example.org", &closed, "", "Bonjour, fuite.")).await;
    let (first, second) = (sent(&closed, 0).await, sent(&closed, 1).await);
    assert_eq!(first.header("message-id"), second.header("message-id"));
    wait_for_number(&database, "SELECT COUNT(*) FROM outbox WHERE status = 'sent'", 1).await;
    assert!(!sent_file(&closed, 2).exists());
    // Taken, and sent back later.
    let report = format!(
        "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nDésolé.\n--b\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n\
         Final-Recipient: rfc822; {closed}\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\n\
         Message-ID: {}\nSubject: x\n\nbonjour\n--b--\n",
        first.header("message-id")
    );
    let answer = lmtp(&address, "", to, &report).await;
    assert!(answer.starts_with("250"), "{answer}");
    wait_for_number(&database, refused, 2).await;
    assert_eq!(database.number(CONVERSATIONS).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_postfix_sends_back_reaches_a_handler() {
    let database = Database::sqlite();
    let sections = format!(
        "[email.accounts.lmtp]\nlisten = '{}'\n[email.accounts.smtp]\nsecurity = 'starttls'\nuser = 'returned'\n\
         password = 'secret'\nauthority = '{}/authority.pem'\n{}",
        peer("POSTFIX_LMTP_RETURNED"),
        peer("TLS"),
        at("SUBMISSION")
    );
    let _server = Server::start_with(&database.url, &account("returned", &sections));
    // Postfix takes our answer, finds nobody who would, and says so by a report of its own making.
    let nobody = person("nobody-returned");
    let raw = mail("r1@example.org", &nobody, "", "Bonjour, fuite.");
    let answer = hand_over(&peer("POSTFIX"), "EHLO", &nobody, "returned@rives.example", &raw);
    assert!(answer.starts_with("250"), "{answer}");
    let refused = "SELECT COUNT(*) FROM outbox WHERE status = 'failed' AND reason = 'no_such_address'";
    wait_for_number(&database, refused, 1).await;
    assert_eq!(database.number(CONVERSATIONS).await, 1);
    assert_eq!(database.number("SELECT COUNT(*) FROM log WHERE kind = 'undelivered'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_does_not_say_so_is_not_answered_for_ever() {
    let (database, address) = (Database::sqlite(), free_address());
    let _server = Server::start_with(&database.url, &by_lmtp("loop", &address));
    let machine = person("helpdesk");
    let answers = "SELECT COUNT(*) FROM outbox";
    let mut said = 0;
    for number in 0..24 {
        if number == 12 {
            said = database.number(answers).await;
        }
        let text =
            "Votre demande a bien été enregistrée sous le numéro 4711. Nous la traitons dans les meilleurs délais.";
        let raw = mail(&format!("loop{number}@example.org"), &machine, "", text);
        lmtp(&address, &machine, "loop@rives.example", &raw).await;
    }
    // It was understood twice as badly as a person is: a handler has it, and nothing more is said by itself.
    assert_eq!(database.number(INBOUND).await, 24);
    assert_eq!(database.number(answers).await, said, "two machines write to each other");
    assert_eq!(database.number("SELECT COUNT(*) FROM dossier WHERE status = 'handed_over'").await, 1);
}
