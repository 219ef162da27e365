//! An appointment as a calendar file: one event of RFC 5545, in UTC, so that no time zone need be described.
//!
//! Every version of it has the same UID and a higher SEQUENCE than the one before, so that a calendar that holds an
//! earlier version moves the event, or removes it when it is cancelled (RFC 5546, 3.2.1 and 3.2.5).

use std::fmt::Write as _;

use jiff::Timestamp;

use super::Slot;

/// The longest line, in octets without its line break (RFC 5545, 3.1).
const MAX_OCTETS: usize = 75;

/// An appointment as the calendar's event.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The same for every version of the appointment.
    pub uid: &'a str,
    /// How many versions there were before.
    pub sequence: usize,
    /// The appointment does not take place: calendars remove it.
    pub is_cancelled: bool,
    pub slot: Slot,
    /// When this version was made.
    pub written_at: Timestamp,
    /// The URI of whoever arranges it.
    pub organizer: &'a str,
    pub summary: &'a str,
    /// An address or a link; empty where there is none.
    pub place: &'a str,
    pub description: &'a str,
}

impl Event<'_> {
    /// What the file is for: the parameter `method` of its media type is the same (RFC 5545, 8.1).
    pub fn method(&self) -> &'static str {
        if self.is_cancelled { "CANCEL" } else { "PUBLISH" }
    }
}

/// A calendar of one event: the content of an `.ics` file.
pub fn to_ics(event: &Event) -> String {
    let mut text = String::new();
    let mut add = |line: &str| fold(&mut text, line);
    add("BEGIN:VCALENDAR");
    add("VERSION:2.0");
    add("PRODID:-//Guichet//Guichet//FR");
    add(&format!("METHOD:{}", event.method()));
    add("BEGIN:VEVENT");
    add(&format!("UID:{}@guichet", escape(event.uid)));
    add(&format!("SEQUENCE:{}", event.sequence));
    add(if event.is_cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    add(&format!("DTSTAMP:{}", utc(event.written_at)));
    add(&format!("DTSTART:{}", utc(event.slot.start)));
    add(&format!("DTEND:{}", utc(event.slot.end)));
    add(&format!("ORGANIZER;CN=Guichet:{}", event.organizer));
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

/// Escapes a text value (RFC 5545, 3.3.11).
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
