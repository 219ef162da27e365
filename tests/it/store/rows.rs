//! What is stored beside the turns: documents, policies, handlers, links, flow revisions.

use std::collections::BTreeMap;

use guichet::{
    document::Inspection,
    domain::id::DocumentId,
    store::{
        AccessKind, AccessRow, DocumentRow, Expired, FileQuota, FiledDocument, FiledKind, HandlerRow, InvitationRow,
        PolicyRow, SessionRow, StoreError,
    },
};
use serde_json::json;

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! {
    an_upload_sent_again_is_the_same_document,
    a_turn_files_the_documents_that_it_names,
    policies_are_found_by_number_and_name_of_their_insurer,
    a_handler_has_one_login_and_a_new_password_ends_the_sessions,
    the_access_log_only_grows,
    an_invitation_is_good_once_and_not_for_whoever_is_disabled,
    a_session_ends_with_its_time,
    a_flow_revision_stays_as_it_was,
    a_flow_revision_goes_when_nobody_can_come_back_to_it,
    all_conversations_are_walked_page_by_page,
}

/// Beside the point here.
const QUOTA: FileQuota = FileQuota { files: i64::MAX, bytes: i64::MAX };

fn document(case: &Case, upload: &str) -> DocumentRow {
    DocumentRow {
        id: DocumentId::new(at(0)),
        conversation: case.id(),
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: upload.into(),
        name: "dégât 🏠.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 5_000_000_000,
        sha256: "ab".repeat(32),
        inspection: Inspection { width: Some(1500), fingerprint: Some("ab".into()), ..Inspection::default() },
        at: at(1),
    }
}

