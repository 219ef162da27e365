//! What handlers write for each other, and what they correct: what follows is seen before it is done, and done as it was seen.

use guichet::{
    conversation::{Accounts, Action, Actor, Foreseen},
    domain::{
        fact::Value,
        message::{Author, Channel, Endpoint},
        priority::Priority,
    },
    dossier::{Dossier, Status, TimelineEvent},
    flow::TemplatePurpose,
    identity::Scope,
    intake::IntakeError,
};

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    a_note_reaches_nobody_but_colleagues,
    whoever_is_named_finds_it_until_they_open_the_dossier,
    what_is_foreseen_is_what_is_done,
    a_correction_while_a_handler_answers_is_decided_and_they_go_on,
    a_correction_while_the_person_is_asked_repeats_no_question,
    a_fact_that_changed_meanwhile_is_not_corrected,
    a_claim_is_reclassified_before_and_after_it_is_sent,
    what_is_closed_is_taken_up_again,
    whoever_is_refused_reads_why_and_how_to_contest,
    a_template_is_filled_in_for_its_case,
    a_document_is_asked_for_in_own_words,
    a_priority_is_changed_by_a_person,
}

const SECRET: &str = "Le voisin ment, @hugo, ne rien lui dire";

fn ines() -> Actor {
    Actor { login: "ines".into(), name: "Inès Robert".into() }
}

async fn act(house: &House, dossier: &Dossier, action: Action) -> Foreseen {
    let foreseen = house.intake.foresee(dossier.id, ines(), action.clone()).await.unwrap();
    house.intake.act(dossier.id, ines(), action).await.unwrap();
    foreseen
}

/// Everything that was said, by whomever.
async fn all_said(house: &House, person: &Endpoint) -> Vec<(Author, String)> {
    let messages = house.store.messages(house.at(person).await, 0, 1000).await.unwrap();
    messages.into_iter().map(|message| (message.author, message.body.text)).collect()
}

/// What was ever put into the outbox for a person.
async fn waiting(house: &House, person: &Endpoint) -> usize {
    let everything = Scope::everything();
    house.store.cases(&everything).outbox(house.at(person).await, 0).await.unwrap().len()
}

async fn correct(house: &House, dossier: &Dossier, fact: &str, written: &str) -> Foreseen {
    let name = fact.into();
    let field = house.intake.desk_field(dossier.id, &name).await.unwrap().unwrap();
    let value = house.intake.read_desk_field(dossier.id, &name, written).await.unwrap().unwrap();
    act(house, dossier, Action::Correct { fact: name, value, was: field.value, reason: "au téléphone".into() }).await
}

async fn a_note_reaches_nobody_but_colleagues(db: Database) {
    let channels = [Channel::Sms, Channel::Email, Channel::Telegram, Channel::Web];
    let accounts = Accounts::new(channels.map(|channel| (channel, "test".to_owned())));
    let house = House::open_with(&db, "2026-11-20T10:00:00+01:00", accounts).await;
    for (number, channel) in channels.into_iter().enumerate() {
        let person = on(channel, &format!("+3363998010{number}"));
        house.declare(&person).await;
        let dossier = house.dossier(&person).await;
        let (said, sent) = (all_said(&house, &person).await, waiting(&house, &person).await);
        let note = Action::Note { text: SECRET.into(), mentions: vec!["hugo".into()] };
        let foreseen = act(&house, &dossier, note).await;
        assert!(foreseen.said.is_empty(), "{channel:?}");

        // No message is made of it and nothing waits to be sent: no way to the person knows it.
        assert_eq!(all_said(&house, &person).await, said, "{channel:?}");
        assert_eq!(waiting(&house, &person).await, sent, "{channel:?}");
        let declaration = house.intake.declaration(dossier.conversation).await.unwrap();
        assert!(!format!("{declaration:?}").contains("voisin ment"), "{channel:?}");
        let facts = house.store.cases(&Scope::everything()).facts(dossier.conversation).await.unwrap();
        assert!(!format!("{facts:?}").contains("voisin ment"), "{channel:?}");
        // Who asks is answered as before, and the flow goes on as before.
        let answer = house.say(&person, "résumé").await;
        assert!(!answer.is_empty() && !answer.contains("voisin ment"), "{channel:?} {answer}");

        let timeline = house.store.timeline(dossier.conversation).await.unwrap();
        let noted = timeline.iter().find(|entry| entry.kind == "noted").unwrap();
        assert_eq!(noted.event(), TimelineEvent::Noted { text: SECRET.into(), mentions: vec!["hugo".into()] });
        assert_eq!(noted.actor, "ines");
    }
}

