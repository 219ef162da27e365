use std::collections::BTreeMap;

use super::*;

fn event<'a>() -> Event<'a> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    Event {
        uid: "m-1",
        sequence: 0,
        is_cancelled: false,
        slot: Slot { start: at("2026-11-24T14:00:00+01:00"), end: at("2026-11-24T15:00:00+01:00") },
        written_at: at("2026-11-20T09:00:00Z"),
        organizer: "https://guichet.example",
        summary: "Expertise K7QF-93MX",
        place: "12, rue des Lilas ; 69003 Lyon",
        description: "Dégât des eaux\nTéléphone : 06 12 34 56 78",
    }
}

/// The properties of the event by name, and the calendar's own. Fails on what RFC 5545 does not allow.
fn parse(ics: &str) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let lines: Vec<&str> = ics.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    assert!(lines.iter().all(|line| !line.is_empty() && line.len() <= MAX_OCTETS && !line.contains('\n')), "{ics}");
    let mut unfolded: Vec<String> = Vec::new();
    for line in lines {
        match line.strip_prefix(' ') {
            Some(rest) => unfolded.last_mut().unwrap().push_str(rest),
            None => unfolded.push(line.to_owned()),
        }
    }
    let [begin, middle @ .., end] = unfolded.as_slice() else { panic!("{ics}") };
    assert_eq!((begin.as_str(), end.as_str()), ("BEGIN:VCALENDAR", "END:VCALENDAR"));
    let from = middle.iter().position(|line| line == "BEGIN:VEVENT").unwrap();
    let [calendar, event] = [&middle[..from], &middle[from + 1..middle.len() - 1]].map(|lines| {
        let mut properties = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let name = name.split_once(';').map_or(name, |(name, _)| name);
            assert!(name.chars().all(|char| char.is_ascii_uppercase()), "{line}");
            assert!(properties.insert(name.to_owned(), value.to_owned()).is_none(), "{name} stands once");
        }
        properties
    });
    assert_eq!(middle.last().unwrap(), "END:VEVENT");
    (calendar, event)
}

#[test]
fn an_appointment_is_an_event_in_utc() {
    let (calendar, properties) = parse(&to_ics(&event()));
    let expected = [("METHOD", "PUBLISH"), ("PRODID", "-//Guichet//Guichet//FR"), ("VERSION", "2.0")];
    assert!(calendar.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected));
    let expected = [
        ("DESCRIPTION", "Dégât des eaux\\nTéléphone : 06 12 34 56 78"),
        ("DTEND", "20261124T140000Z"),
        ("DTSTAMP", "20261120T090000Z"),
        ("DTSTART", "20261124T130000Z"),
        ("LOCATION", "12\\, rue des Lilas \\; 69003 Lyon"),
        ("ORGANIZER", "https://guichet.example"),
        ("SEQUENCE", "0"),
        ("STATUS", "CONFIRMED"),
        ("SUMMARY", "Expertise K7QF-93MX"),
        ("UID", "m-1@guichet"),
    ];
    assert!(properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected), "{properties:?}");
    assert!(!parse(&to_ics(&Event { place: "", ..event() })).1.contains_key("LOCATION"));
}

#[test]
fn what_is_cancelled_is_told_under_the_same_uid() {
    let (calendar, properties) = parse(&to_ics(&Event { sequence: 2, is_cancelled: true, ..event() }));
    assert_eq!(calendar["METHOD"], "CANCEL");
    for (name, value) in [("UID", "m-1@guichet"), ("SEQUENCE", "2"), ("STATUS", "CANCELLED")] {
        assert_eq!(properties[name], value, "{name}");
    }
    // What RFC 5546 requires of a CANCEL besides.
    assert!(["DTSTAMP", "ORGANIZER", "DTSTART"].iter().all(|name| properties.contains_key(*name)));
}

#[test]
fn long_lines_are_folded_and_read_back_whole() {
    let summary = "é".repeat(200);
    let (_, properties) = parse(&to_ics(&Event { summary: &summary, ..event() }));
    assert_eq!(properties["SUMMARY"], summary);
}
