//! Asks the store for everything that it can be asked for, and stores every kind of row, so that each of its statements is run.

use std::collections::BTreeMap;

use super::{
    fill,
    rows::{Case, at, endpoint},
};
use crate::{
    document::Inspection,
    domain::{
        clock_kind::ClockKind,
        contact::Proof,
        id::{
            AppointmentId, ConversationId, DocumentId, DossierId, MissedId, MissionId, NodeId, OutboundId, RequestId,
        },
        link::LinkPurpose,
        message::{Channel, Endpoint},
        orientation_mode::OrientationMode,
    },
    dossier::{Dossier, Entry, Search, SearchField, Status, TimelineEvent},
    identity::{Reach, Scope},
    planning::Assignment,
    store::{
        Absorbed, AccessKind, AccessRow, Acknowledgement, AppointmentRow, AppointmentState, Binding, ChannelSwitchRow,
        ClockRow, Commit, CommitError, Delivery, DocumentRow, DueRow, EarlyReport, EndpointRow, Engine, Expired,
        FileQuota, FiledDocument, FiledKind, HandlerRow, InboxFilter, InboxSort, InvitationRow, LinkRow, MailboxRow,
        MentionRow, MissedRow, MissionRow, MissionState, OptOut, OptOutRow, Oriented, OutboxRow, OwedFilter, Planning,
        PolicyRow, ProvenRow, RejectedDuplicate, RequestRow, Requests, SavedView, SearchEntry, SessionRow, Settled,
        SmsPart, ToldContact, Undelivered, testing,
    },
};

/// Calls one of a face's functions; what is run meanwhile bears its name.
macro_rules! ask {
    ($face:expr, $function:ident $arguments:tt) => {{
        testing::step(stringify!($function));
        $face.$function $arguments.await.unwrap()
    }};
}

const SMS: Channel = Channel::Sms;

pub(super) async fn everything(store: &Engine) {
    let (case, other) = Box::pin(turns(store)).await;
    conversations(store, &case, &other).await;
    outbox(store, &case).await;
    planning_and_requests(store, &case).await;
    registers(store).await;
    words(store, &case).await;
    console(store, &case).await;
    one_conversation(store, &case).await;
    housekeeping(store).await;
}

