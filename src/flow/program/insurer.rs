//! Insurers: their thresholds, addresses and texts, which a conversation uses.

use std::{collections::BTreeMap, sync::Arc};

use jiff::tz::TimeZone;
use regex::Regex;

use super::{
    closing::Closing,
    conventions::Conventions,
    diagnostics::Diagnostics,
    hours::Hours,
    yaml::{Data, Fields, Node, text},
};
use crate::domain::{
    clock::paris,
    language::{Language, Text},
    number::FiniteNumber,
};

/// One insurer, from `insurers/*.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Insurer {
    pub id: String,
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The thresholds with which conditions compare, in euros or plain numbers.
    pub thresholds: BTreeMap<String, FiniteNumber>,
    /// The amounts of the agreements between insurers, which all insurers share.
    pub(crate) conventions: Arc<Conventions>,
    /// The form of its policy numbers.
    pub policy_number: Option<Regex>,
    /// Its public addresses, by channel: the number for text messages, the mailbox, the bot's name.
    pub reach: BTreeMap<String, String>,
    /// What a message does that comes after the dossier was closed.
    pub closing: Closing,
    /// The opening hours, in the insurer's time zone.
    pub hours: Hours,
    /// The time zone in which hours and days are counted. None: Paris.
    pub(crate) zone: Option<TimeZone>,
    /// Every other text of the file, for templates.
    pub texts: BTreeMap<String, Text>,
    /// What templates see as `insurer`, by language.
    pub(crate) view: [minijinja::Value; 2],
}

impl Insurer {
    pub(crate) fn read(file: &str, root: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, root, problems);
        let id = fields.required("insurer", problems);
        let name = fields.required("name", problems);
        let phone = fields.string("phone", problems);
        let email = fields.string("email", problems);
        let pattern = fields.take("policy_number_pattern");
        let policy_number = pattern.and_then(|node| {
            let pattern = format!("^(?:{})$", node.scalar().unwrap_or_default());
            Regex::new(&pattern)
                .map_err(|error| problems.error(file, node.place, format!("the pattern is not valid: {error}")))
                .ok()
        });
        let mut thresholds = BTreeMap::new();
        if let Some(node) = fields.take("thresholds") {
            for (name, place, node) in Fields::of(file, node, problems).rest() {
                let number = if let Data::Number(number) = node.data { FiniteNumber::new(number) } else { None };
                match number {
                    Some(number) => {
                        thresholds.insert(name.to_owned(), number);
                    }
                    None => problems.error(file, place, format!("the threshold `{name}` must be a number")),
                }
            }
        }
        let hours = fields.take("hours").map(|node| Hours::read(file, node, problems)).unwrap_or_default();
        let closing = fields.take("closing").map(|node| Closing::read(file, node, problems)).unwrap_or_default();
        let mut reach = BTreeMap::new();
        if let Some(node) = fields.take("reach") {
            for (channel, place, node) in Fields::of(file, node, problems).rest() {
                match (channel, node.scalar()) {
                    ("sms" | "email" | "telegram", Some(address)) => {
                        reach.insert(channel.to_owned(), address.trim_start_matches('@').to_owned());
                    }
                    _ => problems.error(file, place, "`reach` has `sms`, `email` and `telegram`".to_owned()),
                }
            }
        }
        let zone = fields.take("timezone").and_then(|node| {
            let zone = TimeZone::get(&node.scalar().unwrap_or_default());
            if zone.is_err() {
                problems.error(
                    file,
                    node.place,
                    "`timezone` is a name such as Europe/Paris or Indian/Reunion".to_owned(),
                );
            }
            zone.ok()
        });
        let mut texts = BTreeMap::new();
        for (key, _, node) in fields.rest() {
            match &node.data {
                Data::Text(both) => {
                    texts.insert(key.to_owned(), Text { fr: both.clone(), en: both.clone() });
                }
                Data::Map(entries) if entries.iter().any(|(key, ..)| key == "fr" || key == "en") => {
                    texts.insert(key.to_owned(), text(file, node, problems));
                }
                // Other lists and maps are read by other rooms.
                _ => {}
            }
        }
        let mut insurer = Self {
            id,
            name,
            phone,
            email,
            thresholds,
            conventions: Arc::default(),
            policy_number,
            reach,
            closing,
            hours,
            zone,
            texts,
            view: <[minijinja::Value; 2]>::default(),
        };
        insurer.view = Language::ALL.map(|language| insurer.view_in(language));
        insurer
    }

    /// The time zone in which this insurer's hours and days are counted.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or_else(paris)
    }

    fn view_in(&self, language: Language) -> minijinja::Value {
        let mut view: BTreeMap<String, minijinja::Value> = BTreeMap::new();
        view.insert("name".to_owned(), self.name.as_str().into());
        view.insert("phone".to_owned(), self.phone.as_deref().unwrap_or_default().into());
        view.insert("email".to_owned(), self.email.as_deref().unwrap_or_default().into());
        view.extend(self.thresholds.iter().map(|(name, number)| (name.clone(), number.get().into())));
        view.extend(self.texts.iter().map(|(name, text)| (name.clone(), text.get(language).into())));
        // Converted from a map, because collecting pairs would make a list.
        view.into()
    }

    /// The names that templates may use after `insurer.`.
    pub(crate) fn has(&self, name: &str) -> bool {
        matches!(name, "name" | "phone" | "email")
            || self.thresholds.contains_key(name)
            || self.texts.contains_key(name)
    }
}
