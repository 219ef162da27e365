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
