//! After a claim was sent, on both engines: the form that completes the file, by several nodes.

use guichet::{
    domain::{
        fact::Value,
        fact_name::FactName,
        link::LinkPurpose,
        message::{Channel, MessageLink},
    },
    intake::{Filled, code, code_hash, page_link},
};

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    a_field_is_kept_where_nobody_changed_it_since_on_whatever_node,
    a_claim_that_is_sent_leads_to_how_it_stands,
    a_code_is_one_conversation_s_and_good_once,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";

async fn a_field_is_kept_where_nobody_changed_it_since_on_whatever_node(db: Database) {
    let (here, there) = (House::open(&db, MORNING).await, House::open(&db, MORNING).await);
    let lea = on(Channel::Sms, "+33639980001");
    here.declare(&lea).await;
    let id = here.at(&lea).await;
    let amount = FactName::from("damage_amount");
    let written = async |house: &House| {
        let declaration = house.intake.declaration(id).await.unwrap();
        declaration.field(&amount).map(|field| field.written.clone())
    };
    assert_eq!(written(&here).await, Some(String::new()), "nobody knew it");
    assert_eq!(there.intake.fill(id, amount.clone(), "900", "").await.unwrap(), Filled::Kept);
    // This node has the conversation in memory as it was, and must not take it for what is known.
    assert_eq!(here.intake.fill(id, amount.clone(), "1 200", "").await.unwrap(), Filled::Changed);
    let known = here.store.one_conversation(id).facts().await.unwrap();
    let last = known.iter().rev().find(|row| row.name == amount).unwrap();
    assert_eq!(last.value, Some(Value::Amount(90_000)));
    let wrong = here.intake.fill(id, amount.clone(), "beaucoup", "").await.unwrap();
    assert!(matches!(wrong, Filled::Wrong(_)), "{wrong:?}");
    assert_eq!(here.intake.fill(id, FactName::from("loss_date"), "2026-11-01", "").await.unwrap(), Filled::NotAsked);
}

async fn a_claim_that_is_sent_leads_to_how_it_stands(db: Database) {
    let house = House::open(&db, MORNING).await;
    let lea = on(Channel::Sms, "+33639980001");
    house.declare(&lea).await;
    let id = house.at(&lea).await;
    let leading = async || {
        let said = house.store.messages(id, 0, 1000).await.unwrap();
        said.iter().filter(|message| message.body.link == Some(MessageLink::Status)).count()
    };
    assert_eq!(leading().await, 1, "its end does");
    house.say(&lea, "où en est mon dossier ?").await;
    assert_eq!(leading().await, 2, "so does the answer to whoever asks");
    let one = house.store.one_conversation(id);
    let place = page_link(&one, LinkPurpose::Status, house.now()).await.unwrap();
    assert!(place.starts_with("/s/") && place.len() == 25, "{place}");
}

async fn a_code_is_one_conversation_s_and_good_once(db: Database) {
    let house = House::open(&db, MORNING).await;
    let (lea, max) = (on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002"));
    for from in [&lea, &max] {
        house.say(from, "bonjour").await;
    }
    let (hers, his) = (house.at(&lea).await, house.at(&max).await);
    let code = code(&house.store, hers, house.now()).await.unwrap();
    let spent = async |id, by| house.store.one_conversation(id).spend_code(&code_hash(by, &code), house.now()).await;
    assert!(!spent(his, his).await.unwrap() && !spent(his, hers).await.unwrap());
    assert!(spent(hers, hers).await.unwrap());
    assert!(!spent(hers, hers).await.unwrap(), "it was used");
}
