//! Every route is asked for by users of every role, of another insurer, of another desk, and by an expert of another mission.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use tempfile::TempDir;

use super::*;
use crate::{
    identity::{Reach, Role},
    web::console::testing::Trial,
};

#[path = "../../../../tests/it/support/database.rs"]
#[expect(dead_code, unused_macros, unused_imports, reason = "only an empty database is needed of it")]
mod database;

/// A route, and how it is asked for about the one case that there is.
struct Probe {
    route: &'static str,
    method: Method,
    address: String,
    form: &'static str,
    /// It is about the case alone: who does not see it has no such page. Others are lists, or about oneself.
    is_of_case: bool,
}

fn about_case(route: &'static str, id: &str) -> Probe {
    let address = route.replace("{id}", id).replace("{fact}", "loss_date");
    Probe { route, method: Method::GET, address, form: "", is_of_case: true }
}

fn act(route: &'static str, id: &str, form: &'static str) -> Probe {
    Probe { method: Method::POST, form, ..about_case(route, id) }
}

fn user(route: &'static str, form: &'static str) -> Probe {
    Probe { method: Method::POST, form, address: route.replace("{login}", "ines"), ..page(route) }
}

fn page(route: &'static str) -> Probe {
    Probe { is_of_case: false, ..about_case(route, "") }
}

/// One probe at least for each route: a new route gets its line here.
async fn probes(trial: &Trial) -> Vec<Probe> {
    let dossier = trial.dossier().await.to_string();
    let photo = trial.photo(trial.dossier().await).await.to_string();
    let request = trial.ask("contracts", "une attestation pour Jeanne Petit", "2026-12-01T10:00:00Z").await.to_string();
    let missed = trial.miss("le toit de Jeanne Petit fuit").await.to_string();
    let appointment = trial.book("2026-11-24T08:00:00Z").await.to_string();
    let case = |route, form| act(route, &dossier, form);
    vec![
        page("/console"),
        page("/console/"),
        page("/console/log-in"),
        Probe { method: Method::POST, form: "csrf=x&login=x&password=x", ..page("/console/log-in") },
        // Without the right token, so that the session goes on.
        Probe { method: Method::POST, form: "csrf=0000", ..page("/console/log-out") },
        Probe { address: format!("/console/events?dossier={dossier}"), ..about_case("/console/events", "") },
        about_case("/console/dossiers/{id}", &dossier),
        case("/console/dossiers/{id}/send-again", "message=3"),
        case("/console/dossiers/{id}/typing", ""),
        case("/console/dossiers/{id}/reply", "text=Bonjour"),
        case("/console/dossiers/{id}/answer", "text=Bonjour&seen=2"),
        case("/console/dossiers/{id}/assign", "to=camille&reason=oui"),
        case("/console/dossiers/{id}/draft", "kind=reply&text=Bonj"),
        about_case("/console/dossiers/{id}/preview", &dossier),
        Probe { method: Method::POST, form: "what=close&reason=fini&d.CASE=1", ..page("/console/bulk") },
        Probe { method: Method::POST, form: "name=Les+miens&query=view=mine", ..page("/console/views") },
        Probe { method: Method::POST, form: "away=", ..page("/console/away") },
        case("/console/dossiers/{id}/take-over", ""),
        case("/console/dossiers/{id}/give-back", ""),
        case("/console/dossiers/{id}/ask-document", "kind=lease"),
        case("/console/dossiers/{id}/sort-document", "document=PHOTO&kind=lease"),
        case("/console/dossiers/{id}/override", "mode=tele&reason=oui"),
        case("/console/dossiers/{id}/mission", "step=accept"),
        case("/console/dossiers/{id}/mission", "step=withdraw"),
        case("/console/dossiers/{id}/merge", "other=OTHER"),
        case("/console/dossiers/{id}/reject-duplicate", "other=OTHER"),
        case("/console/dossiers/{id}/desk", "desk=staff&reason=oui"),
        case("/console/dossiers/{id}/task", "kind=task&text=rappeler&assignee=&due=2027-01-04T10:00"),
        case("/console/dossiers/{id}/task-done", "task=0"),
        case("/console/dossiers/{id}/task-reopen", "task=0"),
        case("/console/dossiers/{id}/clock", "start=decree&on=2026-11-20"),
        case("/console/dossiers/{id}/snooze", "until=2027-01-04T10:00"),
        case("/console/dossiers/{id}/snooze-end", ""),
        case("/console/dossiers/{id}/reply-later", "text=Bonjour&at=2027-01-04T10:00"),
        case("/console/dossiers/{id}/reply-cancel", "reply=0"),
        case("/console/dossiers/{id}/close", "reason=fini&refuses=no&foresee=1"),
        case("/console/dossiers/{id}/note", "text=Bonjour"),
        case("/console/dossiers/{id}/party", "role=agent&name=Cabinet"),
        case("/console/dossiers/{id}/priority", "priority=high&reason=oui"),
        case("/console/dossiers/{id}/reclassify", "peril=storm&reason=oui&foresee=1"),
        case("/console/dossiers/{id}/reopen", "reason=oui&foresee=1"),
        about_case("/console/dossiers/{id}/files.zip", &dossier),
        about_case("/console/dossiers/{id}/dossier.pdf", &dossier),
        about_case("/console/dossiers/{id}/person", &dossier),
        about_case("/console/dossiers/{id}/templates", &dossier),
        about_case("/console/dossiers/{id}/facts/{fact}", &dossier),
        case("/console/dossiers/{id}/facts/{fact}", "was=null&value=2026-11-19&reason=oui&foresee=1"),
        page("/console/appointments"),
        about_case("/console/appointments/{id}/calendar", &appointment),
        about_case("/console/documents/{id}", &photo),
        Probe {
            address: format!("/console/documents/{photo}/thumbnail"),
            ..about_case("/console/documents/{id}/{size}", &photo)
        },
        Probe { address: "/console/search?q=petit".into(), ..page("/console/search") },
        Probe { address: "/console/search?part=list&q=petti".into(), ..page("/console/search") },
        page("/console/clocks"),
        page("/console/requests"),
        act("/console/requests/{id}/acknowledge", &request, ""),
        act("/console/requests/{id}/done", &request, ""),
        page("/console/missed"),
        act("/console/missed/{id}", &missed, "intent="),
        page("/console/access"),
        page("/console/users"),
        Probe { method: Method::POST, form: "login=x&name=", ..page("/console/users") },
        Probe { address: "/console/users/ines".into(), ..page("/console/users/{login}") },
        user("/console/users/{login}", "name=&role=handler"),
        user("/console/users/{login}/invitation", ""),
        user("/console/users/{login}/disable", ""),
        user("/console/users/{login}/enable", ""),
        // A token that nobody was sent: nothing tells that there are others.
        Probe { address: "/console/invitation/0000".into(), ..page("/console/invitation/{token}") },
        Probe { method: Method::POST, form: "session=", ..page("/console/sessions") },
        page("/console/password"),
        Probe { method: Method::POST, form: "current=x&new=y&repeated=z", ..page("/console/password") },
        Probe { address: "/console/assets/console.css".into(), ..page("/console/assets/{*path}") },
        Probe { address: "/console/nowhere".into(), ..page("/console/{*path}") },
    ]
}

