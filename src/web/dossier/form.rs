//! `/d/{token}/complete`: the questions that complete the file, as one page. Each answer is kept as it is given; without a script
//! all are kept together. Nothing is said of it on another channel.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    frame::{self, Frame},
    status,
};
use crate::{
    domain::{
        clock::paris,
        fact_name::FactName,
        form::{Declaration, Field},
        id::ConversationId,
        link::LinkPurpose,
        message::Input,
    },
    dossier::reference_of,
    intake::Filled,
    web::{App, chat::json::Json, problem::Problem, visitor::Visitor},
};

/// The most answers that stand side by side; more are in a list that opens.
const SIDE_BY_SIDE: usize = 8;
/// The longest answer, in bytes.
const LONGEST: usize = 4_000;

#[derive(Debug, Template)]
#[template(path = "form.html")]
struct FormPage<'a> {
    frame: Frame<'a>,
    token: &'a str,
    groups: Vec<ShownGroup>,
    /// How many answers are missing.
    left: usize,
}

#[derive(Debug)]
struct ShownGroup {
    title: String,
    /// "2 sur 3".
    answered: String,
    is_open: bool,
    fields: Vec<ShownField>,
}

/// A field as its control shows it.
#[derive(Debug)]
struct ShownField {
    control: Control,
    field: Field,
    /// What is wrong with what was written; empty where nothing is.
    wrong: String,
}

/// What a field is written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Buttons,
    Boxes,
    List,
    /// A line of text; what else is to be said to the browser of it.
    Line {
        kind: &'static str,
        mode: &'static str,
        complete: &'static str,
        unit: &'static str,
    },
}

impl ShownField {
    fn new(field: Field, wrong: String) -> Self {
        let line = |kind, mode, complete, unit| Control::Line { kind, mode, complete, unit };
        let is_date = field.written.is_empty() || field.written.parse::<Date>().is_ok();
        let control = match field.input {
            Input::Choices => Control::Boxes,
            _ if field.options.len() > SIDE_BY_SIDE => Control::List,
            _ if !field.options.is_empty() => Control::Buttons,
            Input::Date if is_date => line("date", "", "off", ""),
            Input::Phone => line("tel", "tel", "off", ""),
            Input::Email => line("email", "email", "off", ""),
            Input::Amount => line("text", "decimal", "off", "€"),
            Input::Number => line("text", "decimal", "off", ""),
            _ => line("text", "", "off", ""),
        };
        Self { control, field, wrong }
    }

    fn is_buttons(&self) -> bool {
        self.control == Control::Buttons
    }

    fn is_boxes(&self) -> bool {
        self.control == Control::Boxes
    }

    fn is_list(&self) -> bool {
        self.control == Control::List
    }

    /// The attributes of a line: its kind, how its keyboard is, what fills it in, its unit.
    fn line(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self.control {
            Control::Line { kind, mode, complete, unit } => (kind, mode, complete, unit),
            _ => ("text", "", "off", ""),
        }
    }
}

pub(super) async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match Visitor::find(&app, &token, LinkPurpose::Complete).await? {
        Some(visitor) => page(&app, &token, &visitor, BTreeMap::new()).await,
        None => status::over(&app, &headers),
    }
}

/// The form; with what was written and could not be kept, and why.
async fn page(
    app: &App,
    token: &str,
    Visitor { one, conversation }: &Visitor,
    mut wrong: BTreeMap<String, (String, String)>,
) -> Result<Response, Problem> {
    let library = app.intake.library();
    let insurer = library.insurer(&conversation.insurer).ok_or_else(Problem::not_found)?;
    let frame = Frame::new(&library, insurer, conversation.language, reference_of(conversation.id));
    let declaration = app.intake.declaration(one.id()).await?;
    let left = missing(&declaration);
    let refused = !wrong.is_empty();
    let mut groups = Vec::new();
    for group in declaration.groups {
        let (answered, of) = (group.answered().to_string(), group.fields.len().to_string());
        let is_open = groups.is_empty() || group.fields.iter().any(|field| wrong.contains_key(field.fact.as_str()));
        let fields = group.fields.into_iter().map(|mut field| {
            // The question is worded for a conversation ("dites passer").
            library.fact_label(&field.fact, conversation.language).clone_into(&mut field.label);
            let why = wrong.remove(field.fact.as_str()).map(|(written, why)| {
                field.written = written;
                why
            });
            ShownField::new(field, why.unwrap_or_default())
        });
        groups.push(ShownGroup {
            answered: frame.words.say_with("form_answered", &[("count", &answered), ("of", &of)]),
            fields: fields.collect(),
            title: group.title,
            is_open,
        });
    }
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    frame::show(status, &FormPage { frame, token, groups, left })
}