/// Every kind of row that a turn stores, and every way in which one drops out.
async fn turns(store: &Engine) -> (Case, Case) {
    let (mut case, mut other) = (Case::new("+33639980001"), Case::new("+33639980002"));
    ask!(store, commit(case.turn("1", "bonjour")));
    ask!(store, commit(other.turn("2", "bonjour")));

    let mut plain = case.turn("3", "encore");
    plain.rows.contacts = vec![told(case.dossier.id)];
    plain.rows.outbox = vec![OutboxRow::new(case.id(), 4, endpoint("+33639980001"), at(1))];
    plain.rows.due = vec![DueRow::wake(case.id(), Some(at(100)))];
    plain.is_changed = true;
    ask!(store, commit(plain));
    let mut plain = other.turn("4", "encore");
    plain.rows.due = vec![DueRow::wake(other.id(), None)];
    plain.rows.clocks = vec![task(&other)];
    ask!(store, commit(plain));

    let stale = case.clone();
    let given_up = OutboxRow::new(case.id(), 5, endpoint("+33639980001"), at(2));
    let mut all = with_everything(&mut case, &given_up);
    all.binding = Binding {
        cites: Some(other.id()),
        proves: Some(Box::new(ProvenRow {
            conversation: case.id(),
            contact: case.conversation.contact,
            channel: SMS,
            address: "+33639980003".into(),
            proof: Proof::Code,
            at: at(3),
        })),
        ..Binding::default()
    };
    ask!(store, commit(all));

    // What was asked before is settled, and the address is written from again.
    let request = request(&case, 2);
    let mut next = case.turn("6", "merci");
    next.rows.requests = Requests {
        asked: vec![request.clone()],
        acknowledged: vec![(request.id, Acknowledgement { at: at(8), by: "guichet".into(), message: Some(8) })],
        undelivered: Some((case.id(), 8)),
        done: vec![(request.id, at(9), "camille".into())],
        ..Requests::default()
    };
    next.rows.opt_out = Some(OptOut::Resumed(endpoint("+33639980001")));
    next.rows.due = vec![DueRow::wake(case.id(), None)];
    next.rows.clocks = vec![task(&case)];
    next.rows.undelivered = Some(Undelivered { id: given_up.id, epoch: 0, reason: "unknown".into() });
    next.rows.planning.appointments = vec![appointment(&case, AppointmentState::Lapsed)];
    next.rows.channel_switches = vec![switch(case.id(), SMS, "secret 2")];
    ask!(store, commit(next));

    // Received before; overtaken; at an address that another conversation has.
    let mut again = case.clone().turn("6", "merci");
    again.rows.channel_switches = vec![switch(case.id(), SMS, "secret 3")];
    refused(store, again, |error| matches!(error, CommitError::Duplicate { .. })).await;
    let mut late = stale.clone().turn("7", "trop tard");
    late.rows.channel_switches = vec![switch(case.id(), SMS, "secret 4")];
    refused(store, late, |error| matches!(error, CommitError::Conflict)).await;
    refused(store, Case::new("+33639980001").turn("8", "moi aussi"), |error| matches!(error, CommitError::Conflict))
        .await;

    // By its secret, an address comes from another conversation; then that one is taken over whole.
    let mut third = Case::new("+33639980004");
    ask!(store, commit(third.turn("9", "bonjour")));
    let mut takes = case.turn("10", "KM7T");
    takes.endpoint = Some(EndpointRow {
        endpoint: endpoint("+33639980004"),
        conversation: case.id(),
        contact: case.conversation.contact,
        at: at(10),
        proof: Some(Proof::Code),
    });
    takes.binding = Binding { spends: Some("secret 2".into()), leaves: Some(third.id()), ..Binding::default() };
    ask!(store, commit(takes));
    let (_, fence) = ask!(store, conversation(third.id())).unwrap();
    let merged = TimelineEvent::Other { kind: "merged_into".into(), detail: serde_json::json!({}) };
    let entry = Entry::new(fence.timeline_seq + 1, "camille", &merged, at(11)).unwrap();
    let mut takes = case.turn("11", "fusion");
    let dossier = Dossier { status: Status::Closed, ..third.dossier.clone() };
    let absorbed = Absorbed { conversation: third.id(), fence, dossier, entry };
    takes.binding.absorbs = Some(Box::new(absorbed));
    ask!(store, commit(takes));
    (case, other)
}

async fn refused(store: &Engine, commit: Commit, as_expected: impl Fn(&CommitError) -> bool) {
    testing::step("commit");
    let error = store.commit(commit).await.unwrap_err();
    assert!(as_expected(&error), "{error:?}");
}

fn with_everything(case: &mut Case, given_up: &OutboxRow) -> Commit {
    let mut all = case.turn("5", "tout");
    let conversation = case.id();
    let rows = &mut all.rows;
    rows.contacts = vec![told(case.dossier.id)];
    let (login, dossier) = ("ines".to_owned(), case.dossier.id);
    rows.mentions = vec![MentionRow { login, dossier, seq: 1, by: "camille".into(), at: at(1) }];
    rows.rejected_duplicates = vec![RejectedDuplicate { dossier: case.dossier.id, other: DossierId::new(at(1)) }];
    let document = document(case, "received");
    let filed = |kind| FiledDocument { document: document.id, dossier: Some(case.dossier.id), kind };
    rows.documents = vec![filed(FiledKind::Supposed("damage_photos".into())), filed(FiledKind::AsBefore)];
    rows.received = vec![document];
    rows.outbox = vec![given_up.clone()];
    rows.channel_switches = vec![switch(conversation, SMS, "secret 1"), switch(conversation, Channel::Web, "link 1")];
    rows.due = vec![DueRow::wake(conversation, Some(at(200)))];
    rows.requests = Requests {
        asked: vec![request(case, 1)],
        missed: vec![MissedRow {
            id: MissedId::new(at(4)),
            conversation,
            dossier: Some(case.dossier.id),
            text: "et la franchise ?".into(),
            question: true,
            at: at(4),
        }],
        ..Requests::default()
    };
    rows.opt_out = Some(OptOut::Stopped(OptOutRow {
        endpoint: endpoint("+33639980001"),
        conversation,
        confirmation: 6,
        at: at(5),
    }));
    rows.planning = Planning {
        missions: vec![MissionRow {
            id: MissionId::first_at(at(6)),
            dossier: case.dossier.id,
            conversation,
            insurer: "demo".into(),
            expert: "expert1".into(),
            mode: OrientationMode::Visio,
            state: MissionState::Ordered,
            because: Assignment::default(),
            ordered_by: "camille".into(),
            ordered_at: at(6),
            updated_at: at(6),
        }],
        appointments: vec![appointment(case, AppointmentState::Booked)],
    };
    all
}

