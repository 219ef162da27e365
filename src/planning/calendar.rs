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
mod tests {
    use super::*;

    #[test]
    fn an_appointment_is_an_event_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let slot = Slot { start: at("2026-11-24T14:00:00+01:00"), end: at("2026-11-24T15:00:00+01:00") };
        let place = "12, rue des Lilas ; 69003 Lyon";
        let event = Event {
            uid: "a-1",
            slot,
            written_at: at("2026-11-20T09:00:00Z"),
            summary: "Expertise K7QF-93MX",
            place,
            description: "Dégât des eaux\nTéléphone : 06 12 34 56 78",
        };
        let ics = to_ics(&event);
        for line in [
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
            "UID:a-1@guichet\r\n",
            "DTSTAMP:20261120T090000Z\r\n",
            "DTSTART:20261124T130000Z\r\n",
            "DTEND:20261124T140000Z\r\n",
            "LOCATION:12\\, rue des Lilas \\; 69003 Lyon\r\n",
            "DESCRIPTION:Dégât des eaux\\nTéléphone : 06 12 34 56 78\r\n",
            "END:VEVENT\r\nEND:VCALENDAR\r\n",
        ] {
            assert!(ics.contains(line), "{line:?}: {ics}");
        }
        assert!(!to_ics(&Event { place: "", ..event }).contains("LOCATION"));
    }

    #[test]
    fn long_lines_are_folded_and_read_back_whole() {
        let slot = Slot { start: Timestamp::UNIX_EPOCH, end: Timestamp::UNIX_EPOCH };
        let summary = "é".repeat(200);
        let event =
            Event { uid: "u", slot, written_at: Timestamp::UNIX_EPOCH, summary: &summary, place: "", description: "" };
        let ics = to_ics(&event);
        assert!(ics.split("\r\n").all(|line| line.len() <= MAX_OCTETS), "{ics}");
        assert!(ics.replace("\r\n ", "").contains(&format!("SUMMARY:{summary}\r\n")));
    }
}
