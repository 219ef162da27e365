//! Each target on a corpus that a seed mutates.

use std::{env, panic::catch_unwind, sync::mpsc, thread, time::Duration};

use super::{condition, dates, exif, flow, form, mail, smpp, telegram};

/// How many inputs each target gets, in place of a short run's.
const INPUTS: &str = "GUICHET_FUZZ_INPUTS";
/// From which number on.
const FIRST: &str = "GUICHET_FUZZ_FIRST";
/// Whatever takes longer than this hangs: each takes milliseconds.
const FOR_EVER: Duration = Duration::from_mins(2);
const LONGEST: usize = 16 * 1024;

/// What mutations put in.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\r\n\r\n",
    b"--",
    b"=?utf-8?Q?",
    b"<div>",
    b"&#x",
    b"{",
    b"}",
    b"[",
    b"\"",
    b": ",
    b"%00",
    b"2147483648",
    b"-9223372036854775808",
    b"99999999999999999999",
    b"1e400",
    b"null",
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    b"31/02/2026",
    b"29 fevrier",
    b"hier",
    b"dans 99999999999 jours",
    b"24h00",
    b"\n  - ",
    b"*a",
    b"&a",
    b"{{",
    b"<<: ",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % end.max(1) as u64).unwrap()
    }
}

/// The input with a number: one of the corpus, mutated a few times.
fn input(corpus: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice(number.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let mut input = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(input.len() + 1);
        let length = dice.below(64).min(input.len() - at);
        match dice.below(7) {
            0 => input.insert(at, u8::try_from(dice.below(256)).unwrap()),
            1 => drop(input.drain(at..at + length)),
            2 if at < input.len() => input[at] ^= 1 << dice.below(8),
            3 => {
                let part = input[at..at + length].to_vec();
                let times = 1 + dice.below(40);
                input.splice(at..at, part.repeat(times));
            }
            4 => drop(input.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
            5 => {
                let other = &corpus[dice.below(corpus.len())];
                let from = dice.below(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => input.truncate(at),
        }
        input.truncate(LONGEST);
    }
    input
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

fn fuzz(target: fn(&[u8]), inputs: u64, corpus: &[Vec<u8>]) {
    let first = number(FIRST, 0);
    let numbers = first..first + number(INPUTS, inputs);
    let (begins, begun) = mpsc::channel();
    let fuzzing = {
        let corpus = corpus.to_owned();
        thread::spawn(move || {
            for seed in &corpus {
                target(seed);
            }
            for number in numbers {
                if begins.send(number).is_err() {
                    return None;
                }
                let input = input(&corpus, number);
                if catch_unwind(|| target(&input)).is_err() {
                    return Some(number);
                }
            }
            None
        })
    };
    let mut last = None;
    loop {
        match begun.recv_timeout(FOR_EVER) {
            Ok(number) => last = Some(number),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("input {last:?} hangs: {}", shown(corpus, last)),
        }
    }
    let panicked = fuzzing.join().expect("an input of the corpus panics");
    assert!(panicked.is_none(), "input {panicked:?} panics: {}", shown(corpus, panicked));
}

fn shown(corpus: &[Vec<u8>], number: Option<u64>) -> String {
    number.map(|number| String::from_utf8_lossy(&input(corpus, number)).escape_debug().to_string()).unwrap_or_default()
}

fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

#[test]
fn no_letter_panics() {
    let corpus: [&[u8]; 6] = [
        include_bytes!("../mails/gmail.eml"),
        include_bytes!("../mails/outlook.eml"),
        include_bytes!("../mails/html-gmail.eml"),
        include_bytes!("../mails/forward-apple.eml"),
        include_bytes!("../mails/inline-red.eml"),
        b"<html><body><table><tr><td>a<div>b</table><blockquote>c&nbsp;&#233;</body>",
    ];
    fuzz(mail, 400, &corpus.map(<[u8]>::to_vec));
}

#[test]
fn no_form_panics() {
    let corpus: [&[u8]; 4] = [
        br#"{"id":"1","from":"+33639980001","text":"bonjour"}"#,
        br#"{"id":"1","from":"+33639980001","text":"bonjour","media":["https://x.example/a.jpg"],"status":"delivered"}"#,
        b"id=1&from=%2B33639980001&text=une+fuite%20d%27eau",
        b"id=1&from=0639980001&text=",
    ];
    fuzz(form, 5000, &corpus.map(<[u8]>::to_vec));
}

#[test]
fn no_update_of_telegram_panics() {
    let from = r#""from":{"id":7,"is_bot":false,"first_name":"Lea","language_code":"fr"},"chat":{"id":7,"type":"private"},"date":1800000000"#;
    let corpus = [
        format!(r#"{{"update_id":1,"message":{{"message_id":10,{from},"text":"/start abc"}}}}"#),
        format!(
            r#"{{"update_id":1,"message":{{"message_id":10,{from},"caption":"la fuite","media_group_id":"1","photo":[{{"file_id":"a","file_unique_id":"b","width":1,"height":1,"file_size":9}}]}}}}"#
        ),
        format!(r#"{{"update_id":1,"edited_message":{{"message_id":10,{from},"text":"non"}}}}"#),
        format!(
            r#"{{"update_id":1,"message":{{"message_id":10,{from},"location":{{"latitude":48.8,"longitude":2.3}}}}}}"#
        ),
        format!(
            r#"{{"update_id":1,"callback_query":{{"id":"1","data":"a:1","chat_instance":"1","from":{{"id":7,"is_bot":false,"first_name":"L"}},"message":{{"message_id":3,{from},"text":"?","reply_markup":{{"inline_keyboard":[[{{"text":"Oui","callback_data":"a:1"}}]]}}}}}}}}"#
        ),
    ];
    fuzz(telegram, 5000, &corpus.map(String::into_bytes));
}

#[test]
fn nothing_that_a_carrier_sends_panics() {
    let message = |coding: u8, esm_class: u8, octets: &[u8]| {
        let head = [
            b"\0\x01\x01".as_slice(),
            b"33639980001\0",
            b"\x01\x01",
            b"38123\0",
            &[esm_class, 0, 0, 0, 0, 0, 0, coding, 0],
        ];
        let mut body = head.concat();
        body.push(u8::try_from(octets.len()).unwrap());
        body.extend_from_slice(octets);
        let length = u32::try_from(body.len() + 16).unwrap().to_be_bytes();
        [&length[..], &[0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1], &body].concat()
    };
    let corpus = [
        message(0, 0, b"bonjour"),
        message(8, 0x40, b"\x05\0\x03\x07\x02\x01\0b\0o"),
        message(3, 0, b"d\xe9g\xe2t"),
        message(
            0,
            4,
            b"id:0123456789 sub:001 dlvrd:001 submit date:2611201000 done date:2611201001 stat:DELIVRD err:000 text:",
        ),
    ];
    fuzz(smpp, 5000, &corpus);
}

#[test]
fn no_flow_panics() {
    let corpus: [&[u8]; 5] = [
        include_bytes!("../../flows/claims/shared/policy_cover.yaml"),
        include_bytes!("../../flows/claims/shared/vehicle.yaml"),
        include_bytes!("../../flows/claims/shared/amount.yaml"),
        include_bytes!("../../flows/claims/shared/third_party.yaml"),
        include_bytes!("../../flows/claims/shared/neighbours.yaml"),
    ];
    fuzz(flow, 60, &corpus.map(<[u8]>::to_vec));
}

#[test]
fn no_condition_panics() {
    let corpus = "damage_amount: \"> 1600\"\ncause: [leak, overflow]\nrooms: \"[3..)\"\nleak_stopped: no, policy: known\n\
                  occurred_at: \"> 10 days ago\"\nany: [{ rooms: \"<= 2\" }, { not: { cause: leak } }]\n\
                  incident_date: \"before 2026-01-01\"\nall: [{ a: unknown }, { b: \"!= 3\" }]";
    fuzz(condition, 60, &lines(corpus));
}

#[test]
fn no_date_panics() {
    fuzz(dates, 1500, &lines(include_str!("../corpus/times.csv")));
}

#[test]
fn no_photo_s_data_panic() {
    // A TIFF with the date of a photo and its place.
    let mut tiff =
        b"II*\0\x08\0\0\0\x02\0\x32\x01\x02\0\x14\0\0\0\x26\0\0\0\x25\x88\x04\0\x01\0\0\0\x3a\0\0\0\0\0\0\0".to_vec();
    tiff.extend_from_slice(b"2026:11:20 10:00:00\0");
    tiff.extend_from_slice(b"\x04\0\x01\0\x02\0\x02\0\0\0N\0\0\0\x02\0\x05\0\x03\0\0\0\x70\0\0\0\x03\0\x02\0\x02\0\0\0E\0\0\0\x04\0\x05\0\x03\0\0\0\x88\0\0\0\0\0\0\0");
    for number in [48_u32, 1, 51, 1, 30, 1, 2, 1, 21, 1, 7, 1] {
        tiff.extend_from_slice(&number.to_le_bytes());
    }
    let mut jpeg = b"\xff\xd8\xff\xe1".to_vec();
    jpeg.extend_from_slice(&u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    jpeg.extend_from_slice(b"Exif\0\0");
    jpeg.extend_from_slice(&tiff);
    jpeg.extend_from_slice(b"\xff\xd9");
    fuzz(exif, 8000, &[tiff, jpeg]);
}