fn task(case: &Case) -> ClockRow {
    ClockRow {
        id: "a task".into(),
        kind: ClockKind::Task,
        rule: String::new(),
        dossier: case.dossier.id,
        conversation: case.id(),
        insurer: "demo".into(),
        owner: "insurer".into(),
        assignee: None,
        text: "rappeler".into(),
        started_at: at(1),
        due_at: at(2),
        made_by: "camille".into(),
        ended: None,
    }
}

fn told(dossier: DossierId) -> ToldContact {
    ToldContact { dossier, name: "phone".into(), value: "+33639980001".into() }
}

fn switch(conversation: ConversationId, to: Channel, secret: &str) -> ChannelSwitchRow {
    ChannelSwitchRow { secret_hash: secret.into(), conversation, to, expires_at: at(20_000) }
}

fn appointment(case: &Case, state: AppointmentState) -> AppointmentRow {
    AppointmentRow {
        id: AppointmentId::first_at(at(6)),
        mission: MissionId::first_at(at(6)),
        dossier: case.dossier.id,
        expert: "expert1".into(),
        start: at(90_000),
        end: at(91_800),
        busy_until: at(92_700),
        place: String::new(),
        state,
        updated_at: at(6),
    }
}

fn request(case: &Case, number: i64) -> RequestRow {
    RequestRow {
        id: RequestId::first_at(at(number)),
        conversation: case.id(),
        dossier: case.dossier.id,
        insurer: "demo".into(),
        kind: "complaint".into(),
        desk: "quality".into(),
        text: "je proteste".into(),
        asked_at: at(number),
        acknowledge_by: Some(at(1000)),
        answer_by: at(2000),
        acknowledged: None,
        done: None,
    }
}

fn document(case: &Case, upload_id: &str) -> DocumentRow {
    DocumentRow {
        id: DocumentId::new(at(5)),
        conversation: case.id(),
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: upload_id.into(),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 1000,
        sha256: "ab".repeat(32),
        inspection: Inspection { pending: true, ..Inspection::default() },
        at: at(5),
    }
}

/// What the intake reads.
async fn conversations(store: &Engine, case: &Case, other: &Case) {
    let sms = endpoint("+33639980001");
    ask!(store, has_cited(case.id(), other.id()));
    ask!(store, channel_switch("secret 1", at(10)));
    ask!(store, person_with("demo", "+33699880"));
    ask!(store, may_try("somewhere", 5, at(10), at(600)));
    ask!(store, addresses(case.id()));
    let (_, fence) = ask!(store, conversation(case.id())).unwrap();
    ask!(store, state(&fence));
    ask!(store, conversation_at(&sms));
    ask!(store, messages(case.id(), 1, 20));
    ask!(store, was_received("sms/test/1"));
    ask!(
        store,
        add_link(&LinkRow {
            token_hash: "link 2".into(),
            purpose: LinkPurpose::Resume,
            conversation: case.id(),
            expires_at: at(20_000),
        })
    );
    ask!(store, dossier_of(case.id()));
    ask!(store, documents(case.id()));
    ask!(store, dossier(case.dossier.id));
    ask!(store, dossier_by_reference(&case.dossier.reference));
    ask!(store, timeline(case.id()));
    ask!(store, is_stopped(&sms));
    ask!(store, opt_outs(case.id()));
    ask!(store, acquire_lease("lease", "one", at(10), at(40), at(70)));
    ask!(store, release("lease", "one"));
    ask!(store, claim_due(at(1000), at(2000), 100));
    ask!(store, next_due());
    ask!(store, due(&case.id().to_string()));
    ask!(store, due_of(case.id()));
    ask!(store, clocks(case.id()));
    ask!(store, check_writable());
    ask!(store, has_documents());
    ask!(store, probe(NodeId::new(at(0)), at(0)));
    ask!(store, find_damage());
    ask!(store, schema_version());
    ask!(store, fences(None, 100));
    ask!(store, fences(Some(case.id()), 100));
    ask!(store, verify_log(&fence));
}

