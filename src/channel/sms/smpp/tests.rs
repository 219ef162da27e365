use rusmpp::{
    CommandStatus,
    pdus::{DeliverSm, SubmitSm},
    tlvs::MessageDeliveryRequestTlvValue,
    types::OctetString,
    values::{DataCoding, EsmClass, Ton},
};

use super::{
    ConnectionError, Smpp, SmppError,
    pdu::{Delivered, decode, in_one_form, read, submissions},
    refusal,
};
use crate::{
    channel::{DeliveryStatus, Reason, Retry},
    config,
    domain::clock::Clock,
};

fn delivered(esm_class: u8, coding: DataCoding, octets: &[u8]) -> DeliverSm {
    DeliverSm::builder()
        .source_addr_ton(Ton::International)
        .source_addr("33639980001".parse().unwrap())
        .destination_addr("38123".parse().unwrap())
        .esm_class(EsmClass::from(esm_class))
        .data_coding(coding)
        .short_message(OctetString::from_slice(octets).unwrap())
        .build()
}

fn message(text: &str) -> Delivered {
    Delivered::Message { from: "+33639980001".into(), text: text.into() }
}

#[test]
fn a_short_text_is_one_submission_with_a_report() {
    let parts = submissions("38123", "+33639980001", "Ca coule à 12 €", 7).unwrap();
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((part.source_addr_ton, part.source_addr.as_str()), (Ton::NetworkSpecific, "38123"));
    assert_eq!((part.dest_addr_ton, part.destination_addr.as_str()), (Ton::International, "33639980001"));
    assert_eq!((u8::from(part.esm_class), u8::from(part.data_coding)), (0, 0));
    assert_eq!(u8::from(part.registered_delivery), 1);
    assert_eq!(decode(part.short_message().as_ref(), 0), "Ca coule à 12 €");
}

#[test]
fn a_long_text_leaves_in_parts_that_fit_and_come_together() {
    for (letter, coding, most) in [("a€", 0, 6 + 153), ("ç🔥", 8, 6 + 134)] {
        let text = letter.repeat(120);
        let parts = submissions("RIVES", "+33639980001", &text, 7).unwrap();
        let total = u8::try_from(parts.len()).unwrap();
        let mut whole = Vec::new();
        for (number, part) in (1..).zip(&parts) {
            let octets = part.short_message().as_ref();
            assert_eq!(octets[..6], [5, 0, 3, 7, total, number]);
            assert!(octets.len() <= most, "{}", octets.len());
            assert_eq!((u8::from(part.esm_class), u8::from(part.data_coding)), (0x40, coding));
            assert_eq!(u8::from(part.registered_delivery), u8::from(number == total));
            whole.extend_from_slice(&octets[6..]);
        }
        assert_eq!(decode(&whole, coding), text);
    }
    let none: Option<Vec<SubmitSm>> = None;
    assert_eq!(submissions("38123", "+33 6", "x", 0), none);
}

#[test]
fn what_is_delivered_is_read_leniently() {
    let part = |octets: &[u8]| Delivered::Part {
        from: "+33639980001".into(),
        reference: 9,
        total: 2,
        number: 1,
        octets: octets.to_vec(),
        coding: 0,
    };
    let ucs2: Vec<u8> = "ça 🔥".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (name, sm, expected) in [
        ("short", delivered(0, DataCoding::McSpecific, &[0x05, 0x1b, 0x65]), message("é€")),
        ("UCS-2", delivered(0, DataCoding::Ucs2, &ucs2), message("ça 🔥")),
        ("Latin 1", delivered(0, DataCoding::Latin1, &[0xe7]), message("ç")),
        ("odd UCS-2", delivered(0, DataCoding::Ucs2, &[0, b'a', 0]), message("a\0")),
        ("empty", delivered(0, DataCoding::McSpecific, &[]), message("")),
        ("8-bit reference", delivered(0x40, DataCoding::McSpecific, &[5, 0, 3, 9, 2, 1, b'a']), part(b"a")),
        ("16-bit reference", delivered(0x40, DataCoding::McSpecific, &[6, 8, 4, 0, 9, 2, 1, b'a']), part(b"a")),
        (
            "another element before",
            delivered(0x40, DataCoding::McSpecific, &[8, 0x24, 1, 1, 0, 3, 9, 2, 1, b'a']),
            part(b"a"),
        ),
        ("a part of one", delivered(0x40, DataCoding::McSpecific, &[5, 0, 3, 9, 1, 1, b'a']), message("a")),
        ("a part beyond the last", delivered(0x40, DataCoding::McSpecific, &[5, 0, 3, 9, 2, 3, b'a']), message("a")),
        ("a header too long", delivered(0x40, DataCoding::Latin1, &[200, b'a']), message("\u{c8}a")),
    ] {
        assert_eq!(read(&sm), expected, "{name}");
    }
    let mut sar = delivered(0, DataCoding::McSpecific, b"a");
    sar.push_tlv(MessageDeliveryRequestTlvValue::SarMsgRefNum(9));
    sar.push_tlv(MessageDeliveryRequestTlvValue::SarTotalSegments(2));
    sar.push_tlv(MessageDeliveryRequestTlvValue::SarSegmentSeqnum(1));
    assert_eq!(read(&sar), part(b"a"));
}