/// What is there for nobody: no page, and no invitation.
const NOT_THERE: &[&str] = &["/console/{*path}", "/console/invitation/{token}"];

/// What tells of the case, wherever it stands.
const MARKS: &[&str] = &["Jeanne Petit", "/console/dossiers/0", "toit"];

struct User {
    login: &'static str,
    role: &'static str,
    insurers: Reach,
    desks: Reach,
    sees_case: bool,
}

fn users() -> Vec<User> {
    let user = |login, role, sees_case| User { login, role, insurers: Reach::All, desks: Reach::All, sees_case };
    let phare = |login, role| User { insurers: ["phare"].into_iter().collect(), ..user(login, role, false) };
    let motor = |login, role| User { desks: ["motor", "contracts"].into_iter().collect(), ..user(login, role, false) };
    vec![
        user("a.handler", "handler", true),
        user("a.supervisor", "supervisor", true),
        user("a.manager", "manager", true),
        user("a.reader", "reader", true),
        user("an.admin", "admin", true),
        // The case's expert.
        user("plefevre", "expert", true),
        User {
            insurers: ["demo"].into_iter().collect(),
            desks: ["bodily_injury", "contracts"].into_iter().collect(),
            ..user("own", "handler", true)
        },
        phare("p.handler", "handler"),
        phare("p.supervisor", "supervisor"),
        phare("p.manager", "manager"),
        phare("p.reader", "reader"),
        phare("p.admin", "admin"),
        phare("p.expert", "expert"),
        motor("m.handler", "handler"),
        motor("m.supervisor", "supervisor"),
        motor("m.manager", "manager"),
        motor("m.reader", "reader"),
        motor("m.admin", "admin"),
        user("sgirard", "expert", false),
        user("nobody", "a role of another program", false),
    ]
}

