use axum::http::StatusCode;

use super::{query::View, *};
use crate::{
    conversation::{Action, Because},
    web::console::{
        testing::{Trial, names},
        when::When,
    },
};

fn counts() -> Vec<InboxCount> {
    let count = |status, orientation, peril: &str, waiting, count| InboxCount {
        status,
        orientation,
        priority: Priority::Normal,
        peril: peril.into(),
        insurer: "demo".into(),
        desk: String::new(),
        waiting,
        held: false,
        count,
    };
    vec![
        count(Status::Oriented, Some(OrientationMode::Tele), "water_damage", false, 4),
        count(Status::HandedOver, None, "water_damage", true, 2),
        count(Status::HandedOver, Some(OrientationMode::Field), "fire", true, 1),
    ]
}

impl InboxPage {
    pub(in crate::web::console) fn sample(query: InboxQuery) -> Self {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let people = HashMap::from([("hugo".to_owned(), "Hugo Bernard".to_owned())]);
        let row = InboxRow {
            id: "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".into(),
            reference: "K7QF-93MX".into(),
            holder: Some("Jeanne <Petit>".into()),
            peril: "Dégât des eaux".into(),
            icon: "i-drop",
            status: Status::HandedOver,
            orientation: Some(OrientationMode::Tele),
            priority: Priority::Urgent,
            at: When(now),
            unread: true,
            by: None,
            words: "Le plombier est <passé>".into(),
            writing: None,
            waiting: Some(When(now)),
            due: None,
            missing: vec!["Bail".into()],
            assignee: Some(Person::of("hugo", &people)),
            tags: vec!["tempête".into()],
            version: "1.2.hugo".into(),
        };
        let session = Session::sample();
        Self {
            shell: Shell::sample(),
            views: views::lines(&query, &session, &counts(), 3),
            saved: Vec::new(),
            title: views::title(&query),
            facets: Facets::of(&query, &session, &counts(), &names(), &people),
            chips: chips(&query, &names(), &people),
            rows: vec![row],
            total: "1".into(),
            is_one: true,
            is_cut: false,
            next: None,
            preview: None,
            colleagues: Vec::new(),
            document_kinds: Vec::new(),
            outcome: Some("close.2.1".parse().unwrap()),
            query,
            now,
        }
    }
}

#[test]
fn a_row_shows_who_what_the_last_words_and_who_holds_it() {
    let page = InboxPage::sample(InboxQuery::default()).render().unwrap();
    for shown in [
        "Jeanne &#60;Petit&#62;",
        "Le plombier est &#60;passé&#62;",
        "Hugo Bernard",
        "#tempête",
        "Non lu, ",
        "Dégât des eaux",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains("2 dossiers clos\u{202f}; 1 non"));
    let empty = InboxPage { rows: vec![], ..InboxPage::sample(InboxQuery { q: "x".into(), ..InboxQuery::default() }) };
    assert!(empty.render().unwrap().contains("Aucun dossier ne correspond"));
}

#[test]
fn a_colleague_who_is_writing_stands_in_the_place_of_the_last_words() {
    let mut page = InboxPage::sample(InboxQuery::default());
    page.rows[0].writing = page.rows[0].assignee.clone();
    let page = page.render().unwrap();
    assert!(page.contains("Hugo répond…") && !page.contains("Le plombier"));
}

#[test]
fn a_count_tells_what_its_filter_would_show() {
    let query = InboxQuery { peril: "water_damage".into(), ..InboxQuery::default() };
    let facets = Facets::of(&query, &Session::sample(), &counts(), &names(), &HashMap::new());
    let of = |facets: &[Facet], code: &str| {
        facets.iter().find(|facet| facet.code == code).and_then(|facet| facet.count.clone()).unwrap()
    };
    assert_eq!(of(&facets.statuses, "handed_over"), "2");
    assert_eq!(of(&facets.orientations, "none"), "2");
    assert_eq!(of(&facets.perils, "fire"), "1");
    let lines = views::lines(&query, &Session::sample(), &counts(), 1200);
    let count = |view| lines.iter().find(|line| line.view == view).map(|line| line.count.clone());
    assert_eq!(count(View::Mine).as_deref(), Some("999+"));
    assert_eq!((count(View::Waiting).as_deref(), count(View::All).as_deref()), (Some("3"), Some("7")));
    assert_eq!(count(View::Unassigned).as_deref(), Some("7"));
    assert_eq!(count(View::Desk), None, "who has all desks has none of their own");
}

#[test]
fn a_filter_is_a_plain_address_and_goes_away_the_same_way() {
    let query = InboxQuery { q: "Le Goff & fils".into(), status: "oriented".into(), ..InboxQuery::default() };
    assert_eq!(query.address(&[("peril", "fire")]), "/console?status=oriented&peril=fire&q=Le+Goff+%26+fils");
    let chips = chips(&query, &names(), &HashMap::new());
    assert_eq!(
        chips.iter().map(|chip| (chip.name.as_str(), chip.href.as_str())).collect::<Vec<_>>(),
        [("Orienté", "/console?q=Le+Goff+%26+fils"), ("«\u{a0}Le Goff & fils\u{a0}»", "/console?status=oriented")]
    );
    assert_eq!(query.sorted_by("peril"), "/console?status=oriented&q=Le+Goff+%26+fils&sort=peril");
    assert_eq!(query.bare(), "/console");
    let view = InboxQuery { view: "mine".into(), peril: "fire".into(), after: "x".into(), ..InboxQuery::default() };
    assert_eq!((view.kept().as_str(), view.bare().as_str()), ("view=mine&peril=fire", "/console?view=mine"));
    assert_eq!(views::parse_query(&view.kept()).kept(), view.kept());
}

