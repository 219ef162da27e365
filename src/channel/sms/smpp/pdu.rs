//! Converts between texts and SMPP's PDUs: submitted parts, delivered parts, delivery reports. Pure.
//!
//! Source: SMPP 3.4, 4.4 to 4.6 and appendix B; 3GPP TS 23.040, 9.2.3.24 (user data headers).

use rusmpp::{
    pdus::{DeliverSm, SubmitSm},
    tlvs::TlvValue,
    types::{COctetString, OctetString},
    values::{
        DataCoding, EsmClass, IntermediateNotification, MCDeliveryReceipt, MessageType, Npi, RegisteredDelivery,
        SmeOriginatedAcknowledgement, Ton,
    },
};

use crate::{
    channel::{DeliveryStatus, Reason},
    domain::sms::{Alphabet, gsm7, segment},
};

/// The bit that announces a user data header.
const UDHI: u8 = 0b0100_0000;
/// The data codings that are decoded.
const CODING_GSM7: u8 = 0;
const CODING_UCS2: u8 = 8;

/// A message's number at the carrier, in decimal whatever `base` it is written in; the text itself where there is no
/// base or the text is no number in it.
pub(super) fn in_one_form(id: &str, base: Option<u32>) -> String {
    let number = base.and_then(|base| u128::from_str_radix(id, base).ok());
    number.map_or_else(|| id.to_owned(), |number| number.to_string())
}

/// What a `deliver_sm` holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    Report {
        id: String,
        status: Option<DeliveryStatus>,
    },
    Message {
        from: String,
        text: String,
    },
    Part {
        from: String,
        reference: i64,
        total: i64,
        number: i64,
        octets: Vec<u8>,
        coding: u8,
    },
    /// A report without an identifier.
    Nothing,
}

/// The parts of a text, to be submitted in order. None when SMPP cannot express an address.
pub(super) fn submissions(source: &str, to: &str, text: &str, reference: u8) -> Option<Vec<SubmitSm>> {
    let segments = segment(text);
    let total = u8::try_from(segments.parts.len()).ok()?;
    let (source_ton, source_npi, source) = address(source)?;
    let (to_ton, to_npi, to) = address(to)?;
    let mut parts = Vec::with_capacity(segments.parts.len());
    for (number, part) in (1..).zip(&segments.parts) {
        let (coding, octets) = match segments.alphabet {
            Alphabet::Gsm7 => (DataCoding::McSpecific, gsm7::encode(part)?),
            Alphabet::Ucs2 => (DataCoding::Ucs2, part.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        };
        let mut message = Vec::with_capacity(octets.len() + 6);
        if total > 1 {
            message.extend([5, 0, 3, reference, total, number]);
        }
        message.extend(octets);
        let is_last = number == total;
        parts.push(
            SubmitSm::builder()
                .source_addr_ton(source_ton)
                .source_addr_npi(source_npi)
                .source_addr(source.clone())
                .dest_addr_ton(to_ton)
                .dest_addr_npi(to_npi)
                .destination_addr(to.clone())
                .esm_class(EsmClass::from(if total > 1 { UDHI } else { 0 }))
                // A report is asked for the last part only; it stands for the whole message.
                .registered_delivery(if is_last { final_report() } else { RegisteredDelivery::default() })
                .data_coding(coding)
                .short_message(OctetString::from_vec(message).ok()?)
                .build(),
        );
    }
    Some(parts)
}

fn final_report() -> RegisteredDelivery {
    RegisteredDelivery::new(
        MCDeliveryReceipt::McDeliveryReceiptRequestedWhereFinalDeliveryOutcomeIsSuccessOrFailure,
        SmeOriginatedAcknowledgement::default(),
        IntermediateNotification::default(),
        0,
    )
}

/// An international number, a short code or a name with SMPP's type of number and numbering plan.
fn address(address: &str) -> Option<(Ton, Npi, COctetString<1, 21>)> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (ton, npi, address) = match address.strip_prefix('+') {
        Some(digits) if is_digits(digits) => (Ton::International, Npi::Isdn, digits),
        Some(_) => return None,
        None if is_digits(address) => (Ton::NetworkSpecific, Npi::Unknown, address),
        None => (Ton::Alphanumeric, Npi::Unknown, address),
    };
    Some((ton, npi, address.parse().ok()?))
}

