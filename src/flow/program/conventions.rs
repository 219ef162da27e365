//! The amounts of the agreements between insurers (`flows/conventions.yaml`), by the day of the loss.
//!
//! They exclude VAT and what a person estimates includes it, so an estimate near an amount is neither below nor above it:
//! the agreement is then confirmed on the quote.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    diagnostics::Diagnostics,
    yaml::{Fields, Node},
};
use crate::domain::number::FiniteNumber;

/// The file, in the folder of the flows.
pub(crate) const FILE: &str = "conventions.yaml";

/// All amounts, by their names.
#[derive(Debug, Default)]
pub(crate) struct Conventions {
    /// How near to an amount, in per cent of it, an estimate decides nothing.
    doubt: f64,
    amounts: BTreeMap<String, Amount>,
}

/// An amount without VAT that changes with the years.
#[derive(Debug)]
struct Amount {
    /// The VAT that a person's estimate includes, in per cent.
    vat: f64,
    /// Since when, the earliest first.
    since: Vec<(Date, FiniteNumber)>,
}

impl Conventions {
    pub(crate) fn read(root: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(FILE, root, problems);
        let doubt = fields.number("doubt", problems).unwrap_or_default();
        let mut amounts = BTreeMap::new();
        if let Some(node) = fields.take("amounts") {
            for (name, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let vat = fields.number("vat", problems).unwrap_or_default();
                let mut since = Vec::new();
                if let Some(node) = fields.take("since") {
                    for (day, place, node) in Fields::of(FILE, node, problems).rest() {
                        let amount = node.scalar().and_then(|text| text.parse().ok()).and_then(FiniteNumber::new);
                        match (day.parse::<Date>(), amount) {
                            (Ok(day), Some(amount)) => since.push((day, amount)),
                            _ => problems.error(FILE, place, format!("`{day}` is no day with an amount in euros")),
                        }
                    }
                }
                fields.finish(problems);
                if since.is_empty() {
                    problems.error(FILE, place, format!("`{name}` needs `since`: the days and their amounts"));
                }
                since.sort_by_key(|(day, _)| *day);
                amounts.insert(name.to_owned(), Amount { vat, since });
            }
        }
        fields.finish(problems);
        Self { doubt, amounts }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.amounts.contains_key(name)
    }

    /// The estimate, with VAT, from which on the damage is surely above an amount, or down from which it is surely below.
    pub(crate) fn estimate(&self, name: &str, above: bool, day: Date) -> Option<FiniteNumber> {
        let amount = self.amounts.get(name)?;
        let (_, without_vat) = amount.since.iter().rev().find(|(from, _)| *from <= day)?;
        let doubt = if above { 100.0 + self.doubt } else { 100.0 - self.doubt };
        FiniteNumber::new((without_vat.get() * (100.0 + amount.vat) * doubt / 100.0).round() / 100.0)
    }
}

#[cfg(test)]
mod tests;
