//! How a conversation begins, on both engines.

use guichet::domain::message::Channel;

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! { a_conversation_does_not_begin_with_a_reference_that_is_taken }

async fn a_conversation_does_not_begin_with_a_reference_that_is_taken(db: Database) {
    let [julie, paul] = [on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002")];
    let mut references = Vec::new();
    // A reference is made of the identifier's random bits: those of two nodes that count alike are the same.
    for (who, at) in [(&julie, "2026-11-20T10:00:00+01:00"), (&paul, "2026-11-20T11:00:00+01:00")] {
        let house = House::counting(&db, at, 0xAB).await;
        house.say(who, "bonjour, j'ai une fuite d'eau").await;
        house.say(who, "non").await;
        references.push(house.dossier(who).await.reference);
        house.store.close().await;
    }
    assert_ne!(references[0], references[1]);
}
