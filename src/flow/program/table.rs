//! Decision tables: read and compiled here, because their conditions are the flows' own; the room `orientation` decides
//! by them.

use std::collections::BTreeMap;

use super::{
    condition::{Condition, Slots},
    diagnostics::{Diagnostics, SourcePosition},
    facts::FactTypes,
    yaml::{Fields, Node},
};
use crate::domain::{fact_name::FactName, language::Text, orientation_mode::OrientationMode};

/// A decision table: the first row that holds decides.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    /// The facts that it reads.
    pub facts: Vec<FactName>,
    pub rows: Vec<Row>,
    pub(crate) file: String,
}

/// One row of a table.
#[derive(Debug)]
pub struct Row {
    pub id: String,
    pub when: Condition,
    pub then: BTreeMap<String, String>,
    pub because: Text,
    pub(crate) place: SourcePosition,
}

impl Table {
    pub(crate) fn read(file: &str, root: &Node, types: &FactTypes, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, root, problems);
        let name = fields.required("table", problems);
        let mut facts = Vec::new();
        for node in fields.list("facts", problems) {
            let fact = FactName::from(node.scalar().unwrap_or_default());
            if !types.contains_key(&fact) {
                problems.error(file, node.place, format!("no question or rule fills the fact `{fact}`"));
            }
            facts.push(fact);
        }
        let mut rows: Vec<Row> = Vec::new();
        for node in fields.list("rows", problems) {
            let mut row = Fields::of(file, node, problems);
            let id = row.required("id", problems);
            if rows.iter().any(|other| other.id == id) {
                problems.error(file, node.place, format!("two rows are named `{id}`"));
            }
            if !row.has("when") {
                problems.error(file, node.place, "the row needs `when` ({} always holds)".to_owned());
            }
            let when =
                row.take("when").map_or_else(Condition::always, |when| Condition::read(file, when, types, problems));
            for fact in when.facts() {
                if !facts.contains(fact) {
                    problems.error(file, node.place, format!("`{fact}` is not among the table's `facts`"));
                }
            }
            let mut then = BTreeMap::new();
            if let Some(node) = row.take("then") {
                for (key, place, value) in Fields::of(file, node, problems).rest() {
                    match value.scalar() {
                        Some(value) => {
                            // In a stored revision it decides on nothing: a person does.
                            if key == "mode" && value.parse::<OrientationMode>().is_err() {
                                let message = format!("`{value}` is no mode: field, tele, visio or desk");
                                problems.outdated(file, place, message);
                            }
                            then.insert(key.to_owned(), value);
                        }
                        None => problems.error(file, place, format!("`{key}` must be a word")),
                    }
                }
            }
            if then.is_empty() {
                problems.error(file, node.place, "the row needs `then`: what it decides".to_owned());
            }
            let because = row.text("because", problems).map(|(text, _)| text);
            if because.is_none() {
                problems.error(file, node.place, "the row needs `because`: the reason, for people".to_owned());
            }
            row.finish(problems);
            rows.push(Row { id, when, then, because: because.unwrap_or_default(), place: node.place });
        }
        fields.finish(problems);
        Self { name, facts, rows, file: file.to_owned() }
    }

    /// Tells each test the place of its fact.
    pub(crate) fn place(&mut self, slots: &Slots) {
        self.rows.iter_mut().for_each(|row| row.when.place(slots));
    }

    /// Warns of rows that are never reached because an earlier one holds whenever they do, and of rows that overlap in
    /// part with an earlier one that decides differently.
    pub(crate) fn check(&self, problems: &mut Diagnostics) {
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(earlier) = self.rows[..at].iter().find(|earlier| earlier.when.is_implied_by(&row.when)) {
                let message = format!("the row `{}` is never reached: `{}` holds whenever it does", row.id, earlier.id);
                problems.warn(&self.file, row.place, message);
                continue;
            }
            for earlier in self.rows[..at].iter().filter(|earlier| earlier.then != row.then) {
                if let Some(fact) = row.when.overlaps(&earlier.when) {
                    let message = format!(
                        "the rows `{}` and `{}` overlap on `{fact}` and decide differently: where both hold, `{}` decides \
                         because it comes first; part their values",
                        earlier.id, row.id, earlier.id
                    );
                    problems.warn(&self.file, row.place, message);
                }
            }
        }
    }
}
