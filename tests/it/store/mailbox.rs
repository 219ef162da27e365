//! The program's own secrets, and how far a mailbox was read.

use guichet::{domain::message::Channel, store::MailboxRow};

use crate::support::{Database, on_both_engines};

on_both_engines! {
    a_secret_is_made_once,
    a_mailbox_is_read_forward,
}

async fn a_secret_is_made_once(database: Database) {
    let (one, other) = (database.store().await, database.store().await);
    // Two nodes that start at once.
    let (first, second) = tokio::join!(one.secret("key"), other.secret("key"));
    let key = first.unwrap();
    assert_eq!(key, second.unwrap());
    assert_eq!(key.len(), 64);
    assert_ne!(one.secret("another").await.unwrap(), key);
    assert_eq!(database.store().await.secret("key").await.unwrap(), key);
}

async fn a_mailbox_is_read_forward(database: Database) {
    let store = database.store().await;
    let read = async || store.mailbox(Channel::Email, "mail").await.unwrap();
    assert_eq!(read().await, None);
    for (validity, last_uid, expected) in [
        (7, 10, (7, 10)),
        (7, 12, (7, 12)),
        // Another node is behind.
        (7, 11, (7, 12)),
        // The mailbox was made anew.
        (u32::MAX, 1, (u32::MAX, 1)),
    ] {
        store.advance_mailbox(Channel::Email, "mail", MailboxRow { validity, last_uid }).await.unwrap();
        assert_eq!(read().await, Some(MailboxRow { validity: expected.0, last_uid: expected.1 }));
    }
    assert_eq!(store.mailbox(Channel::Email, "other").await.unwrap(), None);
}
