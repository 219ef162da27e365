//! A database that the program of the last landing wrote: today's program opens it, and its conversations go on.
//!
//! `landings/` holds what `guichet demo` of that landing left behind, on each engine, after seven people wrote by SMS: one
//! at the beginning, two in the middle of a water damage, one in English, one with a car, one who asked for a person, two
//! who sent their claim (one was offered three slots, the other booked one and was kept apart from another dossier). The
//! flows that they began with are kept once for both engines.

use std::{collections::BTreeMap, io::Read as _};

use flate2::read::GzDecoder;
use guichet::{
    domain::{
        link::LinkPurpose,
        log::Verdict,
        message::{Channel, Endpoint},
    },
    dossier::{Dossier, Status, TimelineEvent},
    store::AppointmentState,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::support::{ALL, Database, House, on_both_engines};

on_both_engines! {
    the_conversations_of_the_last_landing_go_on_where_they_were,
    the_dossiers_of_the_last_landing_are_read_whole,
    what_was_taught_leaves_the_flows_of_the_last_landing,
    links_of_the_last_landing_get_their_purpose,
}

const SQLITE: &[u8] = include_bytes!("landings/fa7fa26.sqlite.gz");
const POSTGRES: &[u8] = include_bytes!("landings/fa7fa26.postgres.sql.gz");
const FLOWS: &[u8] = include_bytes!("../landings/fa7fa26.json.gz");

/// The morning after the evening on which they wrote.
const NEXT_MORNING: &str = "2026-11-30T09:30:00+01:00";

/// What people answer from where they stood: a part of the question, in lower case, and the answer.
const ANSWERS: &[(&str, &str)] = &[
    ("voici ce que j'ai noté", "envoyer"),
    ("touche-t-elle une prise", "non"),
    ("plafond gonfle", "non"),
    ("qui êtes-vous", "c'est moi l'assurée"),
    ("numéro de contrat", "7541289"),
    ("quelle adresse", "12 rue des Lilas 69003 Lyon"),
    ("étage, numéro de porte", "3e étage, porte 12"),
    ("autres logements sont-ils touchés", "non"),
    ("d'où vient l'eau", "de chez moi"),
    ("qu'est-ce qui a fui", "la machine à laver"),
    ("fuite est-elle réparée", "oui"),
    ("qui l'a réparée", "un plombier"),
    ("moins de 10 ans", "non"),
    ("quelles pièces", "la cuisine et le couloir"),
    ("qu'est-ce qui est abîmé", "le parquet et les murs"),
    ("du montant des dégâts", "900 euros"),
    ("envoyez vos photos", "plus tard"),
    ("autre chose à ajouter", "passer"),
    ("recontacte", "ici même"),
    ("le logement est", "une maison"),
    ("vous êtes :", "propriétaire, j'y habite"),
    ("autres dégâts des eaux", "non"),
    ("en vidéo", "oui"),
    ("?", "je ne sais pas"),
];
/// No claim takes more.
const MAX_ANSWERS: usize = 40;

/// Links were told apart by the turn that gave them, which only the log knows.
async fn links_of_the_last_landing_get_their_purpose(db: Database) {
    const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;
    restore(&db).await;
    let conversation = "(SELECT conversation FROM endpoint WHERE address = '+33639980101')";
    db.execute(Box::leak(
        format!(
            "INSERT INTO outbox (id, conversation, seq, channel, account, address, status, attempts, epoch, next_at, at) \
             VALUES ('o', {conversation}, 1, 'sms', 'test', 'x', 'sent', 1, 1, 0, 0)"
        )
        .into_boxed_str(),
    ))
    .await;
    for (token, later) in [("chat", WEEK), ("photos", 4 * WEEK)] {
        let sql = format!(
            "INSERT INTO resume_link (token_hash, conversation, expires_at) SELECT '{token}', conversation, MIN(at) + {later} \
             FROM message WHERE conversation = {conversation} GROUP BY conversation"
        );
        db.execute(Box::leak(sql.into_boxed_str())).await;
    }
    let store = db.store().await;
    let now = NEXT_MORNING.parse().unwrap();
    for (token, purpose, other) in
        [("chat", LinkPurpose::Resume, LinkPurpose::Upload), ("photos", LinkPurpose::Upload, LinkPurpose::Resume)]
    {
        assert!(store.doors().by_link(token, purpose, now).await.unwrap().is_some(), "{token}");
        assert!(store.doors().by_link(token, other, now).await.unwrap().is_none(), "{token}");
    }
}

async fn the_conversations_of_the_last_landing_go_on_where_they_were(db: Database) {
    restore(&db).await;
    let house = House::open(&db, NEXT_MORNING).await;

    for unfinished in ["+33639980101", "+33639980102"] {
        let person = at(unfinished);
        let asked = house.guichet_said(&person).await.pop().unwrap().1;
        finish(&house, &person, asked).await;
        assert!(
            matches!(house.dossier(&person).await.status, Status::Oriented | Status::HandedOver),
            "{unfinished}: {:?}",
            house.dossier(&person).await.status
        );
    }
    for (person, answer, next) in [
        ("+33639980105", "AB-123-CD", "?"),
        ("+33639980106", "continuer", "étage, numéro de porte"),
        ("+33639980107", "no", "?"),
        ("+33639980104", "quand passe l'expert ?", "décembre"),
    ] {
        let before = house.guichet_said(&at(person)).await.pop().unwrap().1;
        let said = house.say(&at(person), answer).await;
        assert!(said.contains(next) && said != before, "{person} after {before:?}: {said:?}");
    }

    // The first of the three slots that were offered the evening before is booked by somebody else since: others are offered.
    let offered = at("+33639980103");
    let taken = house.say(&offered, "1").await;
    assert!(taken.contains("vient d'être pris"), "{taken}");
    house.say(&offered, "1").await;
    let mission = house.store.mission(house.dossier(&offered).await.id).await.unwrap().unwrap();
    assert!(mission.booked().is_some(), "{:?}", mission.appointments);
    for dossier in dossiers(&house).await {
        assert_intact(&house, &dossier).await;
    }
}

async fn the_dossiers_of_the_last_landing_are_read_whole(db: Database) {
    restore(&db).await;
    let house = House::open(&db, NEXT_MORNING).await;
    let dossiers = dossiers(&house).await;
    assert_eq!(dossiers.len(), 7);
    let (mut decisions, mut booked) = (0, 0);
    for dossier in &dossiers {
        assert_intact(&house, dossier).await;
        assert!(!house.store.cases(&ALL).facts(dossier.conversation).await.unwrap().is_empty());
        assert!(!house.store.messages(dossier.conversation, 0, 500).await.unwrap().is_empty());
        decisions += house.store.cases(&ALL).decisions(dossier.conversation).await.unwrap().len();
        let mission = house.store.mission(dossier.id).await.unwrap();
        let appointments = mission.map(|mission| mission.appointments).unwrap_or_default();
        booked += appointments.iter().filter(|row| row.state == AppointmentState::Booked).count();
    }
    assert_eq!((decisions, booked), (2, 1));
}

async fn what_was_taught_leaves_the_flows_of_the_last_landing(db: Database) {
    let text = "zorglub patatras kramouille";
    let mut flows: BTreeMap<String, String> = serde_json::from_slice(&unpack(FLOWS)).unwrap();
    flows.insert("learnt.yaml".into(), serde_json::json!({ "declare_tempete": text }).to_string());
    restore_with(&db, serde_json::to_string(&flows).unwrap()).await;
    // What was taught was part of the sources, and so of the identifier.
    db.execute("UPDATE flow_revision SET revision = 'x' || revision").await;
    db.execute("UPDATE conversation SET flow_revision = 'x' || flow_revision").await;
    db.execute(
        "INSERT INTO missed (id, conversation, text, question, at, intent, settled_at, settled_by) \
         VALUES ('m', 'c', 'zorglub patatras kramouille', 0, 1, 'declare_tempete', 2, 'camille')",
    )
    .await;
    for _start in 0..2 {
        let house = House::open(&db, NEXT_MORNING).await;
        assert_eq!(db.number("SELECT COUNT(*) FROM flow_revision WHERE sources LIKE '%zorglub%'").await, 0);
        let taught = house.store.taught(0).await.unwrap();
        assert_eq!(taught.len(), 1);
        assert_eq!((taught[0].intent.as_str(), taught[0].text.as_str()), ("declare_tempete", text));
        let library = house.intake.library();
        assert_eq!(library.intents().classify(text)[0].intent, "declare_tempete");
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM flow_revision_rewrite").await, 0);
    assert!(db.number("SELECT COUNT(*) FROM flow_revision_alias").await > 0);
    let house = House::open(&db, NEXT_MORNING).await;
    let asked = house.guichet_said(&at("+33639980101")).await.pop().unwrap().1;
    finish(&house, &at("+33639980101"), asked).await;
}

/// What `guichet audit verify` asks.
async fn assert_intact(house: &House, dossier: &Dossier) {
    let (_, fence) = house.store.conversation(dossier.conversation).await.unwrap().unwrap();
    assert_eq!(house.store.verify_log(&fence).await.unwrap(), Verdict::Intact, "{}", dossier.reference);
    let resealed = house.store.timeline(dossier.conversation).await.unwrap().into_iter().map(|line| line.event());
    let resealed: Vec<bool> = resealed
        .filter_map(|event| match event {
            TimelineEvent::Resealed { intact, .. } => Some(intact),
            _ => None,
        })
        .collect();
    assert_eq!(resealed, [true], "the old chain was verified, and its end is named");
}

async fn dossiers(house: &House) -> Vec<Dossier> {
    let mut dossiers = Vec::new();
    for fence in house.store.fences(None, 100).await.unwrap() {
        let (conversation, _) = house.store.conversation(fence.conversation).await.unwrap().unwrap();
        if let Some(id) = conversation.dossier {
            dossiers.push(house.store.dossier(id).await.unwrap().unwrap());
        }
    }
    dossiers
}

/// Answers until the claim is sent.
async fn finish(house: &House, person: &Endpoint, mut said: String) {
    for _ in 0..MAX_ANSWERS {
        let question = said.to_lowercase().replace('’', "'").replace('\u{a0}', " ");
        if question.contains("c'est envoyé") {
            return;
        }
        let answer = ANSWERS.iter().find(|(part, _)| question.contains(part)).map_or("merci", |(_, answer)| *answer);
        said = house.say(person, answer).await;
    }
    panic!("the claim of {} is not sent: {said}", person.address);
}

fn at(number: &str) -> Endpoint {
    Endpoint { channel: Channel::Sms, account: "demo-sms".into(), address: number.into() }
}

/// Puts the last landing's database in the place of an empty one.
async fn restore(db: &Database) {
    restore_with(db, String::from_utf8(unpack(FLOWS)).unwrap()).await;
}

/// The same, with these sources of the flows.
async fn restore_with(db: &Database, flows: String) {
    let keep_flows = "UPDATE flow_revision SET sources = $1";
    if db.is_sqlite() {
        std::fs::write(db.file(), unpack(SQLITE)).unwrap();
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        sqlx::query(keep_flows).bind(flows).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        let dump = String::from_utf8(unpack(POSTGRES)).unwrap();
        sqlx::raw_sql(AssertSqlSafe(dump)).execute(&mut connection).await.unwrap();
        // The dump's connection has no search path.
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::query(keep_flows).bind(flows).execute(&mut connection).await.unwrap();
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}