/// What the outbox and the channels do.
async fn outbox(store: &Engine, case: &Case) {
    let claimed = ask!(store, claim_outbox(SMS, "test", at(100), at(160), 20));
    let sent = Settled::Sent { provider_id: Some("p1".into()) };
    let again = Settled::Again { next_at: at(300), reason: "busy", counted: false };
    ask!(store, settle_outbox(&[(claimed[0].clone(), sent), (claimed[1].clone(), again)]));
    ask!(store, outbox_due(SMS, "test"));
    ask!(store, advance_outbox(SMS, "test", at(1), at(100_000)));
    let put_off = [(claimed[1].id, at(300), at(200))];
    ask!(store, bring_outbox_forward(SMS, "test", at(1), at(100_000), &put_off));
    ask!(store, outbox_waiting(SMS, "test"));
    ask!(store, outbox_row(claimed[0].id));
    ask!(store, outbox_by_provider_id(SMS, "test", "provider 500"));
    ask!(store, advance_delivery(claimed[0].id, Delivery::Delivered));
    ask!(store, advance_delivery(claimed[0].id, Delivery::Read));
    ask!(store, opted_out(&claimed[0]));
    let report = EarlyReport { provider_id: "provider 900".into(), delivery: Delivery::Delivered, reason: None };
    ask!(store, keep_early_report(SMS, "test", &report, at(100)));
    ask!(store, early_reports(SMS, "test", &["provider 900".into()]));
    ask!(store, early_provider_ids(SMS, "test", "provider", 100));
    ask!(store, forget_early_report(SMS, "test", "provider 900"));
    ask!(store, said(case.id(), 1));
    ask!(store, sent_ids(case.id(), &endpoint("+33639980001"), 5));
    ask!(store, received_ids(case.id(), SMS, 100, 5));
    ask!(store, secret("key"));
    ask!(store, mailbox(Channel::Email, "test"));
    ask!(store, advance_mailbox(Channel::Email, "test", MailboxRow { validity: 1, last_uid: 2 }));
    let part = SmsPart {
        account: "test".into(),
        address: "+33639980001".into(),
        reference: 7,
        total: 2,
        number: 1,
        content: "00".into(),
        coding: 0,
        id: "i".into(),
        done: false,
        at: at(1),
    };
    let parts = ask!(store, keep_sms_part(&part, at(0)));
    ask!(store, finish_sms_parts(&parts));
    ask!(store, overdue_sms_parts("test", at(100), at(0)));
}

async fn planning_and_requests(store: &Engine, case: &Case) {
    ask!(store, mission(case.dossier.id));
    ask!(store, booked("expert1", at(0), at(1_000_000)));
    ask!(store, mission_load());
    ask!(store, open_requests(case.id()));
    ask!(store, taught(99_990));
}