/// Decodes what the carrier delivers.
pub(super) fn read(sm: &DeliverSm) -> Delivered {
    let mut octets = sm.short_message().as_ref();
    if octets.is_empty()
        && let Some(TlvValue::MessagePayload(payload)) =
            sm.tlvs().iter().filter_map(|tlv| tlv.value()).find(|value| matches!(value, TlvValue::MessagePayload(_)))
    {
        octets = payload.value.as_ref();
    }
    if matches!(sm.esm_class.message_type, MessageType::ShortMessageContainsMCDeliveryReceipt) {
        return report(sm, &String::from_utf8_lossy(octets));
    }
    let from = match (sm.source_addr_ton, sm.source_addr.as_str()) {
        (Ton::International, number) if !number.starts_with('+') => format!("+{number}"),
        (_, number) => number.to_owned(),
    };
    let coding = u8::from(sm.data_coding);
    let (header, octets) = if u8::from(sm.esm_class) & UDHI == 0 { (None, octets) } else { split_header(octets) };
    match header.or_else(|| sar(sm)) {
        Some((reference, total, number)) if total > 1 && (1..=total).contains(&number) => {
            Delivered::Part { from, reference, total, number, octets: octets.to_vec(), coding }
        }
        _ => Delivered::Message { from, text: decode(octets, coding) },
    }
}

/// Decodes a text. Unknown codings are read as Latin 1, so that a person sees something.
pub(super) fn decode(octets: &[u8], coding: u8) -> String {
    match coding {
        CODING_GSM7 => gsm7::decode(octets),
        CODING_UCS2 => {
            let units: Vec<u16> =
                octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => octets.iter().copied().map(char::from).collect(),
    }
}

/// Reference, total and number of a part.
type PartNumber = (i64, i64, i64);

/// Splits the user data header from the text.
fn split_header(octets: &[u8]) -> (Option<PartNumber>, &[u8]) {
    let Some((header, rest)) =
        octets.split_first().and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)))
    else {
        return (None, octets);
    };
    let mut elements = header;
    while let [kind, length, after @ ..] = elements {
        let Some((element, after)) = after.split_at_checked(usize::from(*length)) else { break };
        match (kind, element) {
            (0, [reference, total, number]) => {
                return (Some((i64::from(*reference), i64::from(*total), i64::from(*number))), rest);
            }
            (8, [high, low, total, number]) => {
                let reference = i64::from(u16::from_be_bytes([*high, *low]));
                return (Some((reference, i64::from(*total), i64::from(*number))), rest);
            }
            _ => elements = after,
        }
    }
    (None, rest)
}

/// The part number in optional parameters (SMPP 3.4, 5.3.2.22 to 24).
fn sar(sm: &DeliverSm) -> Option<PartNumber> {
    let values = || sm.tlvs().iter().filter_map(|tlv| tlv.value());
    let reference = values().find_map(|value| if let TlvValue::SarMsgRefNum(n) = value { Some(*n) } else { None })?;
    let total = values().find_map(|value| if let TlvValue::SarTotalSegments(n) = value { Some(*n) } else { None })?;
    let number = values().find_map(|value| if let TlvValue::SarSegmentSeqnum(n) = value { Some(*n) } else { None })?;
    Some((i64::from(reference), i64::from(total), i64::from(number)))
}

/// Reads `id:… sub:… dlvrd:… submit date:… done date:… stat:DELIVRD err:000 text:…` (SMPP 3.4, appendix B). The
/// identifier may stand in an optional parameter instead.
fn report(sm: &DeliverSm, text: &str) -> Delivered {
    let field = |name: &str| {
        let (_, after) = text.split_once(name)?;
        after.split_whitespace().next().map(str::to_owned)
    };
    let named = sm.tlvs().iter().filter_map(|tlv| tlv.value()).find_map(|value| match value {
        TlvValue::ReceiptedMessageId(id) => Some(id.as_str().to_owned()),
        _ => None,
    });
    let Some(id) = named.or_else(|| field("id:")) else { return Delivered::Nothing };
    let status = field("stat:").and_then(|stat| match stat.to_ascii_uppercase().as_str() {
        "DELIVRD" => Some(DeliveryStatus::Delivered),
        "EXPIRED" | "DELETED" | "UNDELIV" => Some(DeliveryStatus::Failed(Reason::Undelivered)),
        "REJECTD" => Some(DeliveryStatus::Failed(Reason::Refused)),
        _ => None,
    });
    Delivered::Report { id, status }
}
