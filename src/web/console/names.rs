//! What things are called: the French names that the flows' files give to perils, documents, facts and their values.
//!
//! Read from the same sources as the flows, because a claims manager who renames a document there renames it here too.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Yaml;

/// Names by code. A code without a name is shown as it is: nothing is hidden for want of a word.
#[derive(Clone, Debug, Default)]
pub struct Names {
    perils: HashMap<String, String>,
    documents: BTreeMap<String, String>,
    facts: HashMap<String, String>,
    /// By fact and value.
    choices: HashMap<String, HashMap<String, String>>,
    insurers: HashMap<String, String>,
    /// Why a message did not arrive, by the channel's code.
    undelivered: HashMap<String, String>,
    requests: HashMap<String, String>,
    desks: HashMap<String, String>,
    /// In the order of their file.
    intents: Vec<(String, String)>,
}

/// A file of the flows that is no YAML.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read for the console's names: {problem}; run `guichet flow check`")]
pub struct NamesError {
    path: String,
    problem: String,
}

impl Names {
    /// Reads the names from the flows' sources, path to text.
    pub fn from_sources<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, NamesError> {
        let mut names = Self::default();
        for (path, text) in sources {
            let Some(stem) = path.strip_suffix(".yaml").filter(|stem| !stem.ends_with(".transcript")) else { continue };
            let file = stem.rsplit('/').next().unwrap_or(stem);
            let yaml: Yaml = serde_saphyr::from_str(text)
                .map_err(|error| NamesError { path: path.to_owned(), problem: error.to_string() })?;
            if file == "messages" {
                let words = each(&yaml)
                    .filter_map(|(key, it)| Some((key.strip_prefix("undelivered_")?.to_owned(), text_of(it, "fr")?)));
                names.undelivered.extend(words);
            } else if file == "facts" {
                names.read_facts(yaml.get("facts").unwrap_or(&yaml));
            } else if file == "documents" {
                let labels = each(yaml.get("documents").unwrap_or(&yaml))
                    .filter_map(|(kind, it)| Some((kind.clone(), label(it)?)));
                names.documents.extend(labels);
            } else if file == "requests" {
                let named = |key: &str| {
                    let entries = yaml.get(key).into_iter().flat_map(each);
                    entries.filter_map(|(code, it)| Some((code.clone(), label(it)?))).collect::<Vec<_>>()
                };
                names.requests.extend(named("requests"));
                names.desks.extend(named("desks"));
            } else if file == "intents" {
                let intents = yaml.get("intents").into_iter().flat_map(each);
                names.intents.extend(intents.filter_map(|(intent, it)| Some((intent.clone(), label(it)?))));
            } else if let (Some(code), Some(name)) = (text_of(&yaml, "insurer"), text_of(&yaml, "name")) {
                names.insurers.insert(code, name);
            } else if yaml.get("flow").is_some() {
                names.read_flow(&yaml);
            }
        }
        Ok(names)
    }

    fn read_facts(&mut self, yaml: &Yaml) {
        for (fact, it) in each(yaml) {
            if let Some(label) = label(it) {
                self.facts.insert(fact.clone(), label);
            }
            for (value, it) in it.get("values").into_iter().flat_map(each) {
                self.name_choice(fact, value, it);
            }
        }
    }

    fn read_flow(&mut self, yaml: &Yaml) {
        if let (Some(peril), Some(title)) = (text_of(yaml, "peril"), yaml.get("title").and_then(label)) {
            self.perils.insert(peril, title);
        }
        let steps = yaml.get("steps").and_then(Yaml::as_array).into_iter().flatten();
        for step in steps {
            let Some(fact) = text_of(step, "ask") else { continue };
            for choice in step.get("choices").and_then(Yaml::as_array).into_iter().flatten() {
                if let Some(value) = text_of(choice, "value") {
                    self.name_choice(&fact, &value, choice);
                }
            }
        }
    }

    fn name_choice(&mut self, fact: &str, value: &str, it: &Yaml) {
        if let Some(label) = label(it) {
            self.choices.entry(fact.to_owned()).or_default().insert(value.to_owned(), label);
        }
    }

    /// A peril: its flow's title, or what the opening offers under that name.
    pub fn peril<'a>(&'a self, code: &'a str) -> &'a str {
        self.perils.get(code).map_or_else(|| self.choice("incident", code), String::as_str)
    }

    pub fn document<'a>(&'a self, kind: &'a str) -> &'a str {
        self.documents.get(kind).map_or(kind, String::as_str)
    }

    /// All kinds of documents with their names, by name.
    pub fn documents(&self) -> Vec<(&str, &str)> {
        let mut kinds: Vec<_> = self.documents.iter().map(|(kind, name)| (kind.as_str(), name.as_str())).collect();
        kinds.sort_by_key(|(_, name)| name.to_lowercase());
        kinds
    }

    pub fn is_document(&self, kind: &str) -> bool {
        self.documents.contains_key(kind)
    }

    pub fn fact<'a>(&'a self, name: &'a str) -> &'a str {
        self.facts.get(name).map_or(name, String::as_str)
    }

    /// What a fact's value is called.
    pub fn choice<'a>(&'a self, fact: &str, value: &'a str) -> &'a str {
        self.choices.get(fact).and_then(|values| values.get(value)).map_or(value, String::as_str)
    }

    /// Why a message did not arrive.
    pub fn undelivered<'a>(&'a self, reason: &'a str) -> &'a str {
        self.undelivered.get(reason).map_or(reason, String::as_str)
    }

    pub fn request<'a>(&'a self, kind: &'a str) -> &'a str {
        self.requests.get(kind).map_or(kind, String::as_str)
    }

    pub fn desk<'a>(&'a self, code: &'a str) -> &'a str {
        self.desks.get(code).map_or(code, String::as_str)
    }

    /// What a message may mean.
    pub fn intents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.intents.iter().map(|(intent, name)| (intent.as_str(), name.as_str()))
    }

    pub fn insurer<'a>(&'a self, code: &'a str) -> &'a str {
        self.insurers.get(code).map_or(code, String::as_str)
    }
}

fn each(yaml: &Yaml) -> impl Iterator<Item = (&String, &Yaml)> {
    yaml.as_object().into_iter().flatten()
}

fn text_of(yaml: &Yaml, key: &str) -> Option<String> {
    yaml.get(key)?.as_str().map(str::to_owned)
}

/// The French of `{ fr, en }`, or of the `label` or `name` that holds them.
fn label(yaml: &Yaml) -> Option<String> {
    let text = yaml.get("label").or_else(|| yaml.get("name")).unwrap_or(yaml);
    text_of(text, "fr")
}

#[cfg(test)]
mod tests;
