//! Two conversations of one person, and what comes after the end, on both engines.

use guichet::{
    conversation::{Action, Actor},
    domain::{
        id::ConversationId,
        log::Verdict,
        message::{Body, Channel, Endpoint},
    },
    dossier::Status,
    intake::Citation,
    store::MatchReason,
};

use crate::support::{ALL, Database, House, on, on_both_engines};

on_both_engines! {
    one_persons_two_dossiers_are_proposed_and_never_merged_by_themselves,
    a_handler_merges_two_dossiers_and_nothing_is_lost,
    a_node_with_the_merged_conversation_in_memory_goes_on_in_the_kept_one,
    what_cannot_be_merged_is_refused,
    a_letter_that_names_another_case_is_proposed_and_joins_it_by_a_handler_alone,
    a_person_who_is_known_goes_on_by_a_reference_at_another_account,
    a_word_after_the_end_reopens_the_dossier_for_a_while,
    long_after_the_end_the_person_says_which_claim_they_mean,
    whoever_withdrew_may_declare_another_claim,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";

fn ines() -> Actor {
    Actor { login: "ines".into(), name: "Inès".into() }
}

/// A claim for water damage begun at an address.
async fn claim(house: &House, from: &Endpoint) {
    house.say(from, "bonjour, j'ai une fuite d'eau").await;
    house.say(from, "non").await;
}

async fn one_persons_two_dossiers_are_proposed_and_never_merged_by_themselves(db: Database) {
    let house = House::open(&db, MORNING).await;
    let [web, sms, other] = [on(Channel::Web, "a"), on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002")];
    for from in [&web, &sms, &other] {
        claim(&house, from).await;
    }
    let (first, second, stranger) = (house.dossier(&web).await, house.dossier(&sms).await, house.dossier(&other).await);
    assert_eq!(house.store.cases(&ALL).duplicate_candidates(&first).await.unwrap(), []);
    // The same policy, by the same holder and by another.
    db.execute("UPDATE dossier SET policy = '7541289', holder = 'Julie Moreau'").await;
    let named = |name| format!("UPDATE dossier SET holder = '{name}' WHERE id = '{}'", stranger.id);
    db.execute(Box::leak(named("Paul Martin").into_boxed_str())).await;
    let first = house.store.dossier(first.id).await.unwrap().unwrap();
    let candidates = house.store.cases(&ALL).duplicate_candidates(&first).await.unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!((candidates[0].dossier, candidates[0].reason), (second.id, MatchReason::Policy));
    // Without a policy, by the number that both told.
    db.execute("UPDATE dossier SET policy = NULL").await;
    for dossier in [first.id, second.id] {
        let sql = format!(
            "INSERT INTO told_contact (dossier, name, value) VALUES ('{dossier}', 'phone', '+33639980001') \
             ON CONFLICT DO NOTHING"
        );
        db.execute(Box::leak(sql.into_boxed_str())).await;
    }
    let first = house.store.dossier(first.id).await.unwrap().unwrap();
    let candidates = house.store.cases(&ALL).duplicate_candidates(&first).await.unwrap();
    assert_eq!(
        candidates.iter().map(|it| (it.dossier, it.reason)).collect::<Vec<_>>(),
        [(second.id, MatchReason::Contact)]
    );
    // What is closed is not proposed, and nothing was merged by itself.
    house
        .intake
        .act(second.id, ines(), Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    assert_eq!(house.store.cases(&ALL).duplicate_candidates(&first).await.unwrap(), []);
    assert_ne!(house.at(&web).await, house.at(&sms).await);
}

async fn a_handler_merges_two_dossiers_and_nothing_is_lost(db: Database) {
    let house = House::open(&db, MORNING).await;
    let (web, sms) = (on(Channel::Web, "a"), on(Channel::Sms, "+33639980001"));
    claim(&house, &web).await;
    claim(&house, &sms).await;
    let (kept, merged) = (house.dossier(&web).await, house.dossier(&sms).await);
    let before = house.store.messages(merged.conversation, 0, 100).await.unwrap();
    house.intake.act(kept.id, ines(), Action::Merge { other: merged.id }).await.unwrap();
    assert_eq!(house.at(&sms).await, kept.conversation);
    assert_eq!(house.store.messages(merged.conversation, 0, 100).await.unwrap(), before);
    let merged = house.store.dossier(merged.id).await.unwrap().unwrap();
    assert_eq!(merged.status, Status::Closed);
    assert_eq!(house.timeline(&merged).await.last().unwrap(), "merged_into");
    let kept = house.store.dossier(kept.id).await.unwrap().unwrap();
    assert_eq!((kept.status, house.timeline(&kept).await.last().unwrap().as_str()), (Status::Collecting, "merged"));
    for dossier in [&kept, &merged] {
        let (_, fence) = house.store.conversation(dossier.conversation).await.unwrap().unwrap();
        assert_eq!(house.store.verify_log(&fence).await.unwrap(), Verdict::Intact);
    }
    // What is said by SMS is said in the kept dossier, and answered there.
    house.say(&sms, "oui").await;
    let conversation = house.store.conversation(kept.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.0.endpoint, sms);
    // Nobody is reminded of the other one.
    house.set_clock("2026-11-23T10:00:00+01:00");
    assert_eq!(house.intake.do_due().await.unwrap(), 1);
}

async fn a_node_with_the_merged_conversation_in_memory_goes_on_in_the_kept_one(db: Database) {
    let nodes = [House::open(&db, MORNING).await, House::open(&db, MORNING).await];
    let (web, sms) = (on(Channel::Web, "a"), on(Channel::Sms, "+33639980001"));
    claim(&nodes[0], &web).await;
    claim(&nodes[1], &sms).await;
    let (kept, merged) = (nodes[0].dossier(&web).await, nodes[0].dossier(&sms).await);
    nodes[0].intake.act(kept.id, ines(), Action::Merge { other: merged.id }).await.unwrap();
    for (node, word) in [(&nodes[1], "oui"), (&nodes[0], "non")] {
        let word = node.inbound(&sms, guichet::domain::message::Body { text: word.into(), ..Default::default() });
        assert_eq!(node.receive(word).await.conversation, kept.conversation);
    }
}

async fn what_cannot_be_merged_is_refused(db: Database) {
    let house = House::open(&db, MORNING).await;
    let (web, sms) = (on(Channel::Web, "a"), on(Channel::Sms, "+33639980001"));
    claim(&house, &web).await;
    claim(&house, &sms).await;
    let (one, other) = (house.dossier(&web).await, house.dossier(&sms).await);
    assert!(house.intake.act(one.id, ines(), Action::Merge { other: one.id }).await.is_err());
    house
        .intake
        .act(other.id, ines(), Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    assert!(house.intake.act(one.id, ines(), Action::Merge { other: other.id }).await.is_err());
    assert!(house.intake.act(other.id, ines(), Action::Merge { other: one.id }).await.is_err());
    assert_eq!(house.at(&sms).await, other.conversation);
}

/// A letter that names these cases, and where it landed.
async fn write(house: &House, from: &Endpoint, insurer: &str, cites: Vec<Citation>) -> ConversationId {
    let text = Body { text: "bonjour, je vous écris au sujet de la fuite".into(), ..Body::default() };
    let mut letter = house.inbound(from, text);
    (letter.cites, letter.insurer) = (cites, insurer.into());
    house.receive(letter).await.conversation
}

async fn a_letter_that_names_another_case_is_proposed_and_joins_it_by_a_handler_alone(db: Database) {
    let house = House::open(&db, MORNING).await;
    let [anne, eve, zoe] = ["anne", "eve", "zoe"].map(|name| on(Channel::Email, &format!("{name}@example.org")));
    claim(&house, &anne).await;
    let case = house.dossier(&anne).await;
    let by_reference = || vec![Citation::Reference("0000-0000".into()), Citation::Reference(case.reference.clone())];
    for from in [&eve, &zoe] {
        assert_ne!(write(&house, from, "demo", by_reference()).await, case.conversation);
        // Once more, by its thread: it is known.
        write(&house, from, "demo", vec![Citation::Conversation(case.conversation)]).await;
    }
    let (eves, zoes) = (house.dossier(&eve).await, house.dossier(&zoe).await);
    for apart in [&eves, &zoes] {
        assert!(apart.waiting_since.is_some(), "nobody would see it");
        assert_eq!(house.timeline(apart).await.iter().filter(|kind| *kind == "cited").count(), 1);
        let candidates = house.store.cases(&ALL).duplicate_candidates(apart).await.unwrap();
        assert_eq!(
            candidates.iter().map(|it| (it.dossier, it.reason)).collect::<Vec<_>>(),
            [(case.id, MatchReason::Letter)]
        );
    }
    let candidates = house.store.cases(&ALL).duplicate_candidates(&case).await.unwrap();
    assert_eq!(candidates.len(), 2);
    assert!(candidates.iter().all(|it| [eves.id, zoes.id].contains(&it.dossier)));
    // The one is refused, and waits no more; the other accepted.
    house.intake.act(zoes.id, ines(), Action::RejectDuplicate { other: case.id }).await.unwrap();
    assert_eq!(house.dossier(&zoe).await.waiting_since, None);
    house.intake.act(case.id, ines(), Action::Merge { other: eves.id }).await.unwrap();
    assert_eq!((house.at(&eve).await, house.at(&zoe).await), (case.conversation, zoes.conversation));
    // Neither is proposed any more, on either side.
    assert_eq!(house.store.cases(&ALL).duplicate_candidates(&case).await.unwrap(), []);
}

async fn a_person_who_is_known_goes_on_by_a_reference_at_another_account(db: Database) {
    let house = House::open(&db, MORNING).await;
    let anne = on(Channel::Email, "anne@example.org");
    claim(&house, &anne).await;
    let case = house.dossier(&anne).await;
    let cites = || vec![Citation::Reference(case.reference.clone())];
    let at = |account: &str| Endpoint { account: account.into(), ..anne.clone() };
    assert_eq!(write(&house, &at("claims"), "demo", cites()).await, case.conversation);
    assert_eq!(house.at(&at("claims")).await, case.conversation);
    // Another insurer's account knows nothing of it, nor does it say so.
    let elsewhere = write(&house, &at("phare"), "phare", cites()).await;
    assert_ne!(elsewhere, case.conversation);
    assert_eq!(db.number("SELECT COUNT(*) FROM citation").await, 0);
    // What is closed is nobody's to join.
    house
        .intake
        .act(case.id, ines(), Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    assert_ne!(write(&house, &at("late"), "demo", cites()).await, case.conversation);
    assert_eq!(db.number("SELECT COUNT(*) FROM citation").await, 0);
}

async fn a_word_after_the_end_reopens_the_dossier_for_a_while(db: Database) {
    let house = House::open(&db, MORNING).await;
    let sms = on(Channel::Sms, "+33639980001");
    claim(&house, &sms).await;
    let dossier = house.dossier(&sms).await;
    house
        .intake
        .act(dossier.id, ines(), Action::Close { reason: "réglé".into(), message: None, refuses: false })
        .await
        .unwrap();
    house.set_clock("2026-12-19T10:00:00+01:00");
    house.say(&sms, "l'eau coule de nouveau").await;
    let dossier = house.dossier(&sms).await;
    assert_eq!(dossier.status, Status::HandedOver);
    assert!(house.timeline(&dossier).await.contains(&"reopened".to_owned()));
}

async fn long_after_the_end_the_person_says_which_claim_they_mean(db: Database) {
    let house = House::open(&db, MORNING).await;
    let [same, another, unclear] = ["1", "2", "3"].map(|number| on(Channel::Sms, number));
    let mut dossiers = Vec::new();
    for from in [&same, &another, &unclear] {
        claim(&house, from).await;
        let dossier = house.dossier(from).await;
        house
            .intake
            .act(dossier.id, ines(), Action::Close { reason: "réglé".into(), message: None, refuses: false })
            .await
            .unwrap();
        dossiers.push(dossier);
    }
    house.set_clock("2027-01-05T10:00:00+01:00");
    for from in [&same, &another, &unclear] {
        let asked = house.say(from, "bonjour").await;
        assert!(asked.starts_with("Votre dossier est clos."), "{asked}");
        assert_eq!(house.dossier(from).await.status, Status::Closed);
    }
    assert!(house.say(&same, "le même").await.starts_with("Votre dossier est rouvert"));
    assert_eq!(house.dossier(&same).await.status, Status::HandedOver);
    assert_eq!(house.dossier(&same).await.id, dossiers[0].id);

    let greeting = house.say(&another, "un autre").await;
    assert!(greeting.contains("Bonjour, ici Mutuelle des Rives"), "{greeting}");
    assert_ne!(house.at(&another).await, dossiers[1].conversation);
    assert_eq!(house.store.dossier(dossiers[1].id).await.unwrap().unwrap().status, Status::Closed);
    house.say(&another, "non").await;
    house.say(&another, "on m'a cambriolé").await;
    assert_ne!(house.dossier(&another).await.id, dossiers[1].id);

    assert!(house.say(&unclear, "ma tante est passée hier").await.contains("Votre dossier est clos."));
    assert!(house.say(&unclear, "elle va bien").await.contains("Votre dossier est rouvert"));
    assert_eq!(house.dossier(&unclear).await.status, Status::HandedOver);
}

async fn whoever_withdrew_may_declare_another_claim(db: Database) {
    let house = House::open(&db, MORNING).await;
    let sms = on(Channel::Sms, "+33639980001");
    claim(&house, &sms).await;
    let before = house.dossier(&sms).await;
    house.say(&sms, "annuler").await;
    house.say(&sms, "oui").await;
    assert!(house.say(&sms, "bonjour").await.starts_with("Votre dossier est clos"));
    house.say(&sms, "nouvelle déclaration").await;
    assert_ne!(house.at(&sms).await, before.conversation);
    // Whoever gave up before it was known what happened simply begins again.
    let early = on(Channel::Sms, "+33639980002");
    for text in ["bonjour", "annuler", "oui"] {
        house.say(&early, text).await;
    }
    let before = house.at(&early).await;
    assert!(house.say(&early, "rebonjour").await.contains("Bonjour, ici Mutuelle des Rives"));
    assert_ne!(house.at(&early).await, before);
}
