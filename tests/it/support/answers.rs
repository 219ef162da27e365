//! What somebody answers who knows little, whatever is asked: a claim comes to its end by it.

use guichet::domain::message::{Body, Input};

/// The answer to a message: a button's payload, or a text.
pub(crate) fn answer_to(asks: &Body) -> Result<String, &'static str> {
    let buttons: Vec<&str> = asks.quick_replies.iter().map(|reply| reply.payload.as_str()).collect();
    for end in ["cmd=send", "cmd=later", "=none", "=no", "=unknown"] {
        if let Some(found) = buttons.iter().find(|payload| payload.ends_with(end)) {
            return Ok((*found).to_owned());
        }
    }
    match (asks.input, buttons.first()) {
        (_, Some(first)) if !first.starts_with("cmd=") => Ok((*first).to_owned()),
        (Some(Input::Photos | Input::Document), _) => Ok("cmd=later".to_owned()),
        _ if asks.text.contains("naissance") => Err("24/06/1984"),
        (Some(Input::Date | Input::DateTime), _) => Err("hier"),
        (Some(Input::Address | Input::Location), _) => Err("12 rue de la Gare, 38000 Grenoble"),
        (Some(Input::Amount), _) => Err("je ne sais pas"),
        (Some(Input::Number), _) => Err("2"),
        (Some(Input::Phone), _) => Err("06 39 98 00 01"),
        (Some(Input::Email), _) => Err("lea@example.org"),
        (Some(Input::Plate), _) => Err("AB-123-CD"),
        (Some(Input::YesNo), _) => Err("oui"),
        // By text message the answers are not buttons.
        _ if asks.text.contains("OUI") => Ok("cmd=send".to_owned()),
        _ => Err("Léa Morel"),
    }
}