fn missing(declaration: &Declaration) -> usize {
    declaration.groups.iter().map(|group| group.fields.len() - group.answered()).sum()
}

/// Without a script: every field that is not as it was shown.
pub(super) async fn post(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::find(&app, &token, LinkPurpose::Complete).await? else {
        return status::over(&app, &headers);
    };
    let mut fields: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    for (name, value) in &pairs {
        match name.split_once('.') {
            Some(("was", fact)) => fields.entry(fact).or_default().1 = value,
            // Several boxes of one field are one answer.
            Some(("is", fact)) => {
                let written = &mut fields.entry(fact).or_default().0;
                if !written.is_empty() {
                    written.push(',');
                }
                written.push_str(value);
            }
            _ => {}
        }
    }
    let mut wrong = BTreeMap::new();
    for (fact, (written, was)) in fields {
        if written == was {
            continue;
        }
        let why = match keep(&app, visitor.one.id(), fact, &written, was).await? {
            Filled::Kept | Filled::NotAsked => continue,
            Filled::Wrong(why) => why,
            Filled::Changed => {
                let library = app.intake.library();
                library.page_text("form_changed", visitor.conversation.language, &[]).unwrap_or_default()
            }
        };
        wrong.insert(fact.to_owned(), (written, why));
    }
    if !wrong.is_empty() {
        return page(&app, &token, &visitor, wrong).await;
    }
    let place = format!("/d/{token}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)], frame::private()).into_response())
}

/// Keeps one field; what was not changed costs nothing.
async fn keep(app: &App, id: ConversationId, fact: &str, written: &str, was: &str) -> Result<Filled, Problem> {
    if written.len() > LONGEST {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The answer is too long."));
    }
    app.writing.count_field(id, app.clock.now())?;
    Ok(app.intake.fill(id, FactName::from(fact), written, was).await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    fact: String,
    value: String,
    /// What the field held when it was shown.
    was: String,
}

/// What became of an answer, and what the page shows now.
#[derive(Debug, Default, Serialize)]
struct Kept {
    /// What is known now, as it stands in the field.
    written: String,
    /// What is wrong with the answer, or what happened to it; empty where it is kept.
    remark: String,
    /// What the page's head says: when it was kept, and how many answers are missing.
    saved: String,
    missing: String,
    /// The fields that there are now: others may follow from an answer.
    fields: Vec<String>,
}

/// `PUT /d/{token}/answer`: one field, as it is written.
pub(super) async fn put(
    State(app): State<App>,
    Path(token): Path<String>,
    Json(answer): Json<Answer>,
) -> Result<Response, Problem> {
    let ended = || Problem::new(StatusCode::UNAUTHORIZED, "This page is over.");
    let visitor = Visitor::find(&app, &token, LinkPurpose::Complete).await?.ok_or_else(ended)?;
    let (id, language) = (visitor.one.id(), visitor.conversation.language);
    let filled = keep(&app, id, &answer.fact, &answer.value, &answer.was).await?;
    let library = app.intake.library();
    let words = super::words::Words::new(&library, language);
    let declaration = app.intake.declaration(id).await?;
    let field = declaration.field(&FactName::from(answer.fact.as_str()));
    let (status, remark) = match filled {
        Filled::Kept => (StatusCode::OK, String::new()),
        Filled::Wrong(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
        Filled::Changed => (StatusCode::CONFLICT, words.say("form_changed")),
        Filled::NotAsked => (StatusCode::CONFLICT, String::new()),
    };
    let at = words.hour(app.clock.now().to_zoned(paris()).time());
    let kept = Kept {
        written: field.map(|field| field.written.clone()).unwrap_or_default(),
        remark,
        saved: words.say_of("form_saved", "time", &at),
        missing: words.say_of("form_missing_count", "count", &missing(&declaration).to_string()),
        fields: declaration.groups.iter().flat_map(|group| &group.fields).map(|f| f.fact.to_string()).collect(),
    };
    Ok((status, frame::private(), axum::Json(kept)).into_response())
}
