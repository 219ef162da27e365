use axum::http::StatusCode;

use std::collections::BTreeMap;

use super::*;
use crate::{
    contract::Reason,
    dossier::Status,
    planning::Experts,
    store::DuplicateCandidate,
    web::console::{
        inbox::Person,
        testing::{Trial, names},
    },
};

impl DossierPage {
    pub(in crate::web::console) fn sample() -> Self {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let names = names();
        let lexicon = Lexicon { names: &names, people: &HashMap::new(), experts: &Experts::default() };
        let mut dossier = super::super::tests::dossier(crate::domain::id::DossierId::new(now));
        dossier.status = Status::Closed;
        dossier.want("lease", true);
        let reason = |code: &str, detail: &str| Reason { code: code.into(), detail: detail.into() };
        let reasons = vec![reason("ended_before_loss", "2026-10-01"), reason("decree_awaited", "")];
        let found = TimelineEvent::PolicyFound { policy: "1".into(), facts: BTreeMap::new(), reasons };
        let entries = [
            Entry::new(1, "guichet", &found, now).unwrap(),
            Entry::new(2, "camille", &TimelineEvent::Closed { reason: "Réglé <ici>".into(), refused: false }, now)
                .unwrap(),
        ];
        let events = entries.each_ref().map(Entry::event);
        let rows = [crate::store::FactRow {
            seq: 1,
            name: "policy_in_force".into(),
            value: Some(crate::domain::fact::Value::Bool(false)),
            source: crate::domain::fact::Source::Policy,
            message_seq: None,
            at: now,
        }];
        let conversation = super::super::tests::conversation(&dossier, Channel::Sms);
        Self {
            shell: Shell::sample(),
            now,
            id: dossier.id.to_string(),
            head: Head::of(&dossier, &conversation, &rows, lexicon),
            bubbles: Vec::new(),
            endpoints: Vec::new(),
            facts: facts::groups(facts::lines(&rows, lexicon)),
            fact_count: 1,
            concluded_count: 1,
            corrected_count: 0,
            colleagues: vec![("hugo".into(), "Hugo Bernard".into())],
            parties: vec![("syndic".into(), "Cabinet Rive".into(), "01 99 00 00 10".into(), String::new())],
            party_roles: vec![("agent".into(), "syndic".into())],
            perils: vec![("storm".into(), "Tempête".into())],
            documents: vec![DocumentView {
                id: "1".into(),
                name: "salon <1>.mp4".into(),
                kind: None,
                kind_code: None,
                is_supposed: false,
                is_video: true,
                is_audio: false,
                is_pending: false,
                size: FileSize::Megabytes(2, 3),
                at: crate::web::console::when::When(now),
                taken: None,
                place: None,
                remarks: vec![Remark::Blurred],
            }],
            wanted: documents::wanted(&dossier, lexicon),
            cover: Cover::of(&dossier, None, &rows, &entries, &events, lexicon),
            orientation: OrientationView::of(&dossier, &[], lexicon),
            expertise: ExpertiseView::default(),
            due: super::super::due::tests::section(),
            verdict: Verdict::Intact,
            ending: timeline::ending(&dossier, &entries, &events, lexicon),
            timeline: timeline::lines(&entries, &events, lexicon),
            document_kinds: vec![("lease".into(), "Bail".into())],
            desks: vec![("motor".into(), "Automobile".into(), false), ("staff".into(), "Personnel".into(), true)],
            accesses: Some(Vec::new()),
            taken_by: Some(TakenBy::Me),
            work: Work {
                assignee: Some(Person::of("claire", &HashMap::from([("claire".to_owned(), "Claire <b>".to_owned())]))),
                choices: Vec::new(),
                writing: Some(Person::of("hugo", &HashMap::from([("hugo".to_owned(), "Hugo <i> Petit".to_owned())]))),
                draft: "un brouillon <u>".to_owned(),
                seen: 7,
            },
            duplicates: duplicates::proposals(
                vec![DuplicateCandidate {
                    dossier: crate::domain::id::DossierId::new(now),
                    reference: "P4NW-77QD".into(),
                    peril: "water_damage".into(),
                    opened_at: now,
                    reason: MatchReason::Policy,
                }],
                lexicon,
            ),
            addresses: vec![
                ContactAddress {
                    channel: Channel::Sms,
                    address: Some("06 39 98 00 01".into()),
                    proof: Some(Proof::Code),
                    is_current: true,
                    is_doubted: false,
                },
                ContactAddress {
                    channel: Channel::Email,
                    address: Some("julie@example.org".into()),
                    proof: None,
                    is_current: false,
                    is_doubted: true,
                },
            ],
            requests: vec![RequestLine::sample()],
        }
    }
}

