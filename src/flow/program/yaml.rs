//! YAML with places: every node has its line and column, so that a mistake can be reported there.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{
    diagnostics::{Diagnostic, Diagnostics, SourcePosition, Strictness},
    typography,
};
use crate::domain::language::Text;

/// How deep lists and maps may stand in each other. A flow's are a dozen deep; what is much deeper would overflow the stack, which
/// ends the program.
const MAX_DEPTH: usize = 32;

impl From<Location> for SourcePosition {
    fn from(location: Location) -> Self {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(location.line()), column: number(location.column()) }
    }
}

/// A value of a YAML document and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: SourcePosition,
    pub(crate) data: Data,
}

#[derive(Clone, Debug)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, SourcePosition, Node)>),
}

impl Node {
    /// Parses one document.
    pub(crate) fn parse(file: &str, source: &str) -> Result<Self, Diagnostic> {
        let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_depth: MAX_DEPTH } };
        match serde_saphyr::from_str_with_options::<Spanned<Raw>>(source, options) {
            Ok(raw) => Ok(raw.into()),
            Err(error) => {
                let place = error.location().map(SourcePosition::from).unwrap_or_default();
                Err(Diagnostic::error(file, place, error.without_snippet().to_string()))
            }
        }
    }

    /// A scalar as text.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.data {
            Data::Text(text) => Some(text.clone()),
            Data::Bool(bool) => Some(if *bool { "yes" } else { "no" }.to_owned()),
            Data::Number(number) => Some(number.to_string()),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "yes or no",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

struct Raw(Data);

impl From<Spanned<Raw>> for Node {
    fn from(raw: Spanned<Raw>) -> Self {
        Self { place: raw.referenced.into(), data: raw.value.0 }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor).map(Self)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_none<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "people do not write 16 digits in a flow")]
    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "people do not write 16 digits in a flow")]
    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        Ok(Data::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
        Ok(Data::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(match value {
            "yes" => Data::Bool(true),
            "no" => Data::Bool(false),
            text => Data::Text(text.to_owned()),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Raw>>()? {
            list.push(item.into());
        }
        Ok(Data::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let value = map.next_value::<Spanned<Raw>>()?;
            entries.push((key.value, key.referenced.into(), value.into()));
        }
        Ok(Data::Map(entries))
    }
}

/// Reads the fields of a map one by one, and reports what is wrong and which keys are unknown.
pub(crate) struct Fields<'a> {
    pub(crate) file: &'a str,
    pub(crate) place: SourcePosition,
    entries: Vec<(&'a str, SourcePosition, &'a Node, bool)>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which must be a map.
    pub(crate) fn of(file: &'a str, node: &'a Node, problems: &mut Diagnostics) -> Self {
        let entries = match &node.data {
            Data::Map(entries) => {
                entries.iter().map(|(key, place, value)| (key.as_str(), *place, value, false)).collect()
            }
            Data::Null => Vec::new(),
            _ => {
                problems.error(file, node.place, format!("expected a map, found {}", node.kind()));
                Vec::new()
            }
        };
        Self { file, place: node.place, entries }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| *name == key)
    }

    /// The place of an entry; of the map where it is not there.
    pub(crate) fn place_of(&self, key: &str) -> SourcePosition {
        self.entries.iter().find(|(name, ..)| *name == key).map_or(self.place, |(_, _, node, _)| node.place)
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<&'a Node> {
        self.entries.iter_mut().find(|(name, ..)| *name == key).map(|entry| {
            entry.3 = true;
            entry.2
        })
    }

    /// The remaining entries, for maps whose keys are names.
    pub(crate) fn rest(&mut self) -> Vec<(&'a str, SourcePosition, &'a Node)> {
        self.entries
            .iter_mut()
            .filter(|entry| !entry.3)
            .map(|entry| {
                entry.3 = true;
                (entry.0, entry.1, entry.2)
            })
            .collect()
    }

    pub(crate) fn string(&mut self, key: &str, problems: &mut Diagnostics) -> Option<String> {
        let node = self.take(key)?;
        let text = node.scalar();
        if text.is_none() {
            problems.error(self.file, node.place, format!("`{key}` must be a text, found {}", node.kind()));
        }
        text
    }

    pub(crate) fn required(&mut self, key: &str, problems: &mut Diagnostics) -> String {
        if !self.has(key) {
            problems.error(self.file, self.place, format!("`{key}` is missing"));
        }
        self.string(key, problems).unwrap_or_default()
    }

    pub(crate) fn bool(&mut self, key: &str, problems: &mut Diagnostics) -> bool {
        match self.take(key) {
            None => false,
            Some(Node { data: Data::Bool(bool), .. }) => *bool,
            Some(node) => {
                problems.error(self.file, node.place, format!("`{key}` must be true or false, found {}", node.kind()));
                false
            }
        }
    }

    pub(crate) fn number(&mut self, key: &str, problems: &mut Diagnostics) -> Option<f64> {
        let node = self.take(key)?;
        if let Data::Number(number) = node.data {
            Some(number)
        } else {
            problems.error(self.file, node.place, format!("`{key}` must be a number, found {}", node.kind()));
            None
        }
    }

    pub(crate) fn list(&mut self, key: &str, problems: &mut Diagnostics) -> &'a [Node] {
        match self.take(key) {
            None => &[],
            Some(Node { data: Data::List(list), .. }) => list,
            Some(node) => {
                problems.error(self.file, node.place, format!("`{key}` must be a list, found {}", node.kind()));
                &[]
            }
        }
    }

    /// A text for people, which every language must have.
    pub(crate) fn text(&mut self, key: &str, problems: &mut Diagnostics) -> Option<(Text, SourcePosition)> {
        let node = self.take(key)?;
        Some((text(self.file, node, problems), node.place))
    }

    /// Reports the keys that were not read.
    pub(crate) fn finish(self, problems: &mut Diagnostics) {
        for (key, place, _, used) in &self.entries {
            if !used {
                problems.outdated(self.file, *place, format!("`{key}` means nothing here; see docs/flow-language.md"));
            }
        }
    }
}

/// A text for people: `{ fr: …, en: … }`.
pub(crate) fn text(file: &str, node: &Node, problems: &mut Diagnostics) -> Text {
    if !matches!(node.data, Data::Map(_)) {
        problems.error(file, node.place, format!("a text needs `fr` and `en`, found {}", node.kind()));
        return Text::default();
    }
    let mut fields = Fields::of(file, node, problems);
    let text = words(&mut fields, problems);
    fields.finish(problems);
    text
}

/// The `fr` and `en` of a text for people, in a map that may have other keys.
pub(crate) fn words(fields: &mut Fields, problems: &mut Diagnostics) -> Text {
    let text = phrases(fields, problems);
    if problems.strictness() == Strictness::Files
        && let Some((what, near)) = typography::fault(&text.fr)
    {
        problems.warn(fields.file, fields.place_of("fr"), format!("a French text has {what}, near `{near}`"));
    }
    text
}

/// The `fr` and `en` of what people say, as they type it.
pub(crate) fn phrases(fields: &mut Fields, problems: &mut Diagnostics) -> Text {
    for language in ["fr", "en"] {
        if !fields.has(language) {
            problems.error(fields.file, fields.place, format!("the translation `{language}` is missing"));
        }
    }
    let mut word = |language| fields.string(language, problems).unwrap_or_default();
    Text { fr: word("fr"), en: word("en") }
}

#[cfg(test)]
mod tests;
