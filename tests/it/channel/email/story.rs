//! A water damage declared by e-mail, from the first letter to the oriented dossier: Julie writes through Postfix, our letters
//! go out through Postfix, and she reads what Python's library read of them. She quotes us as mail programs do.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet::{
    domain::message::{Channel, Endpoint},
    dossier::Status,
};

use super::{Sent, account, at, guichet, hand_over, peer, person, sent, sent_file};
use crate::support::{ALL, Database, Server};

/// A part of a question, and Julie's answer. The first that fits.
const ANSWERS: &[(&str, &str)] = &[
    ("Voici ce que j’ai noté", "c'est bon, envoyez"),
    ("n de ces cas", "rien de tout ça"),
    ("touche-t-elle une prise", "non"),
    ("plafond gonfle", "non plus"),
    ("Qui êtes-vous", "c'est moi l'assurée"),
    ("étage, numéro de porte", "2e étage"),
    ("d’autres logements sont-ils touchés", "personne d'autre"),
    ("Qu’est-ce qui a fui", "la machine à laver"),
    ("fuite est-elle réparée", "oui"),
    ("Qui l’a réparée", "un plombier"),
    ("Le logement est", "un appartement en copropriété"),
    ("moins de 10 ans", "non"),
    ("Vous êtes\u{a0}:", "locataire"),
    ("location est", "vide"),
    ("congé", "non"),
    ("depuis 2 ans", "aucun"),
    ("Qu’est-ce qui est abîmé", "le sol et les murs"),
    ("montant des dégâts", "700 euros"),
    ("C’est bien cela", "oui, c'est bien cela"),
    ("Autre chose à ajouter", "passer"),
    ("vous recontacte", "par e-mail"),
    ("urgence\u{a0}?", "passer"),
    ("Votre adresse e-mail", "julie.moreau@example.org"),
];
/// What asks for photos, what says that there are enough, and what ends it.
const WANTS_PHOTOS: &str = "Envoyez vos photos";
const HAS_ENOUGH: &str = "c'est tout";
const SENT: &str = "C’est envoyé, dossier ";
/// Nobody writes more letters for one claim.
const MAX_LETTERS: usize = 15;

const FIRST: &str = "Bonjour,\n\nHier soir vers 19h, la machine à laver a débordé dans ma cuisine au 12 rue des Lilas, 69003 \
    Lyon. Le parquet est tout gondolé. Personne n'est blessé. L'eau ne coule plus.\n\nMon contrat est le 7541289.\n\n\
    Cordialement,\nJulie Moreau";

/// What she wrote, by which program.
struct Written {
    id: String,
    subject: String,
    text: String,
    /// By a program that writes HTML and nothing else.
    in_html: bool,
    photos: usize,
}

/// The questions of a letter with their numbers; none where it asks one thing.
fn questions(text: &str) -> Vec<(&str, &str)> {
    let numbered = text.lines().filter_map(|line| line.split_once(". "));
    numbered.filter(|(number, _)| number.parse::<usize>().is_ok()).collect()
}

fn answer_to(question: &str) -> &'static str {
    let known = ANSWERS.iter().find(|(part, _)| question.contains(part));
    known.unwrap_or_else(|| panic!("Julie does not know what to say to: {question}")).1
}

/// Her own words, in her order, and how many photos go with them.
fn words(letter: &Sent, number: usize) -> (String, usize) {
    let text = &letter.text;
    if text.contains(WANTS_PHOTOS) {
        return ("Voici les photos.".to_owned(), 2);
    }
    let mut asked = questions(text);
    if asked.is_empty() {
        let is_more_wanted =
            text.replace('’', "'").contains(HAS_ENOUGH) && !ANSWERS.iter().any(|(part, _)| text.contains(part));
        return (if is_more_wanted { HAS_ENOUGH.to_owned() } else { answer_to(text).to_owned() }, 0);
    }
    let turn = number % asked.len();
    asked.rotate_left(turn);
    let behind = [")", ".", " -"][number % 3];
    let answers: Vec<String> =
        asked.iter().map(|(number, question)| format!("{number}{behind} {}", answer_to(question))).collect();
    (format!("Bonsoir,\n\n{}\n\nCordialement,\nJulie Moreau", answers.join("\n")), 0)
}

