//! What is left of a letter when its quotes are cut: npm `email-reply-parser` says what it would leave.

use std::{fs, path::Path};

use crate::support::ask_node;

/// Where npm `email-reply-parser` and we differ, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("below-dashes", "it takes three hyphens for a signature's"),
    ("first", "it takes a greeting for a signature"),
    ("forward-apple", "it cuts what is passed on"),
    ("forward-gmail", "we leave one blank line of two"),
    ("forward-outlook", "it cuts what is passed on"),
    ("free-zimbra", "it takes a greeting for a signature"),
    ("gmail-long", "it joins two lines, not three"),
    ("inline", "it does not number what was answered between the questions"),
    ("inline-red", "it cuts answers within the quoted text"),
    ("laposte", "it wants the subject right behind the date"),
    ("orange", "it cuts the headers and leaves what they are above"),
    ("outlook", "it takes a greeting for a signature"),
    ("proton", "it does not know this signature"),
];

/// The mails of `tests/mails` that are written as text.
#[test]
fn another_library_leaves_the_same_words() {
    let mut mails = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|ending| ending == "eml") && !name.starts_with("html") {
            let raw = fs::read_to_string(&path).unwrap();
            let text = raw.split_once("\n\n").unwrap().1.to_owned();
            mails.push((name, text, fs::read_to_string(path.with_extension("txt")).unwrap()));
        }
    }
    assert!(mails.len() >= 25, "the mails were not found");
    let texts: Vec<&str> = mails.iter().map(|(_, text, _)| text.as_str()).collect();
    let answers: Vec<String> = ask_node("email-replies.mjs", &texts);
    let wrong: Vec<String> = mails
        .iter()
        .zip(&answers)
        .filter(|((name, _, expected), answer)| {
            let is_different = DIFFERENCES.iter().any(|(known, _)| known == name);
            (expected.trim() != answer.trim()) != is_different
        })
        .map(|((name, _, expected), answer)| format!("{name}: it says {answer:?}, we say {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
