//! What a policyholder's door reaches: one conversation, and nothing of another.

use guichet::{
    document::Inspection,
    domain::{contact::Proof, id::DocumentId},
    store::DocumentRow,
};

use crate::support::{Case, Database, at, endpoint, on_both_engines};

on_both_engines! { a_door_opens_its_own_conversation_and_no_other, a_link_opens_its_conversation_until_it_ends }

async fn a_door_opens_its_own_conversation_and_no_other(db: Database) {
    let store = db.store().await;
    let (mut own, mut other) = (Case::new("own"), Case::new("other"));
    store.commit(own.turn("1", "à moi")).await.unwrap();
    store.commit(other.turn("2", "à l'autre")).await.unwrap();

    let mine = store.doors().at(&endpoint("own")).await.unwrap().unwrap();
    let theirs = store.doors().at(&endpoint("other")).await.unwrap().unwrap();
    assert!(store.doors().at(&endpoint("nobody's")).await.unwrap().is_none());
    assert_eq!((mine.id(), theirs.id()), (own.id(), other.id()));
    assert_eq!(mine.row().await.unwrap().unwrap(), (own.conversation.clone(), own.fence.clone()));
    assert_eq!(mine.dossier().await.unwrap().unwrap().id, own.dossier.id);
    let texts: Vec<_> = mine.messages(0, 10).await.unwrap().into_iter().map(|message| message.body.text).collect();
    assert_eq!(texts, ["à moi", "reply to 1"]);

    // A row that names another conversation is kept as this one's all the same.
    let document = DocumentRow {
        id: DocumentId::new(at(3)),
        conversation: other.id(),
        dossier: None,
        kind: None,
        upload_id: "upload".into(),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1,
        sha256: "ab".repeat(32),
        inspection: Inspection::default(),
        at: at(3),
    };
    let kept = mine.add_document(document).await.unwrap();
    assert_eq!(kept.conversation, own.id());
    assert_eq!(mine.document(kept.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(mine.document_by_upload("upload").await.unwrap(), Some(kept.clone()));
    assert_eq!(theirs.document(kept.id).await.unwrap(), None);
    assert_eq!(theirs.document_by_upload("upload").await.unwrap(), None);
    assert!(theirs.documents().await.unwrap().is_empty());
}

async fn a_link_opens_its_conversation_until_it_ends(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("own");
    store.commit(case.turn("1", "")).await.unwrap();
    let one = store.doors().at(&endpoint("own")).await.unwrap().unwrap();
    one.add_resume_link("hash", at(100)).await.unwrap();
    let opened = store.doors().by_link("hash", at(99)).await.unwrap().unwrap();
    assert_eq!(opened.id(), case.id());
    assert!(store.doors().by_link("hash", at(100)).await.unwrap().is_none());

    let contact = case.conversation.contact;
    assert!(opened.join(endpoint("another device"), contact, Some(Proof::Link), at(5)).await.unwrap());
    assert!(!opened.join(endpoint("own"), contact, Some(Proof::Link), at(6)).await.unwrap(), "in use");
    let joined = store.doors().at(&endpoint("another device")).await.unwrap().unwrap();
    assert_eq!(joined.id(), case.id());
}