#[test]
fn a_page_leads_to_the_next_one_and_back_to_the_first() {
    let cursor = "20!-5!0190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    let query = InboxQuery { status: "closed".into(), after: cursor.into(), ..InboxQuery::default() };
    let here = "/console?status=closed&after=20%21-5%210190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    assert_eq!((query.here().as_str(), query.first().as_str()), (here, "/console?status=closed"));
    let page = InboxPage { next: Some(query.at("x")), ..InboxPage::sample(query) }.render().unwrap();
    assert!(page.contains("href=\"/console?status=closed&#38;after=x\" rel=\"next\">"));
    assert!(page.contains("href=\"/console?status=closed\">Début de la liste</a>"));
    let only = InboxPage::sample(InboxQuery::default()).render().unwrap();
    assert!(!only.contains("class=\"pages\""));
}

#[tokio::test]
async fn a_second_page_goes_on_where_the_first_ended() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.dossier().await;
    // Behind the only row there is nothing, and a page that nobody could have asked for is the first one.
    let dossier = trial.engine().dossier(id).await.unwrap().unwrap();
    let behind = format!("/console?sort=reference&after=!{}!{id}", dossier.reference);
    let (_, _, page) = trial.get_as(&cookie, &behind).await;
    assert!(!page.contains("Jeanne Petit") && page.contains("Revenir au début"));
    let (_, _, page) = trial.get_as(&cookie, "/console?sort=reference&after=zzz").await;
    assert!(page.contains("Jeanne Petit"));
}

#[tokio::test]
async fn dossiers_are_found_filtered_and_sorted() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    trial.dossier().await;
    for shown in ["status=oriented&q=petit&sort=missing&dir=desc", "view=unassigned", "view=unassigned&who="] {
        let (status, _, page) = trial.get_as(&cookie, &format!("/console?{shown}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Jeanne Petit"), "{shown}");
    }
    for not in
        ["status=collecting", "orientation=none&waiting=1&peril=fire&insurer=x", "view=mine", "view=urgent", "tag=x"]
    {
        let (_, _, page) = trial.get_as(&cookie, &format!("/console?{not}")).await;
        assert!(!page.contains("Jeanne Petit"), "{not}");
    }
    assert_eq!(trial.get_as(&cookie, "/console?status=closed&sort=holder").await.0, StatusCode::OK);
}

#[tokio::test]
async fn one_thing_is_done_to_all_that_are_ticked() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let (one, two) = (trial.dossier().await, trial.another_dossier().await);
    let form = format!("csrf={csrf}&what=close&reason=Fini&query=view%3Dmine&d.{one}=1&d.{two}=1&d.nothing=1");
    let (status, headers, _) = trial.post_as(&cookie, "/console/bulk", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers["location"], "/console?view=mine&done=close.2.0");
    let close = Action::Close { reason: "Fini".into(), message: None, refuses: false };
    assert_eq!(trial.acts(), [("camille".to_owned(), close.clone()), ("camille".to_owned(), close)]);
    let form = format!("csrf={csrf}&what=assign&to=ines&d.{one}=1");
    trial.post_as(&cookie, "/console/bulk", &form).await;
    let given = Action::Assign { to: Some("ines".into()), because: Because::Decided { reason: String::new() } };
    assert_eq!(trial.acts().last().unwrap().1, given);
    trial.post_as(&cookie, "/console/bulk", &format!("csrf={csrf}&what=tag&tag=%23Carla&d.{one}=1")).await;
    assert!(trial.get_as(&cookie, "/console?tag=carla").await.2.contains("#carla"));
    // Nobody of that name works here.
    let form = format!("csrf={csrf}&what=assign&to=nobody&d.{one}=1");
    assert_eq!(trial.post_as(&cookie, "/console/bulk", &form).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_view_is_kept_under_a_name_until_it_is_forgotten() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let form = format!("csrf={csrf}&name=Les+feux&query=peril%3Dfire%26after%3Dx");
    let (_, headers, _) = trial.post_as(&cookie, "/console/views", &form).await;
    assert_eq!(headers["location"], "/console?peril=fire");
    assert!(trial.get_as(&cookie, "/console").await.2.contains("Les feux"));
    let own = trial.log_in_as("ines", "chaton-roux-42").await;
    assert!(!trial.get_as(&own, "/console").await.2.contains("Les feux"));
    trial.post_as(&cookie, "/console/views", &format!("csrf={csrf}&name=Les+feux&forget=1")).await;
    assert!(!trial.get_as(&cookie, "/console").await.2.contains("Les feux"));
}

#[tokio::test]
async fn whoever_goes_away_says_so_and_comes_back() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let here = async || {
        trial.engine().users().handler("camille").await.unwrap().unwrap().is_here(trial.now(), crate::store::IDLE)
    };
    assert!(here().await);
    trial.post_as(&cookie, "/console/away", &format!("csrf={csrf}&away=1")).await;
    assert!(!here().await);
    assert!(trial.get_as(&cookie, "/console").await.2.contains("Je suis de retour"));
    trial.post_as(&cookie, "/console/away", &format!("csrf={csrf}")).await;
    assert!(here().await);
}
