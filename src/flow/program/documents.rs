//! `documents.yaml`: the kinds of documents, each with its slot.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    diagnostics::Diagnostics,
    yaml::{Data, Fields, Node, text},
};
use crate::domain::language::Text;

/// The longest drawing, in characters: a page carries one for each slot.
const MAX_DRAWING: usize = 700;
/// What the data of an SVG path is written with.
const PATH: &str = "MmZzLlHhVvCcSsQqTtAa0123456789.,- ";

/// A kind of document.
#[derive(Clone, Debug)]
pub struct DocumentKind {
    pub name: Text,
    /// The name above its slot, where the whole one is long.
    pub short: Option<Text>,
    /// How to make a good document of this kind.
    pub how: Option<Text>,
    pub accepts: Accepts,
    /// What its empty slot shows.
    pub drawing: Option<Arc<Drawing>>,
}

/// A line drawing in a frame of 120 by 90: the data of SVG paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    pub lines: String,
    /// What is to be seen in the photo, drawn in the colour of the insurer; empty where nothing stands out.
    pub accent: String,
}

/// The files that are accepted as a kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    Photo,
    Paper,
    Video,
    Any,
}

impl Accepts {
    pub fn accepts(self, media_type: &str) -> bool {
        match self {
            Self::Photo => media_type.starts_with("image/"),
            Self::Paper => !media_type.starts_with("video/") && !media_type.starts_with("audio/"),
            Self::Video => media_type.starts_with("video/"),
            Self::Any => true,
        }
    }
}

/// Reads `documents.yaml`.
pub(crate) fn read_documents(file: &str, root: &Node, problems: &mut Diagnostics) -> BTreeMap<String, DocumentKind> {
    let mut kinds = BTreeMap::new();
    let mut top = Fields::of(file, root, problems);
    let drawings = top.take("drawings").map(|node| read_drawings(file, node, problems)).unwrap_or_default();
    let documents = top.take("documents");
    top.finish(problems);
    let Some(documents) = documents else { return kinds };
    for (kind, place, node) in Fields::of(file, documents, problems).rest() {
        let mut fields = Fields::of(file, node, problems);
        let name = fields.text("name", problems).map(|(name, _)| name);
        if name.is_none() {
            problems.error(file, place, format!("the document `{kind}` has no name"));
        }
        let short = fields.text("short", problems).map(|(short, _)| short);
        let how = fields.take("how").map(|node| text(file, node, problems));
        let accepts = match fields.take("accepts") {
            None => Accepts::Any,
            Some(node) => match &node.data {
                Data::Text(word) if word == "photo" => Accepts::Photo,
                Data::Text(word) if word == "paper" => Accepts::Paper,
                Data::Text(word) if word == "video" => Accepts::Video,
                Data::Text(word) if word == "any" => Accepts::Any,
                _ => {
                    problems.error(file, node.place, "`accepts` is photo, paper, video or any".to_owned());
                    Accepts::Any
                }
            },
        };
        let drawing = fields.take("drawing").and_then(|node| {
            let drawing = node.scalar().and_then(|name| drawings.get(&name).cloned());
            if drawing.is_none() {
                problems.error(file, node.place, "`drawing` is one of those in `drawings`".to_owned());
            }
            drawing
        });
        fields.finish(problems);
        let document = DocumentKind { name: name.unwrap_or_default(), short, how, accepts, drawing };
        kinds.insert(kind.to_owned(), document);
    }
    kinds
}

fn read_drawings(file: &str, node: &Node, problems: &mut Diagnostics) -> BTreeMap<String, Arc<Drawing>> {
    let mut drawings = BTreeMap::new();
    for (name, place, node) in Fields::of(file, node, problems).rest() {
        let mut fields = Fields::of(file, node, problems);
        let mut path = |key| fields.string(key, problems).unwrap_or_default();
        let drawing = Drawing { lines: path("lines"), accent: path("accent") };
        fields.finish(problems);
        let strays = drawing.lines.chars().chain(drawing.accent.chars()).any(|c| !PATH.contains(c));
        if strays || drawing.lines.is_empty() || drawing.lines.len() + drawing.accent.len() > MAX_DRAWING {
            let rule = format!("a drawing is the data of SVG paths, {MAX_DRAWING} characters at most");
            problems.error(file, place, rule);
        }
        drawings.insert(name.to_owned(), Arc::new(drawing));
    }
    drawings
}

#[cfg(test)]
mod tests;