#[test]
fn a_closed_dossier_says_by_whom_and_why_and_offers_no_take_over() {
    let page = DossierPage::sample().render().unwrap();
    assert!(page.contains("a clos le dossier. «\u{a0}Réglé &#60;ici&#62;\u{a0}»"));
    assert!(!page.contains("/take-over") && !page.contains("/give-back") && !page.contains("id=\"closing\""));
    assert!(page.contains("id=\"reopen-form\""));
}

#[test]
fn who_holds_it_who_writes_and_what_one_wrote_are_shown() {
    let page = DossierPage::sample().render().unwrap();
    for shown in
        ["Claire &#60;b&#62;", "Hugo répond…", "un brouillon &#60;u&#62;", "name=\"seen\" id=\"seen\" value=\"7\""]
    {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn another_dossier_of_the_person_is_proposed() {
    let page = DossierPage::sample().render().unwrap();
    for shown in [
        "P4NW-77QD",
        "même contrat",
        "/merge",
        "/reject-duplicate",
        "06 39 98 00 01",
        "vérifié par un code",
        "utilisé maintenant",
        "expéditeur non authentifié",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn many_proposals_are_one_line_until_it_is_opened() {
    let mut page = DossierPage::sample();
    for _ in 0..2 {
        page.duplicates.extend(DossierPage::sample().duplicates);
    }
    let page = page.render().unwrap();
    let folded = page.split("<details class=\"panel duplicates\"").nth(1).unwrap();
    let (line, rest) = folded.split_once("</summary>").unwrap();
    assert!(line.contains("3 dossiers peut-être de la même personne") && line.contains("même contrat"), "{line}");
    assert!(!line.starts_with(" open") && !line.contains("<form"));
    let (folded, after) = rest.split_once("</details>").unwrap();
    assert_eq!((folded.matches("/merge\"").count() / 2, after.contains("/merge")), (3, false));
}

#[test]
fn a_finding_says_what_decided_it() {
    let page = DossierPage::sample().render().unwrap();
    for shown in ["Contrat terminé le 01/10/2026", "Le délai court à partir d’un arrêté à venir"] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn the_page_shows_everything_and_escapes_what_people_wrote() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    trial.photo(trial.dossier().await).await;
    let (status, headers, page) = trial.get_as(&cookie, &format!("/console/dossiers/{}", trial.dossier().await)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    for shown in [
        "Jeanne Petit",
        "Dégât des eaux",
        "Mutuelle des Rives",
        "19/11/2026 vers 18:00",
        "trois &#60;b&#62;",
        "Photos nettes",
        "<s>2</s>",
        "a_code_nobody_knows",
        "Journal vérifié",
        "salon.png",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn a_message_that_did_not_arrive_says_why_and_can_be_sent_another_way() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let (_, _, page) = trial.get_as(&cookie, &format!("/console/dossiers/{}", trial.dossier().await)).await;
    for shown in [
        "Pas remis par SMS",
        "existe pas ou ne reçoit pas de messages",
        "(12 essais)",
        "En attente d’envoi par SMS",
        "Envoyer à nouveau",
        "<option value=\"1\">",
        "+33639980002",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn whoever_may_be_sent_for_is_proposed_and_who_is_comes_at_a_time() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let address = format!("/console/dossiers/{}", trial.dossier().await);
    trial.book("2026-11-24T13:00:00Z").await;
    let (_, _, page) = trial.get_as(&cookie, &address).await;
    for shown in [
        "Paul Lefèvre",
        "Missionné",
        "Département 69",
        "Rendez-vous mardi 24/11/2026 de 14:00 à 15:00",
        "12 rue des Lilas, 69003 Lyon",
        "/calendar",
        "Proposer d’autres créneaux",
        "value=\"2026-11-23T08:00:00Z\"",
        "lundi 23/11/2026 de 09:00 à 10:00",
        "Annuler le rendez-vous",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("Missionner<"), "one expert at a time");
    // The appointment may move to a slot that overlaps its present one.
    assert!(page.contains("value=\"2026-11-24T13:30:00Z\""));
}

#[tokio::test]
async fn an_unknown_dossier_is_not_found() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    for id in ["0190a0b0-c0d0-7e0f-8a0b-0123456789ab", "x", "..%2Fusers"] {
        assert_eq!(trial.get_as(&cookie, &format!("/console/dossiers/{id}")).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(trial.get_as(&cookie, "/console/nowhere").await.0, StatusCode::NOT_FOUND);
}