/// What mail programs put below: their mark, and our letter.
fn with_quote(words: &str, letter: &Sent, number: usize) -> String {
    let ours = "Sinistres Rives <story@rives.example>";
    let quoted = format!("> {}\n", letter.text.replace('\n', "\n> "));
    match number % 3 {
        0 => format!("{words}\n\nLe sam. 21 nov. 2026 à 09:05, {ours} a\nécrit :\n\n{quoted}"),
        1 => format!(
            "{words}\n\nDe : {ours}\nEnvoyé : samedi 21 novembre 2026 09:05\nÀ : Julie Moreau\nObjet : {}\n\n{}",
            letter.header("subject"),
            letter.text
        ),
        _ => format!("{words}\n\nEnvoyé de mon iPhone\n\n> Le 21 nov. 2026 à 09:05, {ours} a écrit :\n> \n{quoted}"),
    }
}

/// A picture that no other is.
fn photo(number: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let shade = 60 * u8::try_from(number + 1).unwrap();
    let picture = image::RgbImage::from_fn(800, 600, |x, y| {
        let edge = u8::try_from((x / 40 + y / 30 * u32::from(shade)) % 256).unwrap();
        image::Rgb([edge, shade, edge.wrapping_mul(3)])
    });
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The letter as it goes over the line.
fn raw(written: &Written, from: &str, to: &str, answers: Option<&Sent>) -> String {
    let mut head = format!(
        "From: Julie Moreau <{from}>\nTo: {to}\nSubject: =?utf-8?B?{}?=\nMessage-ID: <{}>\nMIME-Version: 1.0\n",
        STANDARD.encode(&written.subject),
        written.id
    );
    if let Some(letter) = answers {
        let id = letter.header("message-id");
        let references = letter.header("references");
        head = format!("{head}In-Reply-To: {id}\nReferences: {references} {id}\n");
    }
    let part = if written.in_html {
        format!(
            "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{}\n",
            wrapped(html(&written.text).as_bytes())
        )
    } else {
        format!(
            "Content-Type: multipart/alternative; boundary=alternative\n\n\
         --alternative\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{}\n\
         --alternative\nContent-Type: text/html; charset=utf-8\n\n<div>(voir le texte)</div>\n--alternative--\n",
            wrapped(written.text.as_bytes())
        )
    };
    let files: Vec<String> = (0..written.photos)
        .map(|number| {
            format!(
                "--mixed\nContent-Type: image/jpeg; name=\"IMG_{number}.jpg\"\nContent-Transfer-Encoding: base64\n\
                 Content-Disposition: attachment; filename=\"IMG_{number}.jpg\"\n\n{}\n",
                wrapped(&photo(number))
            )
        })
        .collect();
    format!("{head}Content-Type: multipart/mixed; boundary=mixed\n\n--mixed\n{part}{}--mixed--\n", files.concat())
}

/// As Outlook writes it: a paragraph each.
fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs: Vec<String> = escaped
        .split("\n\n")
        .map(|paragraph| format!("<p class=MsoNormal>{}<o:p></o:p></p>", paragraph.replace('\n', "<br>")))
        .collect();
    format!("<html><body lang=FR><div class=WordSection1>{}</div></body></html>", paragraphs.concat())
}

fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

