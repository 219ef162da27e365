//! Our cutting of texts against npm `split-sms`.

use std::fs;

use guichet::domain::sms::{Alphabet, segment, shorten};
use proptest::{
    prop_oneof,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use serde::Deserialize;

use crate::support::ask_node;

/// Generated texts beside those that people will really read.
const GENERATED: usize = 2_000;

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Cut {
    gsm7: bool,
    units: usize,
    parts: Vec<String>,
}

#[test]
fn texts_are_cut_as_split_sms_cuts_them() {
    let mut texts = french_texts();
    let mut runner = TestRunner::deterministic();
    texts.extend((0..GENERATED).map(|_| text().new_tree(&mut runner).unwrap().current()));
    texts.extend(texts.clone().iter().map(|text| shorten(text).into_owned()));
    let theirs: Vec<Cut> = ask_node("split-sms.mjs", &texts);
    assert_eq!(theirs.len(), texts.len());
    let mut long = 0;
    for (text, theirs) in texts.iter().zip(theirs) {
        let segments = segment(text);
        let parts: Vec<String> = segments.parts.iter().copied().map(str::to_owned).collect();
        long += usize::from(parts.len() > 1);
        let ours = Cut { gsm7: segments.alphabet == Alphabet::Gsm7, units: segments.units, parts };
        assert_eq!(ours, theirs, "{text:?}");
    }
    assert!(long > GENERATED, "most generated texts are longer than one message");
}

/// Lines of the flows and of the words kept for people: real French, its quotes, dashes and no-break spaces.
fn french_texts() -> Vec<String> {
    let mut texts = Vec::new();
    for file in ["flows/messages.yaml", "flows/claims/water_damage/water_damage.yaml", "README.md"] {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        texts.extend(text.lines().map(str::to_owned));
        // Paragraphs too, so that some are cut more than once.
        texts.extend(text.split("\n\n").map(str::to_owned));
    }
    assert!(texts.len() > 300);
    texts
}

/// Up to five messages of letters from one of three mixes: the short alphabet with its pairs, French, anything.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "([a-z0-9 éèàùÉÇ@£\\n]|[€\\[\\]{}|~^\\\\]){0,700}",
        "([a-zéèàù ]|[çêœ«»’…]){0,350}",
        "([a-zç ]|[🔥🚗👍🏽]){0,350}",
    ]
}
