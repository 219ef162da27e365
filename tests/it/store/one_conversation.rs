//! What a policyholder's door reaches: one conversation, and nothing of another.

use guichet::{
    conversation::files::QUOTA,
    document::Inspection,
    domain::{
        id::DocumentId,
        link::LinkPurpose,
        message::{Channel, Endpoint},
    },
    store::{DocumentRow, Engine, OneConversation},
};

use crate::support::{Case, Database, at, endpoint, on_both_engines};

on_both_engines! {
    a_door_opens_its_own_conversation_and_no_other,
    a_link_opens_one_conversation_for_one_purpose_until_it_or_the_dossier_ends,
    a_link_to_the_chat_opens_it_on_one_device,
    a_device_is_logged_out_when_it_is_not_used_for_ninety_days,
    a_person_logs_the_other_devices_out_or_this_one,
}

async fn a_door_opens_its_own_conversation_and_no_other(db: Database) {
    let store = db.store().await;
    let (mut own, mut other) = (Case::new("own"), Case::new("other"));
    store.commit(own.turn("1", "à moi")).await.unwrap();
    store.commit(other.turn("2", "à l'autre")).await.unwrap();

    let mine = store.doors().session(&endpoint("own"), at(2)).await.unwrap().unwrap();
    let theirs = store.doors().session(&endpoint("other"), at(2)).await.unwrap().unwrap();
    assert!(store.doors().session(&endpoint("nobody's"), at(2)).await.unwrap().is_none());
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
        is_supposed: false,
        upload_id: "upload".into(),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1,
        sha256: "ab".repeat(32),
        inspection: Inspection::default(),
        at: at(3),
    };
    let kept = mine.add_document(document, QUOTA).await.unwrap().unwrap();
    assert_eq!(kept.conversation, own.id());
    assert_eq!(mine.document(kept.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(mine.document_by_upload("upload").await.unwrap(), Some(kept.clone()));
    assert_eq!(theirs.document(kept.id).await.unwrap(), None);
    assert_eq!(theirs.document_by_upload("upload").await.unwrap(), None);
    assert!(theirs.documents().await.unwrap().is_empty());
}

async fn a_link_opens_one_conversation_for_one_purpose_until_it_or_the_dossier_ends(db: Database) {
    let store = db.store().await;
    let (case, one) = web_case(&store, "own").await;
    for purpose in LinkPurpose::ALL {
        one.add_link(purpose.name(), purpose, at(100)).await.unwrap();
    }
    let doors = store.doors();
    let opened =
        async |hash: &str, purpose, when| doors.by_link(hash, purpose, at(when)).await.unwrap().map(|one| one.id());
    assert_eq!(opened("upload", LinkPurpose::Upload, 99).await, Some(case.id()));
    assert_eq!(opened("resume", LinkPurpose::Resume, 99).await, Some(case.id()));
    assert_eq!(opened("upload", LinkPurpose::Upload, 100).await, None, "its time is over");
    assert_eq!(opened("upload", LinkPurpose::Resume, 99).await, None, "it sends files, and opens no chat");
    assert_eq!(opened("resume", LinkPurpose::Upload, 99).await, None);
    assert!(doors.resume("upload", &device("another"), at(99)).await.unwrap().is_none());
    for link in LinkPurpose::ALL {
        for purpose in LinkPurpose::ALL {
            let opens = opened(link.name(), purpose, 99).await.is_some();
            assert_eq!(opens, link == purpose, "{} for {}", link.name(), purpose.name());
        }
    }

    db.execute("UPDATE dossier SET status = 'closed'").await;
    assert_eq!(opened("status", LinkPurpose::Status, 99).await, Some(case.id()), "it is still shown that it is over");
    assert_eq!(opened("complete", LinkPurpose::Complete, 99).await, None);
    db.execute("UPDATE dossier SET updated_at = updated_at - 5184000000").await;
    assert_eq!(opened("status", LinkPurpose::Status, 99).await, None, "for sixty days");
    assert_eq!(opened("upload", LinkPurpose::Upload, 99).await, None, "the dossier is over");
    assert!(doors.resume("resume", &device("another"), at(99)).await.unwrap().is_none());
    db.execute("UPDATE dossier SET status = 'handed_over'").await;
    assert_eq!(opened("upload", LinkPurpose::Upload, 99).await, Some(case.id()), "it goes on");
}

async fn a_link_to_the_chat_opens_it_on_one_device(db: Database) {
    let store = db.store().await;
    let (case, one) = web_case(&store, "own").await;
    let (_, other) = web_case(&store, "taken").await;
    one.add_link("hash", LinkPurpose::Resume, at(100)).await.unwrap();
    let doors = store.doors();
    let resume = async |address: &str| doors.resume("hash", &device(address), at(5)).await.unwrap().map(|one| one.id());
    assert_eq!(resume("taken").await, None, "the address is another conversation's");
    assert_eq!(doors.session(&device("taken"), at(5)).await.unwrap().unwrap().id(), other.id());
    assert_eq!(resume("phone").await, Some(case.id()));
    // The answer was lost: the same device asks again.
    assert_eq!(resume("phone").await, Some(case.id()));
    assert_eq!(resume("thief").await, None, "it was used");
    assert!(doors.session(&device("thief"), at(5)).await.unwrap().is_none());
    assert_eq!(doors.session(&device("phone"), at(5)).await.unwrap().unwrap().id(), case.id());
}

async fn a_device_is_logged_out_when_it_is_not_used_for_ninety_days(db: Database) {
    let store = db.store().await;
    let (_, one) = web_case(&store, "own").await;
    let doors = store.doors();
    let open = async |day: i64| doors.session(&device("own"), at(day * DAY)).await.unwrap().is_some();
    assert!(open(89).await);
    assert_eq!(one.devices(at(89 * DAY)).await.unwrap()[0].used_at, at(89 * DAY));
    assert!(open(89 + 89).await, "it was used in between");
    assert!(!open(89 + 89 + 90).await);
    assert_eq!(one.devices(at(300 * DAY)).await.unwrap(), []);
    // Within a day of the last use nothing is written.
    assert!(doors.session(&device("own"), at(89 * DAY + 5)).await.unwrap().is_some());
    assert_eq!(one.devices(at(200 * DAY)).await.unwrap()[0].used_at, at(178 * DAY));
}

async fn a_person_logs_the_other_devices_out_or_this_one(db: Database) {
    let store = db.store().await;
    let (case, one) = web_case(&store, "own").await;
    let (_, other) = web_case(&store, "neighbour").await;
    let doors = store.doors();
    for name in ["phone", "library"] {
        one.add_link(name, LinkPurpose::Resume, at(100)).await.unwrap();
        doors.resume(name, &device(name), at(6)).await.unwrap().unwrap();
    }
    one.add_link("lost", LinkPurpose::Resume, at(100)).await.unwrap();
    one.add_link("photos", LinkPurpose::Upload, at(100)).await.unwrap();
    let open = async |name: &str| doors.session(&device(name), at(7)).await.unwrap().is_some();
    let devices: Vec<_> = one.devices(at(7)).await.unwrap().into_iter().map(|device| device.address).collect();
    assert_eq!(devices, ["library", "phone", "own"]);

    let before = one.row().await.unwrap().unwrap().1;
    one.disconnect_others(&device("phone")).await.unwrap();
    let fence = one.row().await.unwrap().unwrap().1;
    assert_eq!((fence.revision, fence.moves), (before.revision + 1, before.moves + 1), "what nodes remember is void");
    assert_eq!((open("phone").await, open("library").await, open("own").await), (true, false, false));
    assert!(doors.resume("lost", &device("thief"), at(7)).await.unwrap().is_none(), "no link brings one back");
    assert!(doors.by_link("photos", LinkPurpose::Upload, at(7)).await.unwrap().is_some(), "photos are still welcome");
    assert!(open("neighbour").await && other.id() != case.id());

    one.leave(&device("phone")).await.unwrap();
    assert!(!open("phone").await);
    assert_eq!(one.devices(at(7)).await.unwrap(), []);
}

const DAY: i64 = 24 * 60 * 60;

fn device(address: &str) -> Endpoint {
    Endpoint { channel: Channel::Web, account: "chat".into(), address: address.into() }
}

/// A conversation that was opened on a device.
async fn web_case(store: &Engine, address: &str) -> (Case, OneConversation) {
    let mut case = Case::new(address);
    case.conversation.endpoint = device(address);
    store.commit(case.turn(&format!("first of {address}"), "")).await.unwrap();
    let one = store.doors().session(&device(address), at(2)).await.unwrap().unwrap();
    (case, one)
}
