//! One person goes on by another channel: in the same dossier, at the same question, on both engines.

use guichet::{
    domain::{
        contact::Proof,
        link::LinkPurpose,
        message::{Body, Channel, Endpoint},
    },
    intake::Receipt,
};

use crate::support::{Database, House, on, on_both_engines, said};

on_both_engines! {
    a_claim_goes_from_the_web_to_sms_telegram_and_mail_at_the_same_question,
    a_code_is_good_once_and_for_half_an_hour,
    a_code_that_opens_nothing_is_told_and_guessing_is_stopped,
    an_address_with_a_claim_under_way_does_not_leave_it,
    an_address_whose_claim_is_done_takes_up_another,
    a_redelivered_code_changes_nothing,
    two_who_send_the_same_code_at_once_do_not_both_join,
    a_node_that_remembers_the_address_elsewhere_notices_that_it_moved,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";
const QUESTION: &str = "L’eau coule-t-elle encore\u{a0}?";

/// A conversation on the web that stands at [`QUESTION`].
async fn begun(house: &House, secret: &str) -> Endpoint {
    let web = on(Channel::Web, secret);
    house.say(&web, "bonjour, j'ai une fuite d'eau").await;
    assert!(house.say(&web, "non").await.contains(QUESTION));
    web
}

/// The code in what was told.
fn code(told: &str) -> String {
    let is_code = |word: &&str| word.len() == 9 && word.as_bytes()[4] == b'-';
    let mut words = told.split(|letter: char| letter.is_whitespace() || letter == '.');
    words.find(is_code).unwrap_or_else(|| panic!("no code in {told}")).to_owned()
}

async fn a_claim_goes_from_the_web_to_sms_telegram_and_mail_at_the_same_question(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let (dossier, conversation) = (house.dossier(&web).await, house.at(&web).await);

    let told = house.say(&web, "continuer par SMS").await;
    assert!(told.contains("06 39 98 01 00"), "{told}");
    let sms = on(Channel::Sms, "+33639980001");
    let answer = house.say(&sms, &code(&told).to_lowercase().replace('-', " ")).await;
    assert!(answer.ends_with(QUESTION), "{answer}");

    let told = house.say(&sms, "je préfère continuer sur Telegram").await;
    let token =
        told.split("https://t.me/MutuelleDesRivesBot?start=").nth(1).unwrap().split_whitespace().next().unwrap();
    let telegram = on(Channel::Telegram, "4711");
    let mut start = house.inbound(&telegram, Body { text: "/start".into(), ..Body::default() });
    start.token = Some(token.into());
    assert!(said(&house.receive(start).await.replies).ends_with(QUESTION));

    let told = house.say(&telegram, "continuer par e-mail").await;
    assert!(told.contains("sinistres@mutuelle-des-rives.example"), "{told}");
    let mail = on(Channel::Email, "julie@example.org");
    let letter = format!("Bonjour,\n\nvoici mon code : {}\n\nCordialement,\nJulie Moreau", code(&told));
    assert!(house.say(&mail, &letter).await.contains(QUESTION));
    // The answer counts, and the story is one.
    let answer = house.say(&mail, "oui").await;
    assert!(answer.contains("Avez-vous pu l’arrêter\u{a0}?"), "{answer}");
    for address in [&sms, &telegram, &mail, &web] {
        assert_eq!(house.at(address).await, conversation);
    }
    assert_eq!(house.store.conversation(conversation).await.unwrap().unwrap().0.endpoint, mail);
    let crossed = house.timeline(&dossier).await.into_iter().filter(|kind| kind == "crossed").count();
    assert_eq!(crossed, 3);
    let proofs: Vec<_> = house.store.addresses(conversation).await.unwrap().into_iter().map(|row| row.proof).collect();
    assert_eq!(proofs.iter().filter(|proof| **proof == Some(Proof::Code)).count(), 2);
    assert_eq!(proofs.iter().filter(|proof| **proof == Some(Proof::Link)).count(), 1);
    assert_eq!(proofs.iter().filter(|proof| **proof == Some(Proof::Session)).count(), 1);
    // Whoever comes back to the web by the link is in the same conversation as well.
    let told = house.say(&mail, "continuer sur le web").await;
    let link = told.split("https://guichet.example/c/").nth(1).unwrap();
    let token: String = link.chars().take_while(char::is_ascii_alphanumeric).collect();
    let hash = guichet::domain::token::hash(&token);
    let now = "2026-11-20T10:00:00+01:00".parse().unwrap();
    let opened = house.store.doors().by_link(&hash, LinkPurpose::Resume, now).await.unwrap();
    assert_eq!(opened.map(|one| one.id()), Some(conversation));
}

async fn a_code_is_good_once_and_for_half_an_hour(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let first = code(&house.say(&web, "continuer par SMS").await);
    let second = code(&house.say(&web, "continuer par SMS").await);
    assert!(house.say(&on(Channel::Sms, "1"), &first).await.ends_with(QUESTION));
    // Used.
    let answer = house.say(&on(Channel::Sms, "2"), &first).await;
    assert!(answer.starts_with("Ce code n’est pas valable"), "{answer}");
    assert_ne!(house.at(&on(Channel::Sms, "2")).await, house.at(&web).await);
    // Too late.
    house.pass(31 * 60 * 1000);
    let answer = house.say(&on(Channel::Sms, "3"), &second).await;
    assert!(answer.starts_with("Ce code n’est pas valable"), "{answer}");
    assert_ne!(house.at(&on(Channel::Sms, "3")).await, house.at(&web).await);
}

async fn a_code_that_opens_nothing_is_told_and_guessing_is_stopped(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let good = code(&house.say(&web, "continuer par SMS").await);
    let guesser = on(Channel::Sms, "+33639980009");
    for guess in 0..5 {
        let answer = house.say(&guesser, &format!("KM7T-R4{guess}X").replace('0', "9").replace('1', "8")).await;
        assert!(answer.contains("Ce code n’est pas valable"), "{answer}");
    }
    // From now on even the right one is a message like any other.
    house.say(&guesser, &good).await;
    assert_ne!(house.at(&guesser).await, house.at(&web).await);
    // The person is not kept out by it, nor is the guesser for ever.
    assert!(house.say(&on(Channel::Sms, "+33639980001"), &good).await.ends_with(QUESTION));
    house.pass(11 * 60 * 1000);
    let another = code(&house.say(&web, "continuer par SMS").await);
    assert!(house.say(&guesser, &another).await.ends_with(QUESTION));
}

async fn an_address_with_a_claim_under_way_does_not_leave_it(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let sms = on(Channel::Sms, "+33639980001");
    house.say(&sms, "bonjour, on m'a cambriolé").await;
    house.say(&sms, "non").await;
    let its_own = house.at(&sms).await;
    let code = code(&house.say(&web, "continuer par SMS").await);
    let answer = house.say(&sms, &code).await;
    assert!(answer.starts_with("Une autre déclaration est en cours ici."), "{answer}");
    assert_eq!(house.at(&sms).await, its_own);
    // The code is still good elsewhere.
    assert!(house.say(&on(Channel::Sms, "+33639980002"), &code).await.ends_with(QUESTION));
}

async fn an_address_whose_claim_is_done_takes_up_another(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let sms = on(Channel::Sms, "+33639980001");
    house.say(&sms, "bonjour, on m'a cambriolé").await;
    house.say(&sms, "non").await;
    house.say(&sms, "annuler").await;
    house.say(&sms, "oui").await;
    let before = house.at(&sms).await;
    let code = code(&house.say(&web, "continuer par SMS").await);
    assert!(house.say(&sms, &code).await.ends_with(QUESTION));
    assert_eq!(house.at(&sms).await, house.at(&web).await);
    // Nothing of the other one is gone, and nobody is pursued for it.
    assert!(!house.store.messages(before, 0, 100).await.unwrap().is_empty());
    house.set_clock("2026-11-23T12:00:00+01:00");
    assert_eq!(house.intake.do_due().await.unwrap(), 1);
}

async fn a_redelivered_code_changes_nothing(db: Database) {
    let house = House::open(&db, MORNING).await;
    let web = begun(&house, "secret").await;
    let code = code(&house.say(&web, "continuer par SMS").await);
    let sms = on(Channel::Sms, "+33639980001");
    let inbound = house.inbound(&sms, Body { text: code, ..Body::default() });
    let first = house.receive(inbound.clone()).await;
    let again = house.receive(inbound).await;
    assert!(again.duplicate && !first.duplicate);
    assert_eq!((again.conversation, again.seq), (first.conversation, first.seq));
    assert_eq!(first.conversation, house.at(&web).await);
}

async fn two_who_send_the_same_code_at_once_do_not_both_join(db: Database) {
    let nodes = [House::open(&db, MORNING).await, House::open(&db, MORNING).await];
    for round in 0..5 {
        let web = begun(&nodes[0], &format!("secret {round}")).await;
        let code = code(&nodes[0].say(&web, "continuer par SMS").await);
        let people = [on(Channel::Sms, &format!("a{round}")), on(Channel::Sms, &format!("b{round}"))];
        let [one, two] = [0, 1].map(|n| nodes[n].inbound(&people[n], Body { text: code.clone(), ..Body::default() }));
        let (one, two): (Receipt, Receipt) = tokio::join!(nodes[0].receive(one), nodes[1].receive(two));
        let conversation = nodes[0].at(&web).await;
        let joined = [one, two].into_iter().filter(|receipt| receipt.conversation == conversation).count();
        assert_eq!(joined, 1);
        assert_eq!(nodes[0].store.addresses(conversation).await.unwrap().len(), 2);
    }
}

async fn a_node_that_remembers_the_address_elsewhere_notices_that_it_moved(db: Database) {
    let nodes = [House::open(&db, MORNING).await, House::open(&db, MORNING).await];
    let web = begun(&nodes[0], "secret").await;
    let sms = on(Channel::Sms, "+33639980001");
    // The second node has the number's own, empty conversation in memory.
    nodes[1].say(&sms, "bonjour").await;
    let code = code(&nodes[0].say(&web, "continuer par SMS").await);
    assert!(nodes[0].say(&sms, &code).await.ends_with(QUESTION));
    let receipt = nodes[1].receive(nodes[1].inbound(&sms, Body { text: "oui".into(), ..Body::default() })).await;
    assert_eq!(receipt.conversation, nodes[0].at(&web).await);
}
