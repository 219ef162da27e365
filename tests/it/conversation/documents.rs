//! What files are: by their slot, as it is supposed, and as somebody says.

use guichet::{
    conversation::{Action, Actor},
    document::Inspection,
    domain::{
        id::DocumentId,
        message::{Attachment, Body, Channel, Endpoint},
    },
    store::{DocumentRow, FileQuota},
};

use crate::support::{Database, House, on, on_both_engines, said};

on_both_engines! {
    a_slot_says_what_a_file_is,
    what_is_supposed_is_no_proof_until_the_person_says_so,
    a_handler_says_what_a_file_is,
}

/// The answers that lead a water damage to its photos.
const ANSWERS: [&str; 17] = [
    "non",
    "une fuite",
    "non",
    "non",
    "moi",
    "jsp",
    "jsp",
    "hier",
    "12 rue des Lilas 69003 Lyon",
    "passer",
    "de chez moi",
    "un joint",
    "non",
    "maison",
    "proprio",
    "cuisine",
    "sol",
];

async fn at_photos(db: &Database, channel: Channel) -> (House, Endpoint) {
    let house = House::open(db, "2026-11-20T10:00:00+01:00").await;
    let person = on(channel, "41");
    house.say(&person, "bonjour").await;
    for answer in ANSWERS {
        house.say(&person, answer).await;
    }
    house.say(&person, "400").await;
    let reply = house.say(&person, "non").await;
    assert!(house.dossier(&person).await.wanted.iter().any(|wanted| wanted.kind == "photo_wide"), "{reply}");
    (house, person)
}

/// A photo that was uploaded, as a message names it.
async fn photo(house: &House, person: &Endpoint, slot: Option<&str>) -> Attachment {
    let conversation = house.at(person).await;
    // Files are known in the order in which they came.
    house.pass(1);
    let id = DocumentId::new(house.now());
    let row = DocumentRow {
        id,
        conversation,
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: id.to_string(),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1000,
        sha256: "ab".repeat(32),
        inspection: Inspection::default(),
        at: house.now(),
    };
    let quota = FileQuota { files: 100, bytes: 1 << 30 };
    house.store.one_conversation(conversation).add_document(row, quota).await.unwrap().unwrap();
    Attachment {
        document: id,
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1000,
        remark: None,
        slot: slot.map(str::to_owned),
    }
}

async fn send(house: &House, person: &Endpoint, attachments: Vec<Attachment>) -> String {
    let inbound = house.inbound(person, Body { attachments, ..Body::default() });
    said(&house.receive(inbound).await.replies)
}

/// The kinds of all files, and whether each is only supposed.
async fn kinds(house: &House, person: &Endpoint) -> Vec<(Option<String>, bool)> {
    let rows = house.store.documents(house.at(person).await).await.unwrap();
    rows.into_iter().map(|row| (row.kind, row.is_supposed)).collect()
}

async fn counts(house: &House, person: &Endpoint, kind: &str) -> (u32, u32) {
    let dossier = house.dossier(person).await;
    let wanted = dossier.wanted.iter().find(|wanted| wanted.kind == kind);
    wanted.map_or((0, 0), |wanted| (wanted.received, wanted.supposed))
}

async fn is_complete(house: &House, person: &Endpoint) -> bool {
    house.dossier(person).await.missing().next().is_none()
}

fn is(kind: &str, supposed: bool) -> (Option<String>, bool) {
    (Some(kind.to_owned()), supposed)
}

async fn a_slot_says_what_a_file_is(db: Database) {
    let (house, person) = at_photos(&db, Channel::Web).await;
    let files = vec![photo(&house, &person, Some("quote")).await, photo(&house, &person, Some("photo_close")).await];
    send(&house, &person, files).await;
    assert_eq!(kinds(&house, &person).await, [is("quote", false), is("photo_close", false)]);
    assert_eq!(counts(&house, &person, "quote").await, (1, 0));
    assert_eq!(counts(&house, &person, "photo_cause").await, (0, 0), "no other document is taken for it");
    assert!(!is_complete(&house, &person).await);
    let file = photo(&house, &person, Some("photo_wide")).await;
    send(&house, &person, vec![file]).await;
    assert!(is_complete(&house, &person).await);
}

async fn what_is_supposed_is_no_proof_until_the_person_says_so(db: Database) {
    let (house, person) = at_photos(&db, Channel::Telegram).await;
    let files = vec![photo(&house, &person, None).await, photo(&house, &person, None).await];
    let reply = send(&house, &person, files).await;
    assert!(reply.contains("C’est bien cela"), "{reply}");
    assert_eq!(kinds(&house, &person).await, [is("photo_wide", true), is("photo_close", true)]);
    assert_eq!(counts(&house, &person, "photo_wide").await, (0, 1));
    assert!(!is_complete(&house, &person).await);
    house.say(&person, "oui").await;
    assert_eq!(kinds(&house, &person).await, [is("photo_wide", false), is("photo_close", false)]);
    assert_eq!(counts(&house, &person, "photo_wide").await, (1, 0));
    assert!(is_complete(&house, &person).await);

    // What is denied is known to nobody: a handler looks.
    let file = photo(&house, &person, None).await;
    send(&house, &person, vec![file]).await;
    let file = photo(&house, &person, None).await;
    send(&house, &person, vec![file]).await;
    house.say(&person, "non").await;
    assert_eq!(kinds(&house, &person).await[2..], [(None, false), (None, false)]);
}

async fn a_handler_says_what_a_file_is(db: Database) {
    let (house, person) = at_photos(&db, Channel::Telegram).await;
    let files = vec![photo(&house, &person, None).await, photo(&house, &person, None).await];
    let documents: Vec<DocumentId> = files.iter().map(|file| file.document).collect();
    send(&house, &person, files).await;
    let dossier = house.dossier(&person).await.id;
    let claire = Actor { login: "claire".into(), name: "Claire Martin".into() };
    for (document, kind) in [(documents[0], "photo_wide"), (documents[1], "quote"), (documents[1], "photo_close")] {
        let action = Action::SortDocument { document, kind: kind.into() };
        house.intake.act(dossier, claire.clone(), action).await.unwrap();
        assert_eq!(counts(&house, &person, kind).await, (1, 0), "{kind}");
    }
    assert_eq!(counts(&house, &person, "quote").await, (0, 0), "it turned out to be another");
    assert_eq!(kinds(&house, &person).await, [is("photo_wide", false), is("photo_close", false)]);
    assert!(is_complete(&house, &person).await);
    let told = house.timeline(&house.dossier(&person).await).await;
    assert_eq!(told.iter().filter(|kind| *kind == "documents_sorted").count(), 3, "{told:?}");
    let action = Action::SortDocument { document: DocumentId::new(house.now()), kind: "quote".into() };
    assert!(house.intake.act(dossier, claire, action).await.is_err(), "a file of nobody here");
}