/// Policies, the flows' revisions, handlers.
async fn registers(store: &Engine) {
    let policy = PolicyRow {
        insurer: "demo".into(),
        number_key: "number".into(),
        name_key: "name".into(),
        birth_date: None,
        postcode: None,
        policy: serde_json::json!({}),
    };
    ask!(store, put_policies(std::slice::from_ref(&policy), at(1)));
    ask!(store, policy_by_number("demo", "number 500"));
    ask!(store, policies_by_name("demo", "name 500"));
    let sources = BTreeMap::from([("a.yaml".to_owned(), "a: 1".to_owned())]);
    ask!(store, use_flow_revision("one", &sources, at(1)));
    ask!(store, flow_revision("one"));
    ask!(store, flow_revisions_to_rewrite());
    ask!(store, rewrite_flow_revision("one", Some(("one", &sources))));
    ask!(store, rewrite_flow_revision("one", Some(("other", &sources))));
    ask!(store, prune_flow_revisions(at(100)));
    let users = store.users();
    let login = "camille";
    ask!(users, add_handler(&HandlerRow::new(login, "Camille", "handler", "x"), at(1)));
    ask!(users, handler(login));
    ask!(users, handlers());
    let session = SessionRow {
        token_hash: "t".into(),
        login: login.into(),
        csrf: "c".into(),
        expires_at: at(20_000),
        opened_at: Some(at(1)),
        seen_at: None,
        origin: "192.0.2.1".into(),
        browser: "Firefox".into(),
    };
    ask!(users, add_session(&session));
    ask!(users, session("t", at(1)));
    ask!(users, touch(&session, at(2)));
    ask!(users, sessions(login, at(2)));
    ask!(users, end_other_sessions(login, "t"));
    ask!(users, end_session("t"));
    ask!(users, set_password(login, "y", true));
    ask!(users, change(login, "Camille", "reader", &Reach::All, &Reach::none()));
    let made_by = login.to_owned();
    let invitation = InvitationRow { token_hash: "i".into(), login: login.into(), made_by, expires_at: at(20_000) };
    ask!(users, invite(&invitation));
    ask!(users, invited("i", at(2)));
    ask!(users, accept("i", "z", at(2))).unwrap();
    ask!(users, set_disabled(login, Some(at(3))));
    ask!(users, set_away(login, Some(at(3))));
    ask!(users, leave(login, at(3)));
    let view = SavedView { login: login.into(), name: "les miens".into(), query: "view=mine".into() };
    ask!(users, keep_view(&view));
    ask!(users, views(login));
    ask!(users, forget_view(login, "les miens"));
    let line = AccessRow::new(login, AccessKind::LogIn, login, "192.0.2.1", at(3));
    ask!(store.access_log(), note(&line));
}

/// What users see and do.
/// What the full-text index is told.
async fn words(store: &Engine, case: &Case) {
    ask!(store, unindexed(None, 100));
    ask!(store, unindexed(Some(fill::id('D', 99_000).parse().unwrap()), 100));
    ask!(store, facts(case.id()));
    let entry = |revision, holder: &str| SearchEntry {
        conversation: case.id(),
        dossier: case.dossier.id,
        revision,
        insurer: "demo".into(),
        desk: None,
        fields: vec![SearchField { name: "holder".into(), text: holder.into() }],
        said: ["bonjour".to_owned()].into(),
    };
    for (revision, holder) in [(1, "Jeanne Petit"), (2, "Jeanne Martin"), (2, "Marc Petit"), (3, "Jeanne Martin")] {
        ask!(store, index(&[entry(revision, holder)]));
    }
    ask!(store, forget_words(case.id()));
    ask!(store, index(&[entry(4, "Nadia Roux")]));
}

async fn console(store: &Engine, case: &Case) {
    let known = ["demo", "quality"].into_iter().collect::<Reach>();
    let scopes = [
        Scope::everything(),
        Scope::of("handler", "ines", known.clone(), known),
        Scope::of("expert", "expert1", Reach::All, Reach::All),
    ];
    for scope in &scopes {
        Box::pin(seen(store, case, scope)).await;
    }
}