async fn every_route_shows_each_user_what_is_theirs(trial: Trial) {
    let probes = probes(&trial).await;
    let photo = probes.iter().find(|probe| probe.route == "/console/documents/{id}").unwrap();
    let photo = photo.address.rsplit('/').next().unwrap().to_owned();
    let other = trial.another_dossier().await;
    for dossier in [trial.dossier().await, other] {
        trial.move_to(dossier, "bodily_injury").await;
    }
    let other = other.to_string();
    let routes = crate::web::console::routes(trial.console()).finish().1;
    let known: BTreeSet<&str> = probes.iter().map(|probe| probe.route).collect();
    let listed: BTreeSet<&str> = routes.iter().map(|(route, _)| route.as_str()).collect();
    assert_eq!(known, listed, "each route has a probe, and each probe a route");
    let roles: BTreeSet<&str> = Role::all().into_iter().map(|(code, _)| code).collect();
    assert!(roles.iter().all(|role| users().iter().any(|user| user.role == *role && user.sees_case)), "{roles:?}");

    for user in users() {
        let User { login, role, insurers, desks, sees_case } = user;
        let cookie = trial.user(login, role, insurers.clone(), desks.clone()).await;
        let csrf = trial.csrf(&cookie).await;
        let scope = crate::identity::Scope::of(role, login, insurers, desks);
        for probe in &probes {
            let acts = trial.acts().len();
            let form = probe.form.replace("OTHER", &other).replace("PHOTO", &photo);
            let form = form.replace("CASE", &trial.dossier().await.to_string());
            let form = if form.contains("csrf=") { form } else { format!("csrf={csrf}&{form}") };
            let (status, body) = trial.ask_for(&cookie, &probe.method, &probe.address, &form).await;
            let needs = routes.iter().find(|(route, _)| route == probe.route).map(|(_, needs)| *needs).unwrap();
            let mut may = match needs {
                Needs::Nothing | Needs::LogIn => !NOT_THERE.contains(&probe.route),
                Needs::OneOf(permissions) => permissions.iter().any(|permission| scope.may(*permission)),
            };
            may &= !(probe.form == "step=withdraw" && role == "expert");
            let expected = may && (sees_case || !probe.is_of_case);
            let what = format!("{login} ({role}): {} {} {}", probe.method, probe.address, probe.form);
            assert_eq!(status != StatusCode::NOT_FOUND, expected, "{what}: {status}");
            assert!(!status.is_server_error(), "{what}: {status}");
            if expected && probe.is_of_case {
                assert!(status.is_success() || status.is_redirection(), "{what}: {status}");
            }
            if !sees_case {
                let told = MARKS.iter().find(|mark| body.contains(*mark));
                assert!(told.is_none() || probe.route.contains("assets"), "{what} tells {told:?}:\n{body}");
                assert_eq!(trial.acts().len(), acts, "{what} was done");
            }
        }
    }
}

#[tokio::test]
async fn every_route_shows_each_user_what_is_theirs_on_sqlite() {
    every_route_shows_each_user_what_is_theirs(Trial::start().await).await;
}

#[tokio::test]
async fn every_route_shows_each_user_what_is_theirs_on_postgres() {
    let database = database::Database::postgres().await;
    every_route_shows_each_user_what_is_theirs(Trial::start_at(&database.url, TempDir::new().unwrap()).await).await;
}

#[tokio::test]
async fn without_a_session_there_is_the_log_in_and_nothing_else() {
    let trial = Trial::start().await;
    let routes = crate::web::console::routes(trial.console()).finish().1;
    for probe in probes(&trial).await {
        let needs = routes.iter().find(|(route, _)| route == probe.route).map(|(_, needs)| *needs).unwrap();
        let (status, body) = trial.ask_for("", &probe.method, &probe.address, probe.form).await;
        if needs != Needs::Nothing {
            assert_eq!(status, StatusCode::SEE_OTHER, "{} {}", probe.method, probe.address);
        }
        assert!(!MARKS.iter().any(|mark| body.contains(mark)) || probe.route.contains("assets"), "{}", probe.address);
    }
}

#[tokio::test]
async fn no_route_stands_beside_the_list() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/console");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("routes.rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                let added = [".route", "("].concat();
                assert!(!source.contains(&added), "{} adds a route past `Routes::add`", path.display());
            }
        }
    }
}
