//! The table of `docs/stories.md`, and what it must not show.

use std::fmt::Write as _;

use super::{
    doors::Door,
    play::{End, Played},
};

/// A story's messages: half of them at most so many, nine of ten, and all.
const MEDIAN: usize = 12;
const NINE_OF_TEN: usize = 15;
const MOST: usize = 18;
/// The text messages that a story may cost.
const SEGMENTS: usize = 25;
/// In a hundred stories so many answers may not be understood.
const NOT_UNDERSTOOD_OF_HUNDRED: usize = 30;

/// The page.
pub(super) fn page(played: &[Played]) -> String {
    let mut page = String::from(
        "# Stories: how many messages a claim takes\n\n\
         Written by `tests/stories/run`, which plays the people of `tests/stories/people.yaml` through the doors of the real\n\
         program. Each answers the question that was put and nothing else, in words that are not the flows' own; a message is\n\
         anything that they send until the claim is sent, \"c'est tout\" and \"Envoyer\" included.\n\n",
    );
    let messages = sorted(played);
    let _ = writeln!(page, "| | | at most |\n|---|---:|---:|");
    let _ = writeln!(page, "| messages of a story, median | {} | {MEDIAN} |", quantile(&messages, 50));
    let _ = writeln!(page, "| nine of ten stories | {} | {NINE_OF_TEN} |", quantile(&messages, 90));
    let _ = writeln!(page, "| the longest | {} | {MOST} |", quantile(&messages, 100));
    let _ = writeln!(page, "| text messages of a story by SMS | {} | {SEGMENTS} |", most_segments(played));
    let _ = writeln!(
        page,
        "| answers not understood, of {} stories | {} | {} |",
        played.len(),
        not_understood(played),
        played.len() * NOT_UNDERSTOOD_OF_HUNDRED / 100
    );
    let _ = writeln!(page, "| questions of what had been said | {} | 0 |", redundant(played));
    let _ = writeln!(page, "| heard otherwise than meant | {} | 0 |", misunderstood(played));
    let _ = writeln!(page, "| handed to a person without need | {} | 0 |\n", handed_over(played).count());
    page += "| story | family | register | door | messages | text messages | not understood | said before | heard otherwise | end |\n";
    page += "|---|---|---|---|---:|---:|---|---|---|---|\n";
    for story in played {
        let segments = if story.door == Door::Sms { story.segments.to_string() } else { String::new() };
        let end = match (story.end, story.handed_over) {
            (End::Sent, false) => "sent",
            (End::Sent, true) => "sent, a person follows it",
            (End::LeftToAPerson, _) => "left to a person",
            (End::Lost, _) => "not sent",
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {segments} | {} | {} | {} | {end} |",
            story.story,
            story.family,
            story.register.name(),
            story.door.name(),
            story.messages,
            story.not_understood.join("; "),
            story.redundant.join(", "),
            story.misunderstood.join(", "),
        );
    }
    page
}

/// What was said in every story.
pub(super) fn transcripts(played: &[Played]) -> String {
    let mut all = String::new();
    for Played { story, register, door, transcript, .. } in played {
        let _ = writeln!(all, "# {story}, {}, {}\n{transcript}", register.name(), door.name());
    }
    all
}

/// What is beyond the limits, with the stories that show why.
pub(super) fn beyond_the_limits(played: &[Played]) -> Vec<String> {
    let messages = sorted(played);
    let mut found = Vec::new();
    let mut holds = |what: &str, is: usize, limit: usize| {
        if is > limit {
            found.push(format!("{what}: {is}, at most {limit}"));
        }
    };
    holds("messages, median", quantile(&messages, 50), MEDIAN);
    holds("messages, nine of ten", quantile(&messages, 90), NINE_OF_TEN);
    holds("messages, the most", quantile(&messages, 100), MOST);
    let of_hundred = |number: usize| played.len() * number / 100;
    holds("text messages, the most", most_segments(played), SEGMENTS);
    holds("not understood", not_understood(played), of_hundred(NOT_UNDERSTOOD_OF_HUNDRED));
    holds("asked although it was said", redundant(played), 0);
    holds("heard otherwise than meant", misunderstood(played), 0);
    holds("handed over without need", handed_over(played).count(), 0);
    holds("not sent", played.iter().filter(|story| story.end == End::Lost).count(), 0);
    found
}

fn sorted(played: &[Played]) -> Vec<usize> {
    let mut messages: Vec<usize> = played.iter().map(|story| story.messages).collect();
    messages.sort_unstable();
    messages
}

/// The smallest number that so many in a hundred do not exceed.
fn quantile(sorted: &[usize], hundredths: usize) -> usize {
    sorted.get((sorted.len() * hundredths).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

fn most_segments(played: &[Played]) -> usize {
    played.iter().filter(|story| story.door == Door::Sms).map(|story| story.segments).max().unwrap_or_default()
}

fn not_understood(played: &[Played]) -> usize {
    played.iter().map(|story| story.not_understood.len()).sum()
}

fn redundant(played: &[Played]) -> usize {
    played.iter().map(|story| story.redundant.len()).sum()
}

fn misunderstood(played: &[Played]) -> usize {
    played.iter().map(|story| story.misunderstood.len()).sum()
}

fn handed_over(played: &[Played]) -> impl Iterator<Item = &Played> {
    played.iter().filter(|story| story.handed_over && !story.needs_a_person)
}