async fn whoever_is_named_finds_it_until_they_open_the_dossier(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    act(&house, &dossier, Action::Note { text: SECRET.into(), mentions: vec!["hugo".into()] }).await;
    let (all, phare) = (
        Scope::everything(),
        Scope::of("handler", "hugo", ["phare"].into_iter().collect(), ["x"].into_iter().collect()),
    );
    let cases = house.store.cases(&all);
    let mentions = cases.mentions("hugo").await.unwrap();
    assert_eq!(mentions.len(), 1);
    assert_eq!((mentions[0].row.by.as_str(), &mentions[0].reference), ("ines", &dossier.reference));
    assert!(cases.mentions("ines").await.unwrap().is_empty());
    assert!(house.store.cases(&phare).mentions("hugo").await.unwrap().is_empty(), "of another insurer");
    assert!(cases.is_mentioned("hugo", dossier.id).await.unwrap());
    cases.read_mentions("hugo", dossier.id).await.unwrap();
    assert!(cases.mentions("hugo").await.unwrap().is_empty());
}

async fn what_is_foreseen_is_what_is_done(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let before = house.timeline(&dossier).await;
    let name = "damage_amount".into();
    let field = house.intake.desk_field(dossier.id, &name).await.unwrap().unwrap();
    let action =
        Action::Correct { fact: name, value: Some(Value::Amount(1_200_000)), was: field.value, reason: "devis".into() };
    let foreseen = house.intake.foresee(dossier.id, ines(), action.clone()).await.unwrap();
    assert_eq!(house.timeline(&dossier).await, before, "looking does nothing");
    assert_eq!(house.dossier(&person).await, dossier);
    house.intake.act(dossier.id, ines(), action).await.unwrap();
    let done: Vec<String> = house.timeline(&dossier).await.split_off(before.len());
    let seen: Vec<String> = foreseen.timeline.into_iter().map(|entry| entry.kind).collect();
    assert_eq!(done, seen);
    let (after, now) = (foreseen.after.unwrap(), house.dossier(&person).await);
    assert_eq!((after.orientation, after.status, &after.wanted), (now.orientation, now.status, &now.wanted));
}

async fn a_correction_while_a_handler_answers_is_decided_and_they_go_on(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    // Also while a handler answers: what is decided is decided again, and they go on answering.
    act(&house, &dossier, Action::TakeOver).await;
    let said = all_said(&house, &person).await.len();
    let foreseen = correct(&house, &dossier, "damage_amount", "4500").await;
    let now = house.dossier(&person).await;
    assert!(house.timeline(&dossier).await.iter().filter(|kind| *kind == "oriented").count() >= 2, "decided again");
    assert_eq!(now.orientation, foreseen.after.unwrap().orientation);
    assert_eq!(now.handler.as_deref(), Some("ines"));
    assert_eq!(all_said(&house, &person).await.len() - said, foreseen.said.len());
    let facts = house.store.cases(&Scope::everything()).facts(dossier.conversation).await.unwrap();
    let amounts: Vec<_> = facts.iter().filter(|row| row.name == "damage_amount").collect();
    assert!(amounts.len() >= 2, "what was said before is kept: {amounts:?}");
    assert_eq!(amounts.last().unwrap().source, guichet::domain::fact::Source::Handler("ines".into()));
    // What the person writes is still for the handler alone.
    assert_eq!(house.say(&person, "merci").await, "");
}

async fn a_correction_while_the_person_is_asked_repeats_no_question(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.say(&person, "bonjour, une fuite d'eau dans ma cuisine hier, aucun blessé, aucun danger").await;
    let dossier = house.dossier(&person).await;
    let said = all_said(&house, &person).await.len();
    let foreseen = correct(&house, &dossier, "loss_date", "2026-11-17").await;
    assert!(foreseen.said.is_empty(), "{:?}", foreseen.said);
    assert_eq!(all_said(&house, &person).await.len(), said);
    assert!(!house.say(&person, "oui").await.is_empty(), "the flow goes on");
}

async fn a_fact_that_changed_meanwhile_is_not_corrected(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let action = Action::Correct {
        fact: "loss_date".into(),
        value: None,
        was: Some(Value::Text("what an old page showed".into())),
        reason: "x".into(),
    };
    let error = house.intake.act(dossier.id, ines(), action).await.unwrap_err();
    assert!(matches!(error, IntakeError::Conversation(_)), "{error}");
}

async fn a_claim_is_reclassified_before_and_after_it_is_sent(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let reclassify = |peril: &str| Action::Reclassify { peril: peril.into(), reason: "le toit".into() };
    for (number, sent) in [(1, true), (2, false)] {
        let person = on(Channel::Sms, &format!("+3363998010{number}"));
        if sent {
            house.declare(&person).await;
        } else {
            house.say(&person, "bonjour, une fuite d'eau dans ma cuisine hier, aucun blessé, aucun danger").await;
        }
        let dossier = house.dossier(&person).await;
        act(&house, &dossier, Action::TakeOver).await;
        assert_eq!(dossier.peril, "water_damage");
        let foreseen = act(&house, &dossier, reclassify("storm")).await;
        assert_eq!(foreseen.after.unwrap().peril, "storm", "sent: {sent}");
        let now = house.dossier(&person).await;
        assert_eq!(now.peril, "storm", "sent: {sent}");
        assert!(house.timeline(&dossier).await.contains(&"reclassified".to_owned()));
        // Again to where it is, or to what there is not: nothing.
        for peril in ["storm", "unicorn"] {
            assert!(house.intake.act(dossier.id, ines(), reclassify(peril)).await.is_err(), "{peril}");
        }
        for peril in ["car_theft", "fire", "burglary", "flood", "other"] {
            act(&house, &now, reclassify(peril)).await;
            assert_eq!(house.dossier(&person).await.peril, peril);
        }
    }
}

