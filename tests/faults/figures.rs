//! How much is done, and what docs/faults.md tells of it.

use std::{env, fs, path::PathBuf, time::Duration};

use super::ledger::Found;

/// The folder into which a full run writes its figures; a short one has none.
const FIGURES: &str = "GUICHET_FAULTS_FIGURES";
/// How long the soak lasts, in seconds.
const SOAK: &str = "GUICHET_FAULTS_SOAK";

pub(super) fn is_full() -> bool {
    env::var_os(FIGURES).is_some()
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

/// The same for what no ledger is about.
pub(super) fn tell_line(place: u32, cells: &str) {
    let Some(folder) = env::var_os(FIGURES) else { return };
    let engine = cells.split(" | ").nth(1).unwrap_or_default();
    let name = format!("{place:02}-{}", engine.replace(' ', "-"));
    fs::write(PathBuf::from(folder).join(name), format!("| {cells} |\n")).unwrap();
}
