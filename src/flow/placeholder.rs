//! Stands in for the engine until it lands: the types that the host calls. The flow's builder deletes this file.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Effect, Event};
use crate::domain::{fact::Facts, message::Body};

#[derive(Debug)]
pub struct Insurer {
    pub id: String,
    pub name: String,
    pub phone: Option<String>,
}

#[derive(Debug, Default)]
pub struct Library {
    sources: BTreeMap<String, String>,
    insurers: Vec<Insurer>,
}

#[derive(Debug, thiserror::Error)]
#[error("the flows cannot be read")]
pub struct LoadError;

impl Library {
    pub fn load(_folder: &Path) -> Result<Self, LoadError> {
        Self::from_sources(BTreeMap::new())
    }

    pub fn from_sources(sources: BTreeMap<String, String>) -> Result<Self, LoadError> {
        let insurers = vec![Insurer { id: "demo".into(), name: "Mutuelle des Rives".into(), phone: None }];
        Ok(Self { sources, insurers })
    }

    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    pub fn insurer(&self, id: &str) -> Option<&Insurer> {
        self.insurers.iter().find(|insurer| insurer.id == id)
    }

    pub fn insurers(&self) -> impl Iterator<Item = &Insurer> {
        self.insurers.iter()
    }

    pub fn sentence(&self, _key: &str, _language: crate::domain::language::Language) -> Option<&str> {
        None
    }

    pub fn revision(&self) -> &'static str {
        "placeholder"
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    facts: Facts,
}

impl State {
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

#[derive(Debug)]
pub struct Turn {
    pub state: State,
    pub effects: Vec<Effect>,
}

pub fn step(_library: &Library, _insurer: &str, state: State, _event: &Event, _now: Timestamp) -> Turn {
    Turn { state, effects: vec![Effect::Say { body: Body { text: "…".into(), ..Body::default() } }] }
}

pub fn built_in() -> BTreeMap<String, String> {
    BTreeMap::new()
}