/// What holds of each of our letters.
fn look_at(letter: &Sent, answers: &str, before: &[Sent]) {
    assert_eq!(letter.defects, Vec::<String>::new());
    assert_eq!(letter.dkim, Some((true, false)), "the signature covers what arrived");
    assert_eq!(letter.header("in-reply-to"), format!("<{answers}>"));
    let references = letter.header("references");
    assert!(references.ends_with(&format!("<{answers}>")), "{references}");
    if let Some(last) = before.last() {
        assert!(references.contains(last.header("message-id")), "{references}");
        assert_eq!(letter.header("subject"), last.header("subject"));
        assert_eq!(letter.header("reply-to"), last.header("reply-to"));
        assert_ne!(letter.header("message-id"), last.header("message-id"));
    }
    assert_eq!(letter.header("auto-submitted"), "auto-replied");
    assert_eq!(letter.header("from"), "Sinistres Rives <story@rives.example>");
    assert_eq!(letter.mail_from, "story@rives.example");
    assert!(letter.header("content-type").starts_with("multipart/alternative"), "{:?}", letter.headers);
    // The HTML says what the text says.
    for line in letter.text.lines().filter(|line| !line.contains("--") && !line.contains(['\'', ':', '«', '-'])) {
        assert!(letter.html.contains(line.trim()), "{line} is not in {}", letter.html);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_water_damage_is_declared_by_letters_through_postfix() {
    let database = Database::sqlite();
    let sections = account(
        "story",
        &format!(
            "[email.accounts.dkim]\nselector = 'guichet'\nkey = 'file:{}'\n[email.accounts.lmtp]\nlisten = '{}'\n\
             [email.accounts.smtp]\nsecurity = 'starttls'\nuser = 'story'\n\
             password = 'secret'\nauthority = '{}/authority.pem'\n{}",
            peer("DKIM_KEY"),
            peer("POSTFIX_LMTP_STORY"),
            peer("TLS"),
            at("SUBMISSION")
        ),
    );
    let policies = concat!(env!("CARGO_MANIFEST_DIR"), "/flows/demo/policies.csv");
    let said = guichet(&database, "", &["import", "policies", policies]);
    assert!(said.contains("imported"), "{said}");
    let server = Server::start_with(&database.url, &sections);

    let julie = person("julie");
    let mut to = "story@rives.example".to_owned();
    let mut letters: Vec<Sent> = Vec::new();
    let (mut text, mut subject, mut photos) = (FIRST.to_owned(), "Dégât des eaux".to_owned(), 0);
    let mut asked_together = 0;
    loop {
        let id = format!("story{}@example.org", letters.len());
        let written = Written { id: id.clone(), subject, text, in_html: letters.len() % 3 == 1, photos };
        let raw = raw(&written, &julie, &to, letters.last());
        let answer = hand_over(&peer("POSTFIX"), "EHLO", &julie, &to, &raw);
        assert!(answer.starts_with("250"), "{answer}");
        let letter = sent(&julie, letters.len()).await;
        look_at(&letter, &id, &letters);
        asked_together = asked_together.max(questions(&letter.text).len());
        letter.header("reply-to").split(['<', '>']).nth(1).unwrap().clone_into(&mut to);
        subject = format!("RE: {}", letter.header("subject"));
        let is_done = letter.text.contains(SENT);
        letters.push(letter);
        if is_done {
            break;
        }
        assert!(letters.len() < MAX_LETTERS, "it does not end");
        let letter = letters.last().unwrap();
        let (own, attached) = words(letter, letters.len());
        (text, photos) = (with_quote(&own, letter, letters.len()), attached);
    }
    assert_eq!(asked_together, 6, "several questions stand in one letter");

    // One answer for each of her letters, and no more.
    assert!(!sent_file(&julie, letters.len()).exists());
    let store = database.store().await;
    let from = Endpoint { channel: Channel::Email, account: "story".into(), address: julie };
    let id = store.conversation_at(&from).await.unwrap().unwrap();
    assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, i64::try_from(letters.len()).unwrap());
    assert_eq!(database.number("SELECT COUNT(*) FROM conversation").await, 1);
    let conversation = store.conversation(id).await.unwrap().unwrap();
    let dossier = store.dossier(conversation.0.dossier.unwrap()).await.unwrap().unwrap();
    assert_eq!((dossier.peril.as_str(), dossier.policy.as_deref()), ("water_damage", Some("7541289")));
    assert_ne!(dossier.status, Status::Collecting);
    assert!(dossier.orientation.is_some(), "{dossier:?}");
    let last = letters.last().unwrap();
    assert!(last.text.contains(&format!("{SENT}{}", dossier.reference)), "{}", last.text);
    assert!(last.header("subject").contains(&dossier.reference));
    // What she wrote beside, and what came below, are told apart.
    let facts = store.cases(&ALL).facts(dossier.conversation).await.unwrap();
    for (name, part) in
        [("rooms", "kitchen"), ("cause", "appliance"), ("damage_amount", "70000"), ("building", "condominium")]
    {
        let fact = facts.iter().rfind(|fact| fact.name == name).map(|fact| serde_json::to_string(&fact.value).unwrap());
        assert!(fact.as_ref().is_some_and(|fact| fact.contains(part)), "{name}: {fact:?}");
    }
    // Both photos, each under its kind, and every letter as it came.
    let documents = store.documents(id).await.unwrap();
    let kinds: Vec<_> = documents.iter().filter_map(|document| document.kind.as_deref()).collect();
    assert!(kinds.contains(&"photo_wide") && kinds.contains(&"photo_close"), "{kinds:?}");
    assert_eq!(documents.len(), letters.len() + 2);
    drop(server);
}