async fn seen(store: &Engine, case: &Case, scope: &Scope) {
    let cases = store.cases(scope);
    let id = case.id();
    ask!(cases, conversation(id));
    let (_, fence) = ask!(store, conversation(id)).unwrap();
    ask!(cases, messages(id, 0, 100));
    ask!(cases, outbox(id, 0));
    ask!(cases, endpoints(id));
    ask!(cases, addresses(id));
    ask!(cases, proofs(id));
    ask!(cases, dossier(case.dossier.id));
    ask!(cases, facts(id));
    ask!(cases, timeline(id));
    ask!(cases, decisions(id));
    ask!(cases, verify_log(&fence));
    ask!(cases, documents(id));
    ask!(cases, document(DocumentId::new(at(1))));
    ask!(cases, policy_by_number("demo", "number 500"));
    ask!(cases, mentions("login7"));
    ask!(cases, is_mentioned("login7", fill::id('D', 7).parse().unwrap()));
    ask!(cases, read_mentions("login7", fill::id('D', 7).parse().unwrap()));
    ask!(cases, access_of(fill::id('D', 50).parse().unwrap()));
    for login in [None, Some("login5")] {
        let page = ask!(cases, accesses(login, None, 50));
        ask!(cases, accesses(login, page.next.as_ref(), 50));
    }
    for search in ["h500", "182Z-GTJ1", "06 12 34 56 78", "bonjour", "holderx5", "nadja roux"] {
        ask!(cases, find(&Search::of(search), 20));
    }
    // An old one whose phone, policy and addresses others have too.
    let known: DossierId = fill::id('D', 50).parse().unwrap();
    let mut old = ask!(store, dossier(known)).unwrap();
    old.status = Status::Oriented;
    ask!(cases, duplicate_candidates(&old));
    ask!(cases, dossiers_of_person(&old));
    ask!(cases, clocks(case.id()));
    for filter in [
        OwedFilter::default(),
        OwedFilter { login: Some("camille".into()), ..OwedFilter::default() },
        OwedFilter { what: Some("cat_inform".into()), ..OwedFilter::default() },
    ] {
        ask!(cases, owed(&filter, Some((at(10), "x".into())), 20));
    }
    ask!(cases, owed_counts(at(1), at(2), at(1000)));
    ask!(cases, overdue_by_handler(at(1000)));
    ask!(cases, due(case.id()));
    ask!(cases, counts());
    ask!(cases, count_held("login7"));
    let ids: Vec<DossierId> = (1..50).map(|n| fill::id('D', n).parse().unwrap()).collect();
    // The filled logs cannot be read: one that can, and others of which there is none.
    let none = (50_001..50_050).map(|n| fill::id('C', n).parse().unwrap());
    let conversations: Vec<ConversationId> = none.chain([id]).collect();
    ask!(cases, last_words(&conversations));
    ask!(cases, next_dates(&conversations));
    ask!(cases, read_marks(&ids));
    ask!(cases, drafts(&ids));
    ask!(cases, tags(&ids));
    ask!(cases, mark_read(&case.dossier, "ines", 2));
    ask!(cases, mark_read(&case.dossier, "ines", 3));
    ask!(cases, keep_draft(&case.dossier, "ines", "reply", "bonj", at(1)));
    ask!(cases, keep_draft(&case.dossier, "ines", "reply", "", at(2)));
    ask!(cases, tag(&case.dossier, "carla", true));
    ask!(cases, tag(&case.dossier, "carla", false));
    ask!(cases, mission(case.dossier.id));
    ask!(cases, booked("expert1", at(0), at(1_000_000)));
    ask!(cases, mission_load());
    let appointment = AppointmentId::first_at(at(6));
    ask!(cases, mission_of_appointment(appointment));
    ask!(cases, agenda("expert1", at(0), None, 20));
    ask!(cases, agenda("expert1", at(0), Some((at(1), appointment)), 20));
    // Where the first page is empty, the missions of it are not asked for.
    let agenda = ask!(cases, agenda("expert0", jiff::Timestamp::UNIX_EPOCH, None, 20));
    assert_eq!(agenda.is_empty(), scope.expert().is_some());
    ask!(cases, missions_to_arrange("expert1", at(0), None, 20));
    for desk in [None, Some("quality".into())] {
        for done in [false, true] {
            ask!(cases, requests(desk.as_ref(), done, 100));
        }
    }
    ask!(cases, request_counts(at(0)));
    ask!(cases, request(RequestId::first_at(at(1))));
    ask!(cases, open_requests(id));
    if let Some(first) = ask!(cases, missed(20)).first() {
        ask!(cases, missed_text(first.id));
        ask!(cases, settle_missed(first.id, Some("declare_water"), "camille", at(20)));
    }
    let sorts = [
        InboxSort::Priority,
        InboxSort::Waiting,
        InboxSort::Reference,
        InboxSort::Holder,
        InboxSort::Peril,
        InboxSort::Status,
        InboxSort::Orientation,
        InboxSort::Insurer,
        InboxSort::Missing,
        InboxSort::Updated,
    ];
    let all = InboxFilter::default();
    for sort in sorts {
        for reversed in [false, true] {
            let filter = InboxFilter { sort, reversed, ..all.clone() };
            let page = ask!(cases, inbox(&filter, None, 50));
            ask!(cases, inbox(&filter, page.next.as_ref(), 50));
        }
    }
    let filters = [
        InboxFilter { status: Some(Status::Closed), ..all.clone() },
        InboxFilter { orientation: Some(Oriented::NotYet), waiting: true, ..all.clone() },
        InboxFilter { peril: Some("peril1".into()), insurer: Some("demo".into()), ..all.clone() },
        InboxFilter { search: Some("h5000".into()), ..all.clone() },
        InboxFilter { search: Some("h5000 holder".into()), status: Some(Status::Closed), ..all.clone() },
        InboxFilter { handler: Some("login7".into()), ..all.clone() },
        InboxFilter { handler: Some("login7".into()), search: Some("holder".into()), ..all.clone() },
        InboxFilter { tag: Some("tag7".into()), handler: Some("login7".into()), ..all.clone() },
        InboxFilter { tag: Some("tag50".into()), status: Some(Status::Closed), ..all.clone() },
        InboxFilter { unassigned: true, ready: true, ..all.clone() },
        // What a tenth of all have, alone and with what half of all have.
        InboxFilter { search: Some("h1".into()), ..all.clone() },
        InboxFilter { search: Some("holder h1".into()), ..all.clone() },
    ];
    for filter in &filters {
        ask!(cases, inbox(filter, None, 50));
    }
}

