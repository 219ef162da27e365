use super::{MessageStatus, Nature, Sign};
use crate::channel::{
    DeliveryStatus, Reason,
    email::parse::{Unreadable, parse},
};

fn nature_of(raw: &str) -> Nature {
    parse(&raw.replace('\n', "\r\n").into()).unwrap().nature
}

#[test]
fn machines_are_told_from_people() {
    for (head, sign) in [
        ("From: a@example.org\nSubject: Fuite", None),
        ("From: a@example.org\nAuto-Submitted: no", None),
        ("From: a@example.org\nReturn-Path: <a@example.org>", None),
        ("From: a@example.org\nSubject: Re: absence du bureau de poste", None),
        ("From: noreplyable@example.org\nSubject: x", None),
        ("From: a@example.org\nPrecedence: first-class", None),
        ("From: a@example.org\nAuto-Submitted: auto-replied", Some(Sign::Header)),
        ("From: a@example.org\nauto-submitted: Auto-Generated (rejected)", Some(Sign::Header)),
        ("From: a@example.org\nX-Auto-Response-Suppress: All", Some(Sign::Header)),
        ("From: a@example.org\nX-Autoreply: yes", Some(Sign::Header)),
        ("From: a@example.org\nPrecedence: BULK", Some(Sign::List)),
        ("From: a@example.org\nList-Id: Copropriété <copro.example.org>", Some(Sign::List)),
        ("From: a@example.org\nList-Unsubscribe: <mailto:x@example.org>", Some(Sign::List)),
        ("From: a@example.org\nReturn-Path: <>", Some(Sign::NoReturn)),
        ("From: a@example.org\nSubject: Absence du bureau : Re: Votre déclaration", Some(Sign::Subject)),
        ("From: a@example.org\nSubject: =?utf-8?q?R=C3=A9ponse_automatique=C2=A0:_x?=", Some(Sign::Subject)),
        ("From: a@example.org\nSubject: Automatic reply: x", Some(Sign::Subject)),
        ("From: MAILER-DAEMON@example.org\nSubject: x", Some(Sign::Sender)),
        ("From: ne-pas-repondre@example.org\nSubject: x", Some(Sign::Sender)),
        ("From: bounces+123=a@example.org\nSubject: x", Some(Sign::Sender)),
    ] {
        let expected = sign.map_or(Nature::Person, Nature::Automatic);
        assert_eq!(nature_of(&format!("{head}\n\nbonjour\n")), expected, "{head}");
    }
    let circles = "Received: from a by b; Fri, 20 Nov 2026 15:10:00 +0100\n".repeat(51);
    assert_eq!(nature_of(&format!("{circles}From: a@example.org\n\nx\n")), Nature::Automatic(Sign::Loop));
}

fn report(kind: &str, status: &str, original: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nI'm sorry.\n--b\n\
         Content-Type: message/{kind}\n\n{status}\n\n--b\n{original}\n--b--\n"
    )
}

#[test]
fn a_report_names_our_message_and_its_fate() {
    let original = "Content-Type: message/rfc822\n\nMessage-ID: <ours@rives.example>\nSubject: x\n\nbonjour";
    let headers = "Content-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID:\n <ours@rives.example>";
    let recipient = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@example.org\n";
    for (kind, status, expected) in [
        ("delivery-status", "Action: failed\nStatus: 5.1.1", Some(DeliveryStatus::Failed(Reason::NoSuchAddress))),
        ("delivery-status", "Action: FAILED\nStatus: 5.2.2 (full)", Some(DeliveryStatus::Failed(Reason::Undelivered))),
        ("delivery-status", "Action: failed\nStatus: 5.7.1", Some(DeliveryStatus::Failed(Reason::Refused))),
        ("delivery-status", "Action: failed", Some(DeliveryStatus::Failed(Reason::Undelivered))),
        ("delivery-status", "Action: delivered\nStatus: 2.0.0", Some(DeliveryStatus::Delivered)),
        ("delivery-status", "Action: delayed\nStatus: 4.4.1", None),
        ("delivery-status", "", None),
        (
            "disposition-notification",
            "Disposition: manual-action/MDN-sent-manually; displayed",
            Some(DeliveryStatus::Read),
        ),
        ("disposition-notification", "Disposition: automatic-action/x; deleted", None),
    ] {
        for original in [original, headers] {
            let told = expected.map(|status| MessageStatus { message: "ours@rives.example".into(), status });
            let expected = Nature::Report(told.into_iter().collect());
            assert_eq!(
                nature_of(&report(kind, &format!("{recipient}{status}"), original)),
                expected,
                "{kind} {status}"
            );
        }
    }
}

#[test]
fn a_report_that_names_nothing_is_a_report_all_the_same() {
    let status = "Action: failed\nStatus: 5.1.1";
    assert_eq!(nature_of(&report("delivery-status", status, "")), Nature::Report(Vec::new()));
}

#[test]
fn the_empty_message_is_none() {
    for raw in ["", "\r\n", "\r\n\r\nbonjour"] {
        assert_eq!(parse(&raw.into()).unwrap_err(), Unreadable::NoMessage, "{raw:?}");
    }
}
