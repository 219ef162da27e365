//! An appointment as a calendar reads it: one event of RFC 5545, in UTC, so that no time zone need be described.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::Slot;

/// A line is no longer than this, its end not counted (RFC 5545, 3.1).
const MAX_OCTETS: usize = 75;

/// What a calendar is told of an appointment.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The same for every version of the appointment.
    pub uid: &'a str,
    pub slot: Slot,
    pub written_at: Timestamp,
    pub summary: &'a str,
    /// An address or a link; empty where there is none.
    pub place: &'a str,
    pub description: &'a str,
}

/// A calendar of one event, as a file `.ics` holds it.
pub fn to_ics(event: &Event) -> String {
    let mut text = String::new();
    let mut add = |line: &str| fold(&mut text, line);
    add("BEGIN:VCALENDAR");
    add("VERSION:2.0");
    add("PRODID:-//Guichet//Guichet//FR");
    add("METHOD:PUBLISH");
    add("BEGIN:VEVENT");
    add(&format!("UID:{}@guichet", escape(event.uid)));
    add(&format!("DTSTAMP:{}", utc(event.written_at)));
    add(&format!("DTSTART:{}", utc(event.slot.start)));
    add(&format!("DTEND:{}", utc(event.slot.end)));
    add(&format!("SUMMARY:{}", escape(event.summary)));
    if !event.place.is_empty() {
        add(&format!("LOCATION:{}", escape(event.place)));
    }
    if !event.description.is_empty() {
        add(&format!("DESCRIPTION:{}", escape(event.description)));
    }
    add("END:VEVENT");
    add("END:VCALENDAR");
    text
}

/// `20261124T130000Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(char);
            }
            '\n' => escaped.push_str("\\n"),
            char if char.is_control() => {}
            char => escaped.push(char),
        }
    }
    escaped
}

/// Writes a line, folded between characters where it is too long.
fn fold(text: &mut String, line: &str) {
    let mut length = 0;
    for char in line.chars() {
        if length + char.len_utf8() > MAX_OCTETS {
            text.push_str("\r\n ");
            length = 1;
        }
        let _ = write!(text, "{char}");
        length += char.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests;
