//! `guichet understand`: prints what is understood of a message, for whoever tunes the vocabulary or measures it.

use std::{io::BufRead as _, path::PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{CliError, say};
use crate::{
    config::Config,
    domain::{
        clock::{Clock, paris},
        fact::Value,
        language::Language,
        message::Input,
    },
    flow::Library,
    understanding::{Entity, Listening, Want},
};

/// Arguments of `guichet understand`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Understand {
    /// The message.
    #[arg(required_unless_present = "lines")]
    text: Option<String>,
    /// Read one message a line from standard input and print one JSON object a line.
    #[arg(long, conflicts_with = "text")]
    lines: bool,
    /// The local date and time at which it is read, such as 2026-11-20T10:00:00; now when it is left out.
    #[arg(long)]
    at: Option<civil::DateTime>,
    /// In which direction a date is resolved when the sentence does not say: a loss lies in the past, an appointment in
    /// the future.
    #[arg(long, value_enum, default_value_t = Prefer::Past)]
    prefer: Prefer,
    /// The language in which the person is spoken to: fr or en. Both are always listened to.
    #[arg(long, default_value = "fr")]
    lang: String,
    /// The insurer whose form of policy number is looked for, such as demo; without it, only a number called one is
    /// found.
    #[arg(long)]
    insurer: Option<String>,
    /// Print the message as one JSON object.
    #[arg(long)]
    json: bool,
    /// The flows' folder; the configured one, or the built-in flows, when it is left out.
    #[arg(long)]
    folder: Option<PathBuf>,
}

const EXAMPLES: &str = r#"Examples:
  guichet understand "fuite hier soir vers 18h30, environ 1200e"
  guichet understand "ok pour mardi 14h" --at 2026-11-20T10:00:00 --prefer future --json
  guichet understand --lines --at 2026-11-20T10:00:00 < messages.txt

Each JSON object is {"text", "intents": [{"intent", "score"}, …], "values": [{"kind", "text", …}, …]}. A time has
local "start" and "end" without zone; "end" is exclusive, and null where the value is the one second, minute, hour, day,
week, month, quarter or year that "precision" names."#;

/// How many intents are shown: the two that would be offered as buttons, and the next ones.
const SHOWN: usize = 5;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Prefer {
    Past,
    Future,
}

/// What was understood of one message, as JSON that other programs can measure.
#[derive(Debug, Serialize)]
struct Understood<'a> {
    text: &'a str,
    intents: Vec<Json>,
    values: Vec<Json>,
}

impl Understand {
    pub(super) fn run(self, config: &Config) -> Result<(), CliError> {
        let library = match &self.folder {
            Some(folder) => Library::load(folder)?,
            None => super::load_flows(config)?,
        };
        let now = self.at.unwrap_or_else(|| Clock::system().now().to_zoned(paris()).datetime());
        let ctx = Listening { now, language: Language::from_tag(&self.lang) };
        if self.lines {
            for line in std::io::stdin().lock().lines() {
                say(json!(self.understand(&line.map_err(CliError::Input)?, &library, &ctx)));
            }
            return Ok(());
        }
        let understood = self.understand(self.text.as_deref().unwrap_or_default(), &library, &ctx);
        if self.json {
            say(json!(understood));
        } else {
            understood.print();
        }
        Ok(())
    }

    fn understand<'a>(&self, text: &'a str, library: &Library, ctx: &Listening) -> Understood<'a> {
        let parsed = library.vocabulary().read(text, ctx);
        let mut values: Vec<Json> = parsed.values().iter().map(|found| self.value(text, found)).collect();
        let insurer = self.insurer.as_deref().and_then(|id| library.insurer(id));
        if let Some(pattern) = insurer.and_then(|insurer| insurer.policy_number.as_ref()) {
            let want = Want {
                input: Input::PolicyNumber,
                choices: None,
                prefer_past: true,
                partly: None,
                policy_pattern: Some(pattern),
            };
            if let Some(Value::Text(number)) = library.vocabulary().extract_unprompted(&parsed, &want, ctx) {
                values.retain(|value| value["kind"] != "policy_number");
                values.push(json!({ "kind": "policy_number", "text": number, "value": number }));
            }
        }
        let mut intents = library.recognise(&parsed);
        intents.truncate(SHOWN);
        let intents = intents.iter().map(|one| json!({ "intent": one.intent, "score": rounded(one.score) })).collect();
        Understood { text, intents, values }
    }

    fn value(&self, text: &str, found: &Entity) -> Json {
        let mut told = Map::new();
        told.insert("kind".into(), json!(found.kind));
        told.insert("text".into(), json!(text.get(found.span.clone()).unwrap_or_default()));
        let value = match (self.prefer, &found.ahead) {
            (Prefer::Future, Some(ahead)) => ahead,
            _ => &found.value,
        };
        match value {
            Value::Moment(moment) => {
                told.insert("start".into(), json!(moment.start));
                told.insert("end".into(), json!(moment.end));
                told.insert("precision".into(), json!(moment.precision));
                if let Some(open) = found.open {
                    told.insert("open".into(), json!(open));
                }
            }
            Value::Amount(cents) => {
                told.insert("cents".into(), json!(cents));
                if let Some(low) = found.low {
                    told.insert("min_cents".into(), json!(low));
                    told.insert("max_cents".into(), json!(cents));
                }
                if let Some(tax) = found.tax {
                    told.insert("tax".into(), json!(tax));
                }
            }
            Value::Address(address) => {
                if !address.line.is_empty() {
                    told.insert("line".into(), json!(address.line));
                }
                told.insert("postcode".into(), json!(address.postcode));
                told.insert("city".into(), json!(address.city));
                if let Some(code) = found.insee {
                    told.insert("insee".into(), json!(code));
                }
            }
            Value::Number(number) => {
                told.insert("value".into(), json!(number));
            }
            Value::Text(text) | Value::Phone(text) | Value::Email(text) => {
                told.insert("value".into(), json!(text));
            }
            Value::Duration(minutes) => {
                told.insert("minutes".into(), json!(minutes));
            }
            _ => {}
        }
        if let Some(foreign) = found.foreign {
            told.remove("value");
            told.insert("cents".into(), json!(foreign.cents));
            told.insert("currency".into(), json!(foreign.currency.code()));
        }
        if found.uncertain {
            told.insert("certainty".into(), json!("low"));
        }
        Json::Object(told)
    }
}

/// A probability, rounded to three decimals.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}

impl Understood<'_> {
    /// Prints lines for a person: the intents, then a value a line, its kind first.
    fn print(&self) {
        for intent in self.intents.iter().filter_map(Json::as_object) {
            let plain = |key: &str| intent.get(key).map(|told| told.to_string().replace('"', "")).unwrap_or_default();
            say(format_args!("{:<32} {}", plain("intent"), plain("score")));
        }
        if self.values.is_empty() {
            say("no values");
        }
        for value in &self.values {
            let Some(value) = value.as_object() else { continue };
            let plain = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            let (mut kind, mut text, mut rest) = (String::new(), String::new(), Vec::new());
            for (key, told) in value.iter().filter(|(_, told)| !told.is_null()) {
                match key.as_str() {
                    "kind" => kind = plain(told),
                    "text" => text = plain(told),
                    _ => rest.push(format!("{key} {}", plain(told))),
                }
            }
            say(format_args!("{kind:<10} « {text} »  {}", rest.join(", ")));
        }
    }
}
