//! `/console/dossiers/{id}/person`: what else there is of the person: their other dossiers, their policies, what they ask for.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};

use super::find;
use crate::{
    contract::{Policy, number_key},
    web::console::{
        Console, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        requests::RequestLine,
        when::{self, When},
    },
};

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    shell: Shell,
    dossier: String,
    reference: String,
    holder: Option<String>,
    others: Vec<OtherDossier>,
    policies: Vec<PolicyLine>,
    requests: Vec<RequestLine>,
}

struct OtherDossier {
    id: String,
    reference: String,
    peril: String,
    status: &'static str,
    opened: When,
}

struct PolicyLine {
    number: String,
    /// The number as an address carries it.
    sought: String,
    holder: String,
    since: String,
    until: Option<String>,
    covers: Vec<String>,
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Html<String>, ConsoleError> {
    let dossier = find(&console, &session, &id).await?;
    let (cases, names) = (console.cases(&session), console.names());
    let others = cases.dossiers_of_person(&dossier).await?;
    let mut numbers: Vec<&String> = dossier.policy.iter().collect();
    numbers.extend(others.iter().filter_map(|other| other.policy.as_ref()));
    numbers.sort();
    numbers.dedup();
    let mut policies = Vec::new();
    for number in numbers {
        let found = cases.policy_by_number(&dossier.insurer, &number_key(number)).await?;
        let policy = found.and_then(|row| serde_json::from_value::<Policy>(row.policy).ok());
        policies.extend(policy.map(|policy| PolicyLine::of(&policy, |peril| names.peril(peril).to_owned())));
    }
    let mut requests = cases.open_requests(dossier.conversation).await?;
    for other in &others {
        requests.extend(cases.open_requests(other.conversation).await?);
    }
    let now = console.now();
    html(&PersonPage {
        shell: Shell::from(&session),
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        holder: dossier.holder,
        others: others
            .into_iter()
            .map(|other| OtherDossier {
                id: other.id.to_string(),
                reference: other.reference,
                peril: names.peril(&other.peril).to_owned(),
                status: other.status.name(),
                opened: When(other.opened_at),
            })
            .collect(),
        policies,
        requests: requests.into_iter().map(|row| RequestLine::of(row, names, now)).collect(),
    })
}

impl PolicyLine {
    fn of(policy: &Policy, peril: impl Fn(&str) -> String) -> Self {
        Self {
            number: policy.number.clone(),
            sought: url::form_urlencoded::byte_serialize(policy.number.as_bytes()).collect(),
            holder: format!("{} {}", policy.first_name, policy.last_name),
            since: when::day(policy.starts_on),
            until: policy.ends_on.map(when::day),
            covers: policy.covers.keys().map(|code| peril(code)).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