/// What a policyholder reaches.
async fn one_conversation(store: &Engine, case: &Case) {
    let doors = store.doors();
    let device = Endpoint { channel: Channel::Web, account: "test".into(), address: "secret".into() };
    ask!(doors, may_upload("somewhere", 5, at(10), at(600)));
    let own = ask!(doors, by_link("link 2", LinkPurpose::Resume, at(10))).unwrap();
    ask!(doors, resume("link 2", &device, at(10))).unwrap();
    // The same device once more, and two days later.
    ask!(doors, resume("link 2", &device, at(10))).unwrap();
    ask!(doors, session(&device, at(200_000))).unwrap();
    let (row, _) = ask!(own, row()).unwrap();
    ask!(own, messages(0, 20));
    ask!(own, dossier());
    let row = crate::store::ConversationRow { handler: Some("camille".into()), ..row };
    ask!(own, speaker(&row));
    ask!(own, documents());
    ask!(own, held_files());
    let document = document(case, "upload");
    let quota = FileQuota { files: 10, bytes: 100_000 };
    ask!(own, add_document(document.clone(), quota)).unwrap();
    let claimed = ask!(store, claim_inspection(at(100), at(200), at(500_000))).unwrap().document;
    ask!(store, put_off_inspection(claimed.id, at(300), false));
    ask!(store, finish_inspection(&claimed, &Inspection::default()));
    ask!(own, document(document.id));
    ask!(own, document_by_upload("upload"));
    ask!(own, add_link("link 3", LinkPurpose::Resume, at(20_000)));
    ask!(own, timeline());
    ask!(own, facts());
    ask!(own, mission());
    ask!(own, addresses());
    ask!(doors, may_prove("somebody", 5, at(10), at(600)));
    ask!(own, spend_code("link 3", at(10)));
    ask!(own, devices(at(10)));
    ask!(own, disconnect_others(&device));
    ask!(own, leave(&device));
}

async fn housekeeping(store: &Engine) {
    for expired in Expired::ALL {
        ask!(store, prune(expired, at(0), 500));
    }
    ask!(store, prune_outbox(None, at(0), 500));
    ask!(store, prune_outbox(Some(OutboundId::first_at(at(0))), at(1), 500));
    ask!(store, files_with_a_row(&["sha1".into(), "sha2".into()]));
}