async fn an_upload_sent_again_is_the_same_document(db: Database) {
    let store = db.store().await;
    let (case, other) = (Case::new("x"), Case::new("y"));
    let first = store.one_conversation(case.id()).add_document(document(&case, "up-1"), QUOTA).await.unwrap().unwrap();
    assert_eq!(
        store.one_conversation(case.id()).add_document(document(&case, "up-1"), QUOTA).await.unwrap().unwrap(),
        first
    );
    let elsewhere =
        store.one_conversation(other.id()).add_document(document(&other, "up-1"), QUOTA).await.unwrap().unwrap();
    assert_ne!(elsewhere.id, first.id, "upload ids are a conversation's own");
    assert_eq!(store.documents(case.id()).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(store.cases(&ALL).document(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(store.one_conversation(case.id()).document_by_upload("up-1").await.unwrap(), Some(first.clone()));
    assert_eq!(store.one_conversation(case.id()).document_by_upload("up-2").await.unwrap(), None);
}

async fn a_turn_files_the_documents_that_it_names(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let row = store.one_conversation(case.id()).add_document(document(&case, "up-1"), QUOTA).await.unwrap().unwrap();
    let mut turn = case.turn("photo", "");
    turn.rows.documents = vec![FiledDocument {
        document: row.id,
        dossier: Some(case.dossier.id),
        kind: FiledKind::Supposed("damage_photos".into()),
    }];
    store.commit(turn).await.unwrap();
    let mut later = case.turn("later", "");
    later.rows.documents = vec![FiledDocument { document: row.id, dossier: None, kind: FiledKind::AsBefore }];
    store.commit(later).await.unwrap();
    let filed = store.cases(&ALL).document(row.id).await.unwrap().unwrap();
    assert_eq!((filed.dossier, filed.kind.as_deref()), (Some(case.dossier.id), Some("damage_photos")));
    assert!(filed.is_supposed, "only the order of arrival speaks for it");
    for (kind, expected) in [(FiledKind::Known("quote".into()), Some("quote")), (FiledKind::Unknown, None)] {
        let mut sorted = case.turn(&format!("sorted {kind:?}"), "");
        sorted.rows.documents = vec![FiledDocument { document: row.id, dossier: None, kind }];
        store.commit(sorted).await.unwrap();
        let filed = store.cases(&ALL).document(row.id).await.unwrap().unwrap();
        assert_eq!((filed.kind.as_deref(), filed.is_supposed), (expected, false));
    }
}

async fn policies_are_found_by_number_and_name_of_their_insurer(db: Database) {
    let store = db.store().await;
    let policy = |insurer: &str, number: &str, version: u32| PolicyRow {
        insurer: insurer.into(),
        number_key: number.into(),
        name_key: "dupont".into(),
        birth_date: Some("1980-02-29".into()),
        postcode: None,
        policy: json!({ "number": number, "version": version }),
    };
    let many: Vec<_> = (0..1200).map(|i| policy("demo", &format!("N{i}"), 1)).collect();
    store.put_policies(&many, at(0)).await.unwrap();
    store.put_policies(&[policy("demo", "N7", 2), policy("other", "N7", 1)], at(1)).await.unwrap();
    assert_eq!(store.policy_by_number("demo", "N7").await.unwrap(), Some(policy("demo", "N7", 2)));
    assert_eq!(store.policy_by_number("demo", "N1199").await.unwrap(), Some(policy("demo", "N1199", 1)));
    assert_eq!(store.policy_by_number("other", "N8").await.unwrap(), None);
    assert_eq!(store.policies_by_name("other", "dupont").await.unwrap(), [policy("other", "N7", 1)]);
    let namesakes = store.policies_by_name("demo", "dupont").await.unwrap().len();
    assert!(namesakes < 1200, "a list of namesakes is bounded, not {namesakes}");
    assert!(store.policies_by_name("demo", "dup").await.unwrap().is_empty());
}

fn handler(login: &str) -> HandlerRow {
    HandlerRow::new(login, "Élise Martin", "handler", "one")
}

fn session(token: &str, login: &str) -> SessionRow {
    SessionRow {
        token_hash: token.into(),
        login: login.into(),
        csrf: "csrf".into(),
        expires_at: at(100),
        opened_at: Some(at(0)),
        seen_at: None,
        origin: "192.0.2.1".into(),
        browser: "Firefox".into(),
    }
}

async fn a_handler_has_one_login_and_a_new_password_ends_the_sessions(db: Database) {
    let store = db.store().await;
    store.users().add_handler(&handler("elise"), at(0)).await.unwrap();
    store.users().add_handler(&handler("amir"), at(0)).await.unwrap();
    assert!(matches!(store.users().add_handler(&handler("elise"), at(1)).await, Err(StoreError::Taken)));
    assert_eq!(store.users().handlers().await.unwrap(), [handler("amir"), handler("elise")]);
    store.users().add_session(&session("e", "elise")).await.unwrap();
    store.users().add_session(&session("a", "amir")).await.unwrap();
    assert_eq!(store.users().session("e", at(50)).await.unwrap(), Some((session("e", "elise"), handler("elise"))));
    assert!(store.users().set_password("elise", "two", false).await.unwrap());
    assert!(!store.users().set_password("nobody", "two", false).await.unwrap());
    assert_eq!(store.users().handler("elise").await.unwrap().unwrap().password_hash, "two");
    assert_eq!(store.users().session("e", at(50)).await.unwrap(), None);
    assert!(store.users().session("a", at(50)).await.unwrap().is_some());
}

async fn a_session_ends_with_its_time(db: Database) {
    let store = db.store().await;
    store.users().add_handler(&handler("elise"), at(0)).await.unwrap();
    store.users().add_session(&session("e", "elise")).await.unwrap();
    assert!(store.users().session("e", at(99)).await.unwrap().is_some());
    assert!(store.users().session("e", at(100)).await.unwrap().is_none());
    assert_eq!(store.prune(Expired::Sessions, at(99), 10).await.unwrap(), 0);
    assert_eq!(db.number("SELECT COUNT(*) FROM session").await, 1);
    assert_eq!(store.prune(Expired::Sessions, at(100), 10).await.unwrap(), 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM session").await, 0);
    store.users().add_session(&session("f", "elise")).await.unwrap();
    store.users().end_session("f").await.unwrap();
    assert!(store.users().session("f", at(50)).await.unwrap().is_none());
}

async fn a_flow_revision_stays_as_it_was(db: Database) {
    let store = db.store().await;
    let sources = BTreeMap::from([("water.yaml".to_owned(), "steps:\n- say: l'eau 💧".to_owned())]);
    store.use_flow_revision("r1", &sources, at(0)).await.unwrap();
    store.use_flow_revision("r1", &BTreeMap::new(), at(1)).await.unwrap();
    assert_eq!(store.flow_revision("r1").await.unwrap(), Some(("r1".to_owned(), sources)));
    assert_eq!(store.flow_revision("r2").await.unwrap(), None);
}

async fn a_flow_revision_goes_when_nobody_can_come_back_to_it(db: Database) {
    let store = db.store().await;
    let sources = |text: &str| BTreeMap::from([("a.yaml".to_owned(), text.to_owned())]);
    for (revision, last_used) in [("r1", 0), ("unused", 0), ("current", 600)] {
        store.use_flow_revision(revision, &sources(revision), at(0)).await.unwrap();
        store.use_flow_revision(revision, &sources(revision), at(last_used)).await.unwrap();
    }
    // Whose conversation has r1.
    store.commit(Case::new("x").turn("1", "bonjour")).await.unwrap();
    assert_eq!(store.prune_flow_revisions(at(500)).await.unwrap(), 1);
    assert_eq!(store.flow_revision("unused").await.unwrap(), None);

    // Under another name it is the same conversation's still.
    store.rewrite_flow_revision("r1", Some(("r2", &sources("two")))).await.unwrap();
    store.rewrite_flow_revision("current", None).await.unwrap();
    assert_eq!(store.prune_flow_revisions(at(500)).await.unwrap(), 0);
    for name in ["r1", "r2"] {
        assert_eq!(store.flow_revision(name).await.unwrap(), Some(("r2".to_owned(), sources("two"))));
    }
    db.execute("DELETE FROM conversation").await;
    assert_eq!(store.prune_flow_revisions(at(500)).await.unwrap(), 1);
    assert_eq!(store.flow_revision("r1").await.unwrap(), None);
    assert_eq!(store.prune_flow_revisions(at(700)).await.unwrap(), 1, "its node is gone");
}

async fn all_conversations_are_walked_page_by_page(db: Database) {
    let store = db.store().await;
    let mut stored = Vec::new();
    for i in 0..7 {
        let mut case = Case::new(&i.to_string());
        store.commit(case.turn(&i.to_string(), "")).await.unwrap();
        stored.push(case.id());
    }
    let mut walked = Vec::new();
    loop {
        let page = store.fences(walked.last().copied(), 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        walked.extend(page.iter().map(|fence| fence.conversation));
    }
    stored.sort();
    assert_eq!(walked, stored);
}

async fn the_access_log_only_grows(db: Database) {
    let store = db.store().await;
    let log = store.access_log();
    let line = |second, kind| AccessRow::new("elise", kind, "subject", "192.0.2.1", at(second));
    // Read again within a quarter of an hour is one line; what is done is one each time.
    for second in [0, 600, 900] {
        log.note(&line(second, AccessKind::Dossier)).await.unwrap();
        log.note(&line(second, AccessKind::LogIn)).await.unwrap();
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM access WHERE kind = 'dossier'").await, 2);
    assert_eq!(db.number("SELECT COUNT(*) FROM access WHERE kind = 'log_in'").await, 3);
    // Of the year 2100, so that it is not old by any clock.
    db.execute(
        "INSERT INTO access (login, kind, subject, slot, at, origin, detail) \
         VALUES ('late', 'log_in', '', 1, 4102444800000, '', '')",
    )
    .await;
    for refused in ["UPDATE access SET login = 'nobody'", "DELETE FROM access WHERE login = 'late'"] {
        assert!(db.try_execute(refused).await.is_err(), "{refused}");
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM access").await, 6);
    let first = store.cases(&ALL).accesses(Some("elise"), None, 2).await.unwrap();
    let rest = store.cases(&ALL).accesses(Some("elise"), first.next.as_ref(), 10).await.unwrap();
    assert_eq!((first.lines.len(), rest.lines.len(), rest.next), (2, 3, None));
    assert!(first.lines.iter().chain(&rest.lines).map(|line| line.at).rev().is_sorted());
}

async fn an_invitation_is_good_once_and_not_for_whoever_is_disabled(db: Database) {
    let store = db.store().await;
    let users = store.users();
    users.add_handler(&handler("elise"), at(0)).await.unwrap();
    let invite = async |token: &str| {
        let invitation = InvitationRow {
            token_hash: token.into(),
            login: "elise".into(),
            made_by: "camille".into(),
            expires_at: at(100),
        };
        users.invite(&invitation).await.unwrap();
    };
    invite("one").await;
    invite("two").await;
    assert_eq!(users.accept("one", "x", at(1)).await.unwrap(), None, "the second took its place");
    assert_eq!(users.accept("two", "x", at(100)).await.unwrap(), None, "it is over");
    assert_eq!(users.accept("two", "new", at(99)).await.unwrap().as_deref(), Some("elise"));
    assert_eq!(users.accept("two", "x", at(99)).await.unwrap(), None, "it was used");
    assert_eq!(users.handler("elise").await.unwrap().unwrap().password_hash, "new");
    invite("three").await;
    users.add_session(&session("e", "elise")).await.unwrap();
    assert!(users.set_disabled("elise", Some(at(2))).await.unwrap());
    assert_eq!(users.accept("three", "x", at(3)).await.unwrap(), None);
    assert_eq!(users.session("e", at(3)).await.unwrap(), None);
    assert!(users.set_disabled("elise", None).await.unwrap());
    assert_eq!(users.session("e", at(3)).await.unwrap(), None, "what ended stays ended");
}