#[test]
fn reports_are_read() {
    let report = |stat: &str| {
        let text =
            format!("id:42 sub:001 dlvrd:001 submit date:2611211000 done date:2611211001 stat:{stat} err:000 text:");
        read(&delivered(4, DataCoding::McSpecific, text.as_bytes()))
    };
    let expected = |status| Delivered::Report { id: "42".into(), status };
    assert_eq!(report("DELIVRD"), expected(Some(DeliveryStatus::Delivered)));
    assert_eq!(report("UNDELIV"), expected(Some(DeliveryStatus::Failed(Reason::Undelivered))));
    assert_eq!(report("REJECTD"), expected(Some(DeliveryStatus::Failed(Reason::Refused))));
    assert_eq!(report("ENROUTE"), expected(None));
    assert_eq!(read(&delivered(4, DataCoding::McSpecific, b"")), Delivered::Nothing);
    let mut named = delivered(4, DataCoding::McSpecific, b"stat:DELIVRD");
    named.push_tlv(MessageDeliveryRequestTlvValue::ReceiptedMessageId("43".parse().unwrap()));
    assert_eq!(read(&named), Delivered::Report { id: "43".into(), status: Some(DeliveryStatus::Delivered) });
}

#[test]
fn a_number_is_one_whatever_base_it_is_written_in() {
    for (answer, base, report, base_of_report, is_same) in [
        ("2a", Some(16), "42", Some(10), true),
        ("0000002A", Some(16), "0000000042", Some(10), true),
        ("42", Some(10), "2a", Some(16), true),
        // A text that is a number in both bases is read in the configured one.
        ("10", Some(16), "10", Some(10), false),
        ("2a", None, "2a", None, true),
        ("2a", None, "42", None, false),
        // A text that is no number is compared unchanged.
        ("a-1", Some(16), "a-1", Some(10), true),
        ("", Some(16), "0", Some(10), false),
    ] {
        let (answer, report) = (in_one_form(answer, base), in_one_form(report, base_of_report));
        assert_eq!(answer == report, is_same, "{answer} {report}");
    }
}

#[test]
fn a_refusal_says_whether_to_try_again() {
    for (status, retry, reason) in [
        (CommandStatus::EsmeRthrottled, Retry::After(super::THROTTLED), Reason::Unavailable),
        (CommandStatus::EsmeRinvdstadr, Retry::Never, Reason::NoSuchAddress),
        (CommandStatus::EsmeRinvsrcadr, Retry::Later, Reason::Account),
        (CommandStatus::EsmeRinvmsglen, Retry::Never, Reason::Content),
        (CommandStatus::EsmeRsyserr, Retry::Later, Reason::Unavailable),
    ] {
        let error = refusal(&ConnectionError::Refused(status));
        assert_eq!((error.retry, error.reason), (retry, reason), "{status:?}");
    }
    assert_eq!(refusal(&ConnectionError::Closed).retry, Retry::Later);
}

fn open(url: &str, password: &str) -> Result<Smpp, SmppError> {
    let text = format!(
        "account = 'a'\ninsurer = 'rives'\nurl = '{url}'\nsystem_id = 's'\npassword = '{password}'\nsource = '38123'"
    );
    let config: config::Smpp = toml::from_str(&text).unwrap();
    Smpp::open(&config, Clock::system())
}

#[test]
fn settings_that_smpp_cannot_say_are_refused() {
    assert!(open("smpp://127.0.0.1", "p4ss").is_ok_and(|smpp| smpp.port == 2775));
    assert!(open("smpps://carrier.example", "p4ss").is_ok_and(|smpp| smpp.port == 3550));
    assert!(matches!(open("https://carrier.example", "p4ss"), Err(SmppError::Url)));
    assert!(matches!(open("smpp://127.0.0.1", "far too long"), Err(SmppError::TooLong)));
}

#[test]
fn what_was_not_acknowledged_keeps_its_name() {
    let smpp = open("smpp://127.0.0.1", "p4ss").unwrap();
    let yes = delivered(0, DataCoding::McSpecific, b"oui");
    let first = smpp.name(&yes);
    assert_eq!(smpp.name(&yes), first);
    smpp.unanswered.lock().unwrap().remove(&yes);
    assert_ne!(smpp.name(&yes), first, "the next \"oui\" is another one");
}
