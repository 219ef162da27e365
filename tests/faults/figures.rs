//! How much is done, and what docs/faults.md tells of it.

use std::{env, fs, time::Duration};

use super::ledger::Found;

/// The page into whose table a full run writes its figures; a short one has none.
const PAGE: &str = "GUICHET_TEST_FAULTS_PAGE";
/// The day and the version of a full run, for its lines.
const PLAYED: &str = "GUICHET_TEST_FAULTS_PLAYED";
/// How long the soak lasts, in seconds.
const SOAK: &str = "GUICHET_TEST_FAULTS_SOAK";

pub(super) fn is_full() -> bool {
    env::var_os(PAGE).is_some()
}

/// As many as a short run does, or a full one.
pub(super) fn times(short: usize, full: usize) -> usize {
    if is_full() { full } else { short }
}

pub(super) fn soak() -> Duration {
    let seconds = env::var(SOAK).ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(8))
}

/// Fails where the ledger and the database differ, and gives docs/faults.md its line: `what` was done on `engine`.
pub(super) fn tell(place: u32, what: &str, engine: &str, found: &Found, remark: &str) {
    assert!(found.wrong.is_empty(), "{what}, {engine}: {found}:\n{}", found.wrong.join("\n"));
    let Found { acknowledged, replies, lost, doubled, out_of_order, .. } = found;
    tell_line(
        place,
        &format!("{what} | {engine} | {acknowledged} | {replies} | {lost} | {doubled} | {out_of_order} | {remark}"),
    );
}

/// The same for what no ledger is about. The line takes the place of what was last played of the same.
pub(super) fn tell_line(place: u32, cells: &str) {
    let Some(page) = env::var_os(PAGE) else { return };
    let engine = cells.split(" | ").nth(1).unwrap_or_default();
    let line = format!("| {place:02} | {cells} | {} |", env::var(PLAYED).unwrap());
    let text = fs::read_to_string(&page).unwrap();
    let is_figure = |line: &&str| line.starts_with("| ") && line[2..].starts_with(|first: char| first.is_ascii_digit());
    let is_other = |old: &&str| {
        let cells: Vec<&str> = old.split(" | ").collect();
        cells[0] != format!("| {place:02}") || cells[2] != engine
    };
    let mut lines: Vec<&str> = text.lines().filter(is_figure).filter(is_other).collect();
    lines.push(&line);
    lines.sort_unstable();
    let ruled = text.lines().position(|line| line.starts_with("|---")).unwrap();
    let (head, rest): (Vec<_>, Vec<_>) = text.lines().enumerate().partition(|(at, _)| *at <= ruled);
    let head = head.into_iter().map(|(_, line)| line);
    let rest = rest.into_iter().map(|(_, line)| line).filter(|line| !is_figure(line));
    let written: Vec<&str> = head.chain(lines).chain(rest).collect();
    fs::write(page, written.join("\n") + "\n").unwrap();
}
