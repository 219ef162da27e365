//! Fills a database with dossiers as years of work leave them: whole conversations, sealed and stored by the store's own
//! commits, so that all that reads them finds them as a turn leaves them.

use std::{sync::Arc, time::Instant};

use futures_util::{StreamExt as _, stream};
use guichet::{
    contract::{name_key, number_key},
    document::Inspection,
    domain::{
        clock::Clock,
        fact::{Fact, Source, Value},
        fact_name::FactName,
        id::{ContactId, ConversationId, DocumentId, DossierId},
        language::Language,
        message::{Author, Body, Channel, Endpoint, GUICHET, POLICYHOLDER, QuickReply},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    dossier::{Decision, Dossier, Entry, Override, Status, TimelineEvent, Wanted, reference_of},
    flow::{Library, built_in},
    store::{
        Binding, Commit, CommitError, ConversationRow, DecisionRow, Delivery, DocumentRow, EndpointRow, Engine, Fence,
        MessageRow, OutboxRow, PolicyRow, SearchChange, StateChange, StoreError, ToldContact, TurnRows,
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::find;

/// The years over which the dossiers were opened.
const YEARS: i64 = 3;
/// Commits under way at a time: some groups of the group commit.
const UNDER_WAY: usize = 2048;
/// Policies that are stored by one transaction.
const POLICIES: u64 = 10_000;

const FIRST_NAMES: [&str; 24] = [
    "Jeanne",
    "Marc",
    "Zoé",
    "Élodie",
    "Ali",
    "Nadia",
    "Paul",
    "Hugo",
    "Inès",
    "Denis",
    "Sophie",
    "Karim",
    "Odile",
    "Moussa",
    "Julie",
    "Thomas",
    "Monique",
    "Camille",
    "Léa",
    "Luc",
    "Marie-Claire",
    "Jean-Pierre",
    "Anaïs",
    "Félix",
];
const NAME_BEGINNINGS: [&str; 24] = [
    "Mar", "Pet", "Le G", "Du", "Ber", "Fon", "Rou", "Mo", "La", "Dupr", "Gar", "Lef", "Sim", "Bon", "Ch", "Rob", "Bl",
    "Guer", "Ham", "Nic", "Per", "Vid", "Fl", "Da Sil",
];
const NAME_ENDS: [&str; 20] = [
    "tin", "it", "off", "bois", "nard", "taine", "reau", "ault", "ron", "sier", "ry", "nay", "ert", "vin", "eau", "ot",
    "anc", "in", "va", "let",
];
/// The insurers and the perils, the first ones far more often.
const INSURERS: [&str; 8] = ["demo", "phare", "rives", "alpes", "ouest", "midi", "nord", "ile"];
const PERILS: [&str; 12] = [
    "water_damage",
    "car_collision",
    "burglary",
    "car_glass",
    "storm",
    "fire",
    "glass",
    "electrical",
    "vandalism",
    "liability",
    "flood",
    "drought",
];
const SAID: [&str; 8] = [
    "bonjour, j'ai une fuite d'eau dans la cuisine depuis hier soir",
    "oui",
    "c'était samedi vers 18 h, je n'étais pas là",
    "12 rue des Lilas 69003 Lyon",
    "environ 900 euros je pense, le parquet et deux murs",
    "je ne sais pas",
    "voici les photos",
    "merci, et quand l'expert passe-t-il ?",
];
const ASKED: [&str; 6] = [
    "Bonjour, je suis l'assistant de votre assureur. Que s'est-il passé ? Dites-le avec vos mots, en une phrase ou deux.",
    "Quand est-ce arrivé ? Le jour suffit, par exemple « hier » ou « le 3 mars ».",
    "À quelle adresse ? Donnez la rue, le code postal et la ville du logement où cela s'est passé.",
    "Quel est le montant des dégâts, à peu près ? Vous pouvez répondre « je ne sais pas ».",
    "Envoyez vos photos quand vous voulez : une vue d'ensemble, puis de près ce qui est abîmé.",
    "C'est noté. Un gestionnaire lit votre dossier et vous répond ici même, au plus tard sous deux jours ouvrés.",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Fill {
    /// As in the configuration: `sqlite:PATH` or `postgres://…`.
    #[arg(long)]
    store: String,
    #[arg(long, default_value_t = 1_000_000)]
    dossiers: u64,
    /// Of all of them together.
    #[arg(long, default_value_t = 10_000_000)]
    messages: u64,
}

/// Numbers that are the same for each run and dossier.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    /// The first of them far more often than the last.
    fn mostly<T: Copy>(&mut self, all: &[T]) -> T {
        let bound = self.below(all.len() as u64) + 1;
        all[usize::try_from(self.below(bound)).unwrap()]
    }
}

pub(crate) async fn fill(options: &Fill) {
    let store = Engine::open(&options.store).await.unwrap();
    let library = Library::from_sources(built_in()).unwrap();
    let now = Clock::system().now();
    store.use_flow_revision(library.revision(), library.sources(), now).await.unwrap();
    let (begun, mut told) = (Instant::now(), Instant::now());
    for first in (0..options.dossiers).step_by(usize::try_from(POLICIES).unwrap()) {
        let rows: Vec<_> = (first..options.dossiers.min(first + POLICIES)).map(policy).collect();
        store.put_policies(&rows, now).await.unwrap();
    }
    println!("{} policies after {:.0} s", options.dossiers, begun.elapsed().as_secs_f64());
    let lives = (0..options.dossiers).map(|number| {
        let life = Life::new(options, number, library.revision(), now);
        store.commit(life.commit())
    });
    let mut stored = stream::iter(lives).buffer_unordered(UNDER_WAY);
    let (mut dossiers, mut messages) = (0_u64, 0_i64);
    while let Some(commit) = stored.next().await {
        match commit {
            Ok(commit) => messages += commit.fence.last_seq,
            // A reference has forty random bits: of a million, two may be the same.
            Err(CommitError::Store(error)) if matches!(*error, StoreError::Taken) => {
                println!("a life is left out: an identifier of it, most likely its reference, is taken");
                continue;
            }
            Err(error) => panic!("{error}"),
        }
        dossiers += 1;
        if told.elapsed().as_secs() >= 5 || dossiers == options.dossiers {
            told = Instant::now();
            let seconds = begun.elapsed().as_secs_f64();
            println!("{dossiers} of {} dossiers, {messages} messages after {seconds:.0} s", options.dossiers);
        }
    }
    drop(stored);
    let indexed = find::index(&store).await;
    println!("{indexed} dossiers indexed after {:.0} s", begun.elapsed().as_secs_f64());
    store.close().await;
}

/// What the holder of a dossier is called.
fn holder(number: u64) -> (&'static str, String) {
    let mut random = Random(number ^ 0x0068_6f6c_6465_7200);
    let first = random.mostly(&FIRST_NAMES);
    (first, format!("{}{}", random.mostly(&NAME_BEGINNINGS), random.one_of(&NAME_ENDS)))
}

fn policy_number(number: u64) -> String {
    format!("F{number:08}")
}

fn insurer(number: u64) -> &'static str {
    Random(number ^ 0x0069_6e73_7572_6572).mostly(&INSURERS)
}

fn policy(number: u64) -> PolicyRow {
    let ((first_name, last_name), insurer) = (holder(number), insurer(number));
    let policy = json!({
        "insurer": insurer, "number": policy_number(number), "last_name": last_name, "first_name": first_name,
        "starts_on": "2021-01-01", "covers": [{ "perils": ["water_damage", "fire"], "deductible": 15_000, "limit": 6_000_000 }],
    });
    PolicyRow {
        insurer: insurer.to_owned(),
        number_key: number_key(&policy_number(number)),
        name_key: name_key(&last_name),
        birth_date: Some(format!("19{:02}-0{}-1{}", number % 90 + 10, number % 9 + 1, number % 10)),
        postcode: Some(format!("{:05}", 1000 + number % 94_000)),
        policy,
    }
}

/// A dossier with all that was said and done in it.
struct Life {
    random: Random,
    number: u64,
    messages: i64,
    opened_at: Timestamp,
    now: Timestamp,
    contact: ContactId,
    conversation: ConversationId,
    endpoint: Endpoint,
    flow_revision: String,
    dossier: Dossier,
}

impl Life {
    fn new(options: &Fill, number: u64, flow_revision: &str, now: Timestamp) -> Self {
        let mut random = Random(number);
        let span = SignedDuration::from_hours(24 * 365 * YEARS).as_millis();
        let age = span - span * i128::from(number) / i128::from(options.dossiers);
        let opened_at = now - SignedDuration::from_millis(i64::try_from(age).unwrap());
        let each = (options.messages / options.dossiers).max(2);
        // Between half and one and a half of what is wanted.
        let messages = i64::try_from(each / 2 + random.below(each + 1)).unwrap().max(2);
        let (conversation, id) = (ConversationId::new(opened_at), DossierId::new(opened_at));
        let (first, last) = holder(number);
        // What is open is mostly young.
        let is_open = random.percent(if number * 20 > options.dossiers * 19 { 60 } else { 2 });
        let status = match random.below(10) {
            _ if !is_open => {
                if random.percent(97) {
                    Status::Closed
                } else {
                    Status::Withdrawn
                }
            }
            0..3 => Status::Collecting,
            3 => Status::Qualified,
            4..6 => Status::Oriented,
            _ => Status::HandedOver,
        };
        let is_oriented = !matches!(status, Status::Collecting | Status::Qualified) && random.percent(90);
        let waits = status == Status::HandedOver && random.percent(40);
        let updated_at = (opened_at
            + SignedDuration::from_secs(messages * 90)
            + if status.is_over() {
                SignedDuration::from_hours(i64::try_from(24 + random.below(24 * 40)).unwrap())
            } else {
                SignedDuration::ZERO
            })
        .min(now);
        let wanted = |kind: &str, received| Wanted { kind: kind.to_owned(), required: true, received, supposed: 0 };
        let dossier = Dossier {
            id,
            reference: reference_of(conversation),
            insurer: insurer(number).to_owned(),
            conversation,
            peril: random.mostly(&PERILS).to_owned(),
            status,
            policy: random.percent(85).then(|| policy_number(number)),
            holder: (status != Status::Collecting || random.percent(50)).then(|| format!("{first} {last}")),
            orientation: is_oriented.then(|| random.one_of(&OrientationMode::ALL)),
            desk: None,
            priority: match random.below(50) {
                0 => Priority::Urgent,
                1..6 => Priority::High,
                _ => Priority::Normal,
            },
            handover: (status == Status::HandedOver).then(|| "requested".to_owned()),
            handler: None,
            wanted: vec![
                wanted("damage_photos", u32::from(random.percent(80))),
                wanted("invoice", u32::from(random.percent(if status.is_over() { 95 } else { 40 }))),
            ],
            waiting_since: waits.then_some(updated_at),
            snoozed_until: None,
            opened_at,
            updated_at,
        };
        Self {
            random,
            number,
            messages,
            opened_at,
            now,
            contact: ContactId::new(opened_at),
            conversation,
            endpoint: Endpoint { channel: Channel::Sms, account: "fill".to_owned(), address: phone(number) },
            flow_revision: flow_revision.to_owned(),
            dossier,
        }
    }

    /// When the message with this number was written.
    fn at(&self, seq: i64) -> Timestamp {
        (self.opened_at + SignedDuration::from_secs(90 * (seq - 1))).min(self.now)
    }

    fn commit(mut self) -> Commit {
        let (timeline, decisions) = self.timeline();
        let (messages, outbox) = self.messages();
        let documents = self.documents();
        let fence = Fence {
            revision: 1,
            last_seq: self.messages,
            read_seq: self.messages,
            timeline_seq: i64::try_from(timeline.len()).unwrap(),
            ..Fence::new(self.conversation, self.dossier.updated_at)
        };
        let told = |name: FactName, value: Value| ToldContact::of(self.dossier.id, &name, Some(&value));
        let contacts = told(FactName::PHONE, Value::Phone(phone(self.number)));
        let rows = TurnRows {
            messages,
            timeline,
            decisions,
            state: Some(self.state()),
            contacts: contacts.into_iter().collect(),
            search: SearchChange::between(None, &self.dossier),
            received: documents,
            outbox,
            ..TurnRows::default()
        };
        let commit = Commit {
            key: None,
            conversation: Arc::new(ConversationRow {
                id: self.conversation,
                contact: self.contact,
                insurer: self.dossier.insurer.clone(),
                endpoint: self.endpoint.clone(),
                language: Language::Fr,
                handler: None,
                flow_revision: self.flow_revision,
                dossier: Some(self.dossier.id),
                opened_at: self.opened_at,
            }),
            is_changed: true,
            fence,
            log: Vec::new(),
            endpoint: Some(EndpointRow {
                endpoint: self.endpoint,
                conversation: self.conversation,
                contact: self.contact,
                at: self.opened_at,
                proof: None,
            }),
            binding: Binding::default(),
            dossier: Some(Arc::new(self.dossier)),
            rows,
        };
        commit.seal().unwrap()
    }

    /// By turns the person's and ours, and how each of ours was brought.
    fn messages(&mut self) -> (Vec<MessageRow>, Vec<OutboxRow>) {
        let (mut messages, mut outbox) = (Vec::new(), Vec::new());
        for seq in 1..=self.messages {
            let (is_theirs, at) = (seq % 2 == 1, self.at(seq));
            let text = if is_theirs { self.random.one_of(&SAID) } else { self.random.one_of(&ASKED) };
            let mut body = Body { text: text.to_owned(), ..Body::default() };
            if !is_theirs {
                if self.random.percent(30) {
                    let reply =
                        |payload: &str, label: &str| QuickReply { payload: payload.into(), label: label.into() };
                    body.quick_replies = vec![reply("answer=yes", "Oui"), reply("answer=no", "Non")];
                }
                let mut row = OutboxRow::new(self.conversation, seq, self.endpoint.clone(), at);
                (row.delivery, row.attempts, row.epoch) = (Delivery::Delivered, 1, 1);
                row.provider_id = Some(row.id.to_string());
                outbox.push(row);
            }
            messages.push(MessageRow {
                conversation: self.conversation,
                seq,
                author: if is_theirs { Author::Policyholder } else { Author::Guichet },
                channel: Channel::Sms,
                body,
                client_id: None,
                at,
            });
        }
        (messages, outbox)
    }

    fn timeline(&mut self) -> (Vec<Entry>, Vec<DecisionRow>) {
        let Dossier { reference, peril, status, orientation, priority, updated_at, .. } = self.dossier.clone();
        let (mut lines, mut decisions) = (Vec::new(), Vec::new());
        let mut add = |actor: &str, event: &TimelineEvent, at| {
            let seq = i64::try_from(lines.len()).unwrap() + 1;
            lines.push(Entry::new(seq, actor, event, at).unwrap());
            seq
        };
        add(GUICHET, &TimelineEvent::Opened { reference, peril }, self.opened_at);
        add(GUICHET, &TimelineEvent::ToldContact {}, self.at(2));
        if status != Status::Collecting {
            add(GUICHET, &TimelineEvent::Qualified {}, self.at(self.messages));
        }
        if let Some(mode) = orientation {
            let overridden = self.random.percent(20);
            let before = Some(OrientationMode::Tele);
            let reason = "Photos nettes, dégâts limités".to_owned();
            let event = if overridden {
                TimelineEvent::Overrode { mode, before, reason: reason.clone() }
            } else {
                TimelineEvent::Oriented { mode: Some(mode), missing: Vec::new() }
            };
            let seq = add(if overridden { "camille" } else { GUICHET }, &event, self.at(self.messages));
            if overridden {
                let decision = Decision::Override(Override { overridden_by: "camille".into(), mode, before, reason });
                decisions.push(DecisionRow { seq, decision, at: self.at(self.messages) });
            }
        }
        match status {
            Status::HandedOver => {
                add(GUICHET, &TimelineEvent::HandedOver { reason: "requested".into(), priority }, updated_at);
            }
            Status::Closed => {
                add("camille", &TimelineEvent::Closed { reason: "settled".into(), refused: false }, updated_at);
            }
            Status::Withdrawn => {
                add(POLICYHOLDER, &TimelineEvent::Withdrawn {}, updated_at);
            }
            Status::Collecting | Status::Qualified | Status::Oriented => {}
        }
        (lines, decisions)
    }

    fn documents(&mut self) -> Vec<DocumentRow> {
        let count = if self.random.percent(30) { 1 + self.random.below(3) } else { 0 };
        let row = |place: u64| DocumentRow {
            id: DocumentId::new(self.opened_at),
            conversation: self.conversation,
            dossier: Some(self.dossier.id),
            kind: Some("damage_photos".to_owned()),
            is_supposed: false,
            upload_id: format!("mms/{place}"),
            name: format!("photo-{place}.jpg"),
            media_type: "image/jpeg".to_owned(),
            bytes: 2_400_000,
            sha256: format!("{:016x}{:048x}", self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15), place),
            inspection: Inspection { width: Some(3024), height: Some(4032), ..Inspection::default() },
            at: self.at(self.messages),
        };
        (0..count).map(row).collect()
    }

    /// What the person told, as the last turn's whole state.
    fn state(&self) -> StateChange {
        let fact = |value| Fact { value, source: Source::Policyholder };
        let facts = json!({
            "phone": fact(Value::Phone(phone(self.number))),
            "damage_amount": fact(Value::Amount(90_000)),
            "cause": fact(Value::Choice("leak".to_owned())),
            "other_remark": fact(Value::Text("le parquet et deux murs de la cuisine, et le plafond du voisin".to_owned())),
        });
        let state = json!({ "f": facts, "l": "fr", "e": self.dossier.peril, "r": self.dossier.reference });
        let value = json!({ "v": 1, "m": 1, "d": { "f": facts }, "s": state }).to_string();
        StateChange { value, is_whole: true }
    }
}

/// The telephone of the person with this number: nobody else's, nor of those who drive.
fn phone(number: u64) -> String {
    format!("+337{number:08}")
}
