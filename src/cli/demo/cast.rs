//! The invented people of the demonstration: what happened to them, what they say, and what is done about it, as
//! `flows/demo/` tells it.

use std::collections::BTreeMap;

use jiff::{Span, civil::Time};
use serde::Deserialize;

use super::pictures::Scene;
use crate::{
    contract::{ImportError, Policy, read_policies},
    domain::{message::Channel, orientation_mode::OrientationMode},
};

/// Where a person falls silent while somebody is to answer them.
pub(super) const A_PERSON: &str = "person";
const PEOPLE: &str = include_str!("../../../flows/demo/people.yaml");
const CASES: &str = include_str!("../../../flows/demo/cases.yaml");
/// The policies of the people of the cases. Those of `policies.csv` are for whoever tries Guichet.
const POLICIES: &str = include_str!("../../../flows/demo/cases.csv");

/// Why the files of the demonstration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    #[error("the demonstration's {file}: {problem}")]
    File { file: &'static str, problem: String },
    #[error("the demonstration's policies: {0}")]
    Policies(#[from] ImportError),
}

/// The users of the console.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) handlers: Vec<User>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) insurers: Option<Vec<String>>,
    pub(super) desks: Option<Vec<String>>,
}

impl People {
    pub(super) fn read() -> Result<Self, CastError> {
        read("people.yaml", PEOPLE)
    }

    /// What a user is called; a login that is nobody's stands for itself.
    pub(super) fn name_of<'s>(&'s self, login: &'s str) -> &'s str {
        self.handlers.iter().find(|user| user.login == login).map_or(login, |user| &user.name)
    }
}

/// The same answer, carefully and carelessly written.
type Pair = [String; 2];

/// The cases, with what everybody answers whose own case does not say otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cast {
    everyone: BTreeMap<String, Pair>,
    pub(super) cases: Vec<Case>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Style {
    #[default]
    Careful,
    Careless,
}

/// One person's claim.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// Its name among the cases.
    pub(super) id: String,
    /// The number of the person's policy; none for a stranger.
    pub(super) policy: Option<String>,
    /// The insurer of whoever has no policy.
    insurer: Option<String>,
    pub(super) channel: Channel,
    /// Where the person writes from, where the policy does not say it.
    address: Option<String>,
    #[serde(default)]
    pub(super) language: String,
    #[serde(default)]
    style: Style,
    /// When it began: so many days ago, at a time of the day.
    #[serde(default)]
    pub(super) days: i64,
    pub(super) at: Option<Time>,
    /// Or so many minutes ago.
    pub(super) minutes: Option<i64>,
    /// The first words.
    pub(super) says: String,
    /// What the person answers, by the fact that is asked for. Words that are a button's are pressed.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// What the person says first, before they answer a question: by its fact.
    #[serde(default)]
    pub(super) beside: BTreeMap<String, String>,
    /// The fact of the question at which the person falls silent, or [`A_PERSON`].
    pub(super) until: Option<String>,
    /// What the photos show.
    #[serde(default)]
    pub(super) photos: Vec<Scene>,
    /// How many of the wanted documents the person sends.
    #[serde(default)]
    pub(super) sends: usize,
    /// What happens after the conversation.
    #[serde(default)]
    pub(super) then: Vec<Happening>,
}

/// Something that happens later.
#[derive(Debug, Deserialize)]
pub(super) struct Happening {
    /// How long after what happened before. Whoever works on it does so in opening hours.
    #[serde(default)]
    pub(super) after: Span,
    /// The login of the user who does it; none: the person themself.
    pub(super) by: Option<String>,
    #[serde(flatten)]
    pub(super) what: What,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    /// The person writes, and answers what is asked after it.
    Says(String),
    /// The person sends so many of the documents that are missing.
    Sends(usize),
    /// The person takes one of the slots that were offered, counted from one.
    Takes(usize),
    Replies(String),
    /// For a kind of document.
    Asks(String),
    Decides {
        mode: OrientationMode,
        reason: String,
    },
    Moves {
        desk: String,
        reason: String,
    },
    Orders(String),
    /// An appointment so many working days from today, at a time: agreed by telephone.
    Books {
        days: i64,
        at: Time,
    },
    Closes(String),
    /// Something to be done, so many working days from today.
    Task {
        text: String,
        days: i64,
        at: Time,
    },
    /// The person is to be called then.
    Calls {
        text: String,
        days: i64,
        at: Time,
    },
    /// The dossier rests until then.
    Rests {
        days: i64,
        at: Time,
    },
    Does(Deed),
}

/// What is done without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    /// Slots are offered to the person.
    Offers,
    /// The expert takes the mission.
    Accepts,
    /// The expert has seen the damage.
    Sees,
}

impl Cast {
    pub(super) fn read() -> Result<Self, CastError> {
        read("cases.yaml", CASES)
    }

    /// The policies of the people.
    pub(super) fn policies() -> Result<Vec<Policy>, CastError> {
        Ok(read_policies(POLICIES.as_bytes())?)
    }

    /// What the person of a case answers to a question that is put for the nth time, from 0. None where they do not know.
    pub(super) fn answer(&self, case: &Case, policy: Option<&Policy>, fact: &str, nth: usize) -> Option<String> {
        if let Some(own) = case.answers.get(fact) {
            return (nth == 0).then(|| own.clone());
        }
        if nth > 1 {
            return None;
        }
        let of_everyone = || {
            let pair = self.everyone.get(fact)?;
            Some(pair[usize::from((case.style == Style::Careless) != (nth == 1))].clone())
        };
        let Some(policy) = policy else { return of_everyone() };
        match fact {
            "policy_number" if case.style == Style::Careless => Some(policy.number.clone()),
            "policy_number" => Some(format!("C'est le contrat {}.", policy.number)),
            "last_name" => Some(policy.last_name.clone()),
            "first_name" => Some(policy.first_name.clone()),
            "birth_date" => policy.birth_date.map(|date| date.strftime("%d/%m/%Y").to_string()),
            "postcode" => policy.postcode.clone(),
            "loss_place" => Some(format!("{}, {}", policy.address, town(policy))),
            "phone" => policy.phone.as_deref().map(as_written).or_else(of_everyone),
            "email" => policy.email.clone(),
            _ => of_everyone(),
        }
    }
}

impl Case {
    pub(super) fn insurer<'s>(&'s self, policy: Option<&'s Policy>) -> &'s str {
        policy.map(|policy| policy.insurer.as_str()).or(self.insurer.as_deref()).unwrap_or("demo")
    }

    /// Where the person writes from.
    pub(super) fn address(&self, policy: Option<&Policy>) -> String {
        let told = match self.channel {
            Channel::Sms => policy.and_then(|policy| policy.phone.clone()),
            Channel::Email => policy.and_then(|policy| policy.email.clone()),
            // A chat that no page opens: its secret would have to have this hash.
            Channel::Web | Channel::Telegram => None,
        };
        self.address.clone().or(told).unwrap_or_else(|| format!("demo-{}", self.id))
    }
}

/// "69003 Lyon".
pub(super) fn town(policy: &Policy) -> String {
    format!("{} {}", policy.postcode.as_deref().unwrap_or_default(), policy.city)
}

/// A number as people write it here: "06 39 98 30 01".
fn as_written(number: &str) -> String {
    let digits: Vec<char> =
        number.strip_prefix("+33").map_or(number.to_owned(), |rest| format!("0{rest}")).chars().collect();
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    pairs.join(" ")
}

fn read<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<T, CastError> {
    serde_saphyr::from_str(text).map_err(|error| CastError::File { file, problem: error.to_string() })
}