async fn what_is_closed_is_taken_up_again(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let reopen = Action::Reopen { reason: "nouveau devis".into() };
    assert!(house.intake.act(dossier.id, ines(), reopen.clone()).await.is_err(), "what is open is not opened");
    act(&house, &dossier, Action::Close { reason: "réglé".into(), message: None, refuses: false }).await;
    assert_eq!(house.dossier(&person).await.status, Status::Closed);
    let foreseen = act(&house, &dossier, reopen).await;
    assert!(foreseen.said.is_empty());
    let now = house.dossier(&person).await;
    assert_eq!((now.status, now.handler.as_deref()), (Status::HandedOver, Some("ines")));
    assert_eq!(house.timeline(&dossier).await.last().unwrap(), "taken_up_again");
    // What the person writes is for whoever took it up.
    house.say(&person, "bonjour").await;
    assert!(house.dossier(&person).await.waiting_since.is_some());
}

async fn whoever_is_refused_reads_why_and_how_to_contest(db: Database) {
    let accounts = Accounts::new([(Channel::Sms, "test".to_owned())]);
    let house = House::open_with(&db, "2026-11-20T10:00:00+01:00", accounts).await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let templates = house.intake.templates(dossier.id, "Inès Robert").await.unwrap();
    let refusal = templates.iter().find(|template| template.purpose == TemplatePurpose::Refuse).unwrap();
    assert!(refusal.text.contains("Médiation de l’Assurance") && refusal.text.contains("[…]"), "{}", refusal.text);
    let message = refusal.text.replace("[…]", "l’article 12");
    let waiting_before = waiting(&house, &person).await;
    let close = Action::Close { reason: "hors garantie".into(), message: Some(message.clone()), refuses: true };
    let foreseen = act(&house, &dossier, close).await;
    assert_eq!(foreseen.said[0].1.text, message);
    let said = all_said(&house, &person).await;
    let told = said.iter().find(|(_, text)| *text == message).unwrap();
    assert_eq!(told.0, Author::Handler { login: "ines".into(), name: "Inès Robert".into() });
    assert!(waiting(&house, &person).await > waiting_before, "it is on its way");
    let timeline = house.store.timeline(dossier.conversation).await.unwrap();
    let closed = timeline.iter().find(|entry| entry.kind == "closed").unwrap();
    assert_eq!(closed.event(), TimelineEvent::Closed { reason: "hors garantie".into(), refused: true });
    assert!(!said.iter().any(|(_, text)| text.contains("hors garantie")), "the inner reason stays inside");
}

async fn a_template_is_filled_in_for_its_case(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let templates = house.intake.templates(dossier.id, "Inès Robert").await.unwrap();
    let text =
        |code: &str| templates.iter().find(|template| template.code == code).map(|template| template.text.clone());
    let hello = text("accuse-reception").unwrap();
    assert!(
        hello.contains(&dossier.reference) && hello.contains("Inès Robert") && hello.contains("Mutuelle des Rives"),
        "{hello}"
    );
    assert!(text("constat-eaux").is_some() && text("plainte").is_none(), "those of the family");
    assert!(templates.len() >= 12, "{}", templates.len());
}

async fn a_document_is_asked_for_in_own_words(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let own = "Pouvez-vous photographier votre bail, les deux pages ?";
    let ask = |text: Option<&str>| Action::AskDocument { kind: "lease".into(), text: text.map(str::to_owned) };
    let foreseen = act(&house, &dossier, ask(Some(own))).await;
    assert_eq!(foreseen.said[0].1.text, own);
    assert!(foreseen.said[0].1.asks_for_files(), "with the way to send it");
    assert!(house.dossier(&person).await.wanted.iter().any(|wanted| wanted.kind == "lease" && wanted.required));
}

async fn a_priority_is_changed_by_a_person(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Sms, "+33639980101");
    house.declare(&person).await;
    let dossier = house.dossier(&person).await;
    let action = Action::SetPriority { priority: Priority::Urgent, reason: "bébé".into() };
    act(&house, &dossier, action.clone()).await;
    assert_eq!(house.dossier(&person).await.priority, Priority::Urgent);
    act(&house, &dossier, action).await;
    let changes = house.timeline(&dossier).await.into_iter().filter(|kind| kind == "priority_changed").count();
    assert_eq!(changes, 1, "what is so already is no change");
}
