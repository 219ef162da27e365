use super::{MAX_BYTES, News, payloads, read};
use crate::domain::message::Channel;

#[test]
fn what_is_told_is_heard() {
    let turn = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".parse().unwrap();
    let dossier = "0190a0b0-c0d0-7e0f-8a0b-0123456789ac";
    assert_eq!(
        read(&format!("{turn},{turn} {dossier},sms/rives%2Dsms%2C%20%2F,pigeon/x,,sms,later-version:7,taught")),
        News::Changes { turns: vec![turn, turn], to_send: vec![(Channel::Sms, "rives-sms, /".into())], taught: true }
    );
}

#[test]
fn no_payload_is_longer_than_postgres_takes() {
    let items = || (0..500).map(|number| format!("{number:0>73}"));
    let payloads = payloads(items());
    assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() <= MAX_BYTES));
    assert!(payloads.join(",").split(',').eq(items()));
}
