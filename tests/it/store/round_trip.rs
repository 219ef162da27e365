//! Each row reads back as it was written, every column with a value that no other has.

use std::sync::Arc;

use guichet::{
    document::Inspection,
    domain::{
        contact::Proof,
        fact::{Source, Value},
        id::{AppointmentId, ContactId, DocumentId, MissedId, MissionId, OutboundId, RequestId},
        language::Language,
        log::{Tip, Verdict},
        message::{Author, Body, Channel, Endpoint},
        orientation_mode::OrientationMode,
        priority::Priority,
        timing::Timing,
    },
    dossier::{Decision, Dossier, Entry, Status, TimelineEvent, Wanted},
    planning::{Assignment, Because},
    store::{
        Acknowledgement, AppointmentRow, AppointmentState, Binding, Completion, ConversationRow, DecisionRow, Delivery,
        DocumentRow, EndpointRow, FactRow, Fence, MessageRow, MissedRow, Mission, MissionRow, MissionState, OutboxKind,
        OutboxRow, Planning, PolicyRow, ProvenRow, RequestRow, Requests, SmsPart, StateChange, ToldContact,
    },
};
use serde_json::json;

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! { every_row_reads_back_as_it_was_written, what_is_missing_reads_back_as_missing }

async fn every_row_reads_back_as_it_was_written(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let mut turn = case.turn("1", "bonjour");
    let contact = ContactId::new(at(3));
    let place = |tag: &str| Endpoint {
        channel: Channel::Email,
        account: format!("{tag} account"),
        address: format!("{tag}@example.org"),
    };
    let conversation = ConversationRow {
        contact,
        insurer: "phare".into(),
        endpoint: place("conversation"),
        language: Language::En,
        handler: Some("camille".into()),
        flow_revision: "r7".into(),
        opened_at: at(15),
        ..case.conversation.clone()
    };
    turn.conversation = Arc::new(conversation.clone());
    let mut fence = Fence {
        revision: 1,
        last_seq: 12,
        read_seq: 11,
        timeline_seq: 10,
        timing: Timing { silent_since: Some(at(13)), unsettled: None, wake_at: Some(at(14)) },
        updated_at: at(16),
        ..Fence::new(case.id(), at(0))
    };
    turn.fence = fence.clone();
    let endpoint = EndpointRow {
        endpoint: place("endpoint"),
        conversation: case.id(),
        contact,
        at: at(17),
        proof: Some(Proof::Link),
    };
    turn.endpoint = Some(endpoint.clone());
    let message = MessageRow {
        conversation: case.id(),
        seq: 18,
        author: Author::Handler { login: "camille".into(), name: "Camille".into() },
        channel: Channel::Telegram,
        body: Body { text: "l'eau 💧".into(), urgent: true, ..Body::default() },
        client_id: Some("client".into()),
        at: at(19),
    };
    turn.rows.messages = vec![message.clone()];
    let dossier = Dossier {
        reference: "REF-1".into(),
        insurer: "phare".into(),
        peril: "fire".into(),
        status: Status::Qualified,
        policy: Some("7541289".into()),
        holder: Some("Julie Moreau".into()),
        orientation: Some(OrientationMode::Tele),
        desk: Some("complex".into()),
        priority: Priority::High,
        handover: Some("asked".into()),
        handler: Some("hugo".into()),
        wanted: vec![Wanted { kind: "damage_photos".into(), required: true, received: 0, supposed: 0 }],
        waiting_since: Some(at(20)),
        snoozed_until: None,
        opened_at: at(22),
        ..case.dossier.clone()
    };
    let closed = TimelineEvent::Other { kind: "closed".into(), detail: json!({ "reason": "fini" }) };
    turn.rows.timeline.push(Entry::new(2, "camille", &closed, at(23)).unwrap());
    let timeline = turn.rows.timeline.clone();
    turn.dossier = Some(Arc::new(dossier.clone()));
    let fact = FactRow {
        seq: 1,
        name: "damage_amount".into(),
        value: Some(Value::Amount(90_000)),
        source: Source::Handler("camille".into()),
        message_seq: Some(25),
        at: at(16),
    };
    let said = json!({ "damage_amount": { "v": fact.value, "s": fact.source } });
    let value = json!({ "v": 1, "m": 25, "d": { "f": said }, "s": { "step": 7 } }).to_string();
    turn.rows.state = Some(StateChange { value: value.clone(), is_whole: true });
    let decision = DecisionRow { seq: 27, decision: Decision::Other(json!({ "rule": "water_over_1600" })), at: at(28) };
    turn.rows.decisions = vec![decision.clone()];
    let document = DocumentRow {
        id: DocumentId::new(at(29)),
        conversation: case.id(),
        dossier: Some(dossier.id),
        kind: Some("damage_photos".into()),
        is_supposed: false,
        upload_id: "upload".into(),
        name: "dégât.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 30,
        sha256: "ab".repeat(32),
        inspection: Inspection { width: Some(1500), height: Some(1000), ..Inspection::default() },
        at: at(31),
    };
    turn.rows.received = vec![document.clone()];
    let outbox = OutboxRow {
        kind: OutboxKind::Message,
        payload: None,
        id: OutboundId::new(at(32)),
        conversation: case.id(),
        seq: 33,
        to: place("outbox"),
        attempts: 34,
        next_at: at(35),
        epoch: 36,
        delivery: Delivery::Sent,
        provider_id: Some("provider".into()),
        reason: Some("reason".into()),
        at: at(37),
    };
    turn.rows.outbox = vec![outbox.clone()];
    let request = RequestRow {
        id: RequestId::new(at(38)),
        conversation: case.id(),
        dossier: dossier.id,
        insurer: "phare".into(),
        kind: "complaint".into(),
        desk: "quality".into(),
        text: "je proteste".into(),
        asked_at: at(39),
        acknowledge_by: Some(at(40)),
        answer_by: at(41),
        acknowledged: Some(Acknowledgement { at: at(48), by: "guichet".into(), message: Some(49) }),
        done: Some(Completion { at: at(42), by: "hugo".into() }),
    };
    let missed = MissedRow {
        id: MissedId::new(at(43)),
        conversation: case.id(),
        dossier: Some(dossier.id),
        text: "et la franchise ?".into(),
        question: true,
        at: at(44),
    };
    turn.rows.requests = Requests { asked: vec![request.clone()], missed: vec![missed.clone()], ..Requests::default() };
    let mission = MissionRow {
        id: MissionId::new(at(45)),
        dossier: dossier.id,
        conversation: case.id(),
        insurer: "phare".into(),
        expert: "plefevre".into(),
        mode: OrientationMode::Visio,
        state: MissionState::Accepted,
        because: Assignment { because: vec![Because::WorksAnywhere], ..Assignment::default() },
        ordered_by: "camille".into(),
        ordered_at: at(46),
        updated_at: at(47),
    };
    let appointment = AppointmentRow {
        id: AppointmentId::new(at(48)),
        mission: mission.id,
        dossier: dossier.id,
        expert: "another".into(),
        start: at(900),
        end: at(1800),
        busy_until: at(2700),
        place: "12 rue des Lilas".into(),
        state: AppointmentState::Booked,
        updated_at: at(49),
    };
    turn.rows.planning = Planning { missions: vec![mission.clone()], appointments: vec![appointment.clone()] };
    let proven = ProvenRow {
        conversation: case.id(),
        contact,
        channel: Channel::Sms,
        address: "+33639980101".into(),
        proof: Proof::Code,
        at: at(50),
    };
    turn.binding = Binding { proves: Some(Box::new(proven.clone())), ..Binding::default() };
    let told = ToldContact { dossier: dossier.id, name: "phone".into(), value: "+33639980102".into() };
    turn.rows.contacts = vec![told];
    let stored = store.commit(turn.seal().unwrap()).await.unwrap();

    // One message, two lines, the decision, the state: only who stores them knows the log's end.
    assert_eq!((stored.fence.tip.number, stored.fence.whole), (5, 5));
    (fence.tip, fence.whole) = (stored.fence.tip, stored.fence.whole);
    assert_eq!(store.conversation(case.id()).await.unwrap(), Some((conversation, fence.clone())));
    assert_eq!(store.state(&fence).await.unwrap(), [value]);
    assert_eq!(store.verify_log(&fence).await.unwrap(), Verdict::Intact);
    let addresses = store.addresses(case.id()).await.unwrap();
    assert_eq!(format!("{addresses:?}"), format!("{:?}", [endpoint]));
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap(), [message]);
    assert_eq!(store.dossier(dossier.id).await.unwrap(), Some(dossier.clone()));
    assert_eq!(store.timeline(case.id()).await.unwrap(), timeline);
    assert_eq!(store.cases(&ALL).facts(case.id()).await.unwrap(), [fact]);
    assert_eq!(store.cases(&ALL).decisions(case.id()).await.unwrap(), [decision]);
    assert_eq!(store.cases(&ALL).document(document.id).await.unwrap(), Some(document));
    assert_eq!(store.outbox_row(outbox.id).await.unwrap(), Some(outbox));
    assert_eq!(store.cases(&ALL).request(request.id).await.unwrap(), Some(request));
    assert_eq!(store.cases(&ALL).missed(10).await.unwrap(), [missed]);
    let planned = store.mission(dossier.id).await.unwrap();
    assert_eq!(planned, Some(Mission { row: mission, appointments: vec![appointment] }));
    assert_eq!(store.cases(&ALL).proofs(case.id()).await.unwrap(), [proven]);

    let policy = PolicyRow {
        insurer: "phare".into(),
        number_key: "number".into(),
        name_key: "name".into(),
        birth_date: Some("1984-03-12".into()),
        postcode: Some("69003".into()),
        policy: json!({ "number": 7 }),
    };
    store.put_policies(std::slice::from_ref(&policy), at(51)).await.unwrap();
    assert_eq!(store.policy_by_number("phare", "number").await.unwrap(), Some(policy));
    let part = SmsPart {
        account: "account".into(),
        address: "address".into(),
        reference: 52,
        total: 53,
        number: 54,
        content: "content".into(),
        coding: 55,
        id: "id".into(),
        done: false,
        at: at(56),
    };
    assert_eq!(store.keep_sms_part(&part, at(0)).await.unwrap(), [part]);
}

