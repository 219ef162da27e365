//! A claim as a page shows it: what was declared, and the questions that complete the file.

use super::{
    fact::Value,
    fact_name::FactName,
    message::{Input, SummaryLine},
};

/// What was declared, and what may still be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declaration {
    /// The answers in groups, in the order in which they were asked.
    pub declared: Vec<DeclaredGroup>,
    /// The questions that complete the file, answered or not. Empty while the claim is not sent, and when it is over.
    pub groups: Vec<FieldGroup>,
}

/// Answers that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredGroup {
    pub title: String,
    pub lines: Vec<SummaryLine>,
}

/// Questions that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldGroup {
    pub title: String,
    pub fields: Vec<Field>,
}

/// A question as a field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub fact: FactName,
    pub label: String,
    /// Empty where there is none.
    pub help: String,
    pub input: Input,
    /// The answers that may be chosen.
    pub options: Vec<FieldOption>,
    /// What is known.
    pub value: Option<Value>,
    /// What is known as it stands in the field.
    pub written: String,
}

/// An answer that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOption {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

impl Declaration {
    pub fn field(&self, fact: &FactName) -> Option<&Field> {
        self.groups.iter().flat_map(|group| &group.fields).find(|field| field.fact == *fact)
    }
}

impl FieldGroup {
    /// How many of its questions are answered.
    pub fn answered(&self) -> usize {
        self.fields.iter().filter(|field| field.value.is_some()).count()
    }
}
