//! Fixed people tell their claims to the real program, by text message and in the web chat, and answer the question that is
//! put to them: how many messages that takes, what is not understood, and what is asked although it was said. And random people,
//! thousands a claim family, are decided about as if every question had been put to them.
//!
//! `tests/stories/run` plays them all and writes `docs/stories.md`; `tests/stories/simulate` takes as many random people as it
//! is told.

mod doors;
mod play;
mod questions;
mod sheet;
mod simulation;
mod table;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use futures_util::{StreamExt as _, stream};

use self::{
    doors::Door,
    play::Played,
    questions::Questions,
    sheet::{REGISTERS, Sheet},
};
use crate::support::{Database, Server};

/// Where the table goes, when it is to be written.
const PAGE: &str = "GUICHET_TEST_STORIES_PAGE";
/// Where what was said goes, for whoever looks why.
const TRANSCRIPTS: &str = "GUICHET_TEST_STORIES_TRANSCRIPTS";

/// How many stories are told side by side.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "for whoever runs tests/stories/run")]
async fn people_are_asked_only_what_matters() {
    let sheet = Sheet::read();
    let played = play_all(&sheet).await;
    let page = table::page(&played);
    println!("{page}");
    if let Ok(file) = std::env::var(PAGE) {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), page).unwrap();
    }
    if let Ok(file) = std::env::var(TRANSCRIPTS) {
        fs::write(file, table::transcripts(&played)).unwrap();
    }
    let found = table::beyond_the_limits(&played);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn people_have_words_of_their_own() {
    let (sheet, questions) = (Sheet::read(), Questions::read());
    let copied: Vec<String> = sheet
        .answers()
        .flat_map(|(who, fact, pair)| pair.iter().map(move |words| (who, fact, words)))
        .filter(|(_, fact, words)| questions.has_words(fact, words))
        .map(|(who, fact, words)| format!("{who}, {fact}: {words}"))
        .collect();
    assert!(copied.is_empty(), "these words are the flows' own: {copied:#?}");
    let families: BTreeSet<&str> = sheet.stories.iter().map(|story| story.family.as_str()).collect();
    assert_eq!(families, questions.families(), "a story a claim family");
    let first: Vec<usize> = sheet
        .stories
        .iter()
        .flat_map(|story| &story.first)
        .map(|first| first.says.split_whitespace().count())
        .collect();
    assert!(2 * first.iter().filter(|words| **words <= 20).count() >= first.len(), "half of them begin with few words");
}

/// The flows' folder: whoever changes them plays without a build.
fn flows() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("flows")
}

/// Plays every story in both registers by both doors.
async fn play_all(sheet: &Sheet) -> Vec<Played> {
    let database = Database::sqlite();
    let settings = format!("[chat]\nopenings_per_hour = 1000\n[flows]\nfolder = '{}'\n", flows().display());
    let server = Server::start_with(&database.url, &settings);
    sheet.import_policies(&server.site());
    let questions = Questions::read();
    let stories = sheet.stories.iter().flat_map(|story| {
        REGISTERS.into_iter().flat_map(move |register| [Door::Sms, Door::Chat].map(|door| (story, register, door)))
    });
    let played = stories.map(|(story, register, door)| play::play(&server, &questions, sheet, story, register, door));
    stream::iter(played).buffered(AT_ONCE).collect().await
}
