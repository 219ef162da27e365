//! Where the damage is surveyed: at the place of the loss, unless the vehicle stands somewhere else by now.

use crate::domain::{fact::Value, fact_name::FactName};

/// The figures of a French postcode.
const POSTCODE_FIGURES: usize = 5;

/// Where an expert on the spot goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyPlace<'a> {
    /// The fact that the place comes from.
    pub fact: FactName,
    /// The address on one line.
    pub line: String,
    /// For the department, and the public holidays that hold there.
    pub postcode: Option<&'a str>,
}

/// The place by the facts; `fact` looks one up by its name. Where a vehicle stands is asked for the vehicle perils
/// only, and a correction to another peril makes that answer void.
pub fn survey_place<'a>(fact: impl Fn(&str) -> Option<&'a Value>) -> Option<SurveyPlace<'a>> {
    let loss = match fact(&FactName::LOSS_PLACE) {
        Some(Value::Address(address)) => Some(address),
        _ => None,
    };
    let loss_postcode = loss_postcode(&fact);
    match fact(&FactName::VEHICLE_LOCATION) {
        Some(Value::Text(line)) if line.chars().any(char::is_alphabetic) => Some(SurveyPlace {
            fact: FactName::VEHICLE_LOCATION,
            line: line.trim().to_owned(),
            // A garage is usually named by its town and seldom far from the loss, so the postcode of the loss serves.
            postcode: postcode_in(line).or(loss_postcode),
        }),
        Some(Value::Address(address)) => Some(SurveyPlace {
            fact: FactName::VEHICLE_LOCATION,
            line: address.in_one_line(),
            postcode: address.postcode.as_deref().or(loss_postcode),
        }),
        _ => loss.map(|address| SurveyPlace {
            fact: FactName::LOSS_PLACE,
            line: address.in_one_line(),
            postcode: loss_postcode,
        }),
    }
}

/// The postcode of the place of loss: what was said, or the policy's own where the person said that it is there.
pub fn loss_postcode<'a>(fact: impl Fn(&str) -> Option<&'a Value>) -> Option<&'a str> {
    let Some(Value::Address(place)) = fact(&FactName::LOSS_PLACE) else { return None };
    let insured = || match fact(&FactName::INSURED_POSTCODE) {
        Some(Value::Text(postcode)) if place.insured => Some(postcode.as_str()),
        _ => None,
    };
    place.postcode.as_deref().or_else(insured)
}

/// The last number of five figures: the number of the house stands before it.
fn postcode_in(line: &str) -> Option<&str> {
    line.split(|char: char| !char.is_ascii_digit()).rfind(|number| number.len() == POSTCODE_FIGURES)
}

#[cfg(test)]
mod tests;
