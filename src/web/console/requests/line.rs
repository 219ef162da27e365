//! A request as the list and its dossier show it.

use jiff::Timestamp;

use crate::{
    store::RequestRow,
    web::console::{Names, when::When},
};

/// A request with its deadlines.
#[derive(Clone, Debug)]
pub(in crate::web::console) struct RequestLine {
    pub id: String,
    pub dossier: String,
    pub label: String,
    pub desk: String,
    pub insurer: String,
    pub text: String,
    pub asked: When,
    pub acknowledge_by: Option<When>,
    /// When its receipt was acknowledged.
    pub acknowledged: Option<When>,
    /// Whether its receipt is still to be acknowledged.
    pub owes_acknowledgement: bool,
    pub answer_by: When,
    /// Whether the next deadline has passed.
    pub overdue: bool,
    pub done: Option<(When, String)>,
}

impl RequestLine {
    pub(in crate::web::console) fn of(row: RequestRow, names: &Names, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            dossier: row.dossier.to_string(),
            label: names.request(&row.kind).to_owned(),
            desk: names.desk(&row.desk).to_owned(),
            insurer: names.insurer(&row.insurer).to_owned(),
            overdue: row.due().is_some_and(|due| due < now),
            owes_acknowledgement: row.owes_acknowledgement(),
            text: row.text,
            asked: When(row.asked_at),
            acknowledge_by: row.acknowledge_by.map(When),
            acknowledged: row.acknowledged.map(|acknowledged| When(acknowledged.at)),
            answer_by: When(row.answer_by),
            done: row.done.map(|done| (When(done.at), done.by)),
        }
    }

    /// A complaint of 1970.
    #[cfg(test)]
    pub(in crate::web::console) fn sample() -> Self {
        let at = When(Timestamp::UNIX_EPOCH);
        Self {
            id: "r".into(),
            dossier: "d".into(),
            label: "Réclamation".into(),
            desk: "Réclamations".into(),
            insurer: "Mutuelle des Rives".into(),
            text: "C'est inadmissible <b>".into(),
            asked: at,
            acknowledge_by: Some(at),
            acknowledged: None,
            owes_acknowledgement: true,
            answer_by: at,
            overdue: true,
            done: None,
        }
    }
}