async fn what_is_missing_reads_back_as_missing(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let mut turn = case.turn("1", "bonjour");
    let value = json!({ "v": 1, "d": { "f": { "said": null } }, "s": {} }).to_string();
    turn.rows.state = Some(StateChange { value, is_whole: true });
    let (name, source) = ("said".into(), Source::Flow);
    let fact = FactRow { seq: 1, name, value: None, source, message_seq: None, at: turn.fence.updated_at };
    let request = RequestRow {
        id: RequestId::new(at(1)),
        conversation: case.id(),
        dossier: case.dossier.id,
        insurer: "demo".into(),
        kind: "complaint".into(),
        desk: "quality".into(),
        text: String::new(),
        asked_at: at(1),
        acknowledge_by: None,
        answer_by: at(2),
        acknowledged: None,
        done: None,
    };
    turn.rows.requests = Requests { asked: vec![request.clone()], ..Requests::default() };
    let messages = turn.rows.messages.clone();
    turn.fence.tip = Tip::default();
    let fence = store.commit(turn.seal().unwrap()).await.unwrap().fence;
    assert_eq!(store.conversation(case.id()).await.unwrap(), Some((case.conversation.clone(), fence)));
    assert_eq!(store.dossier(case.dossier.id).await.unwrap(), Some(case.dossier.clone()));
    assert_eq!(store.cases(&ALL).facts(case.id()).await.unwrap(), [fact]);
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap(), messages);
    assert_eq!(store.cases(&ALL).request(request.id).await.unwrap(), Some(request));
}
