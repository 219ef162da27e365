use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;

/// Whoever reads the file may have been taken over by it: what it says must not let it run outside its cage.
#[tokio::test]
async fn a_process_that_says_that_it_was_not_locked_in_is_not_run_again_without_a_cage() {
    let folder = tempfile::tempdir().unwrap();
    let (guichet, runs) = (folder.path().join("guichet"), folder.path().join("runs"));
    fs::write(&guichet, format!("#!/bin/sh\necho \"$*\" >>{}\nexit {NOT_RUN}\n", runs.display())).unwrap();
    fs::set_permissions(&guichet, fs::Permissions::from_mode(0o755)).unwrap();
    let tools = Tools { guichet: Some(guichet), cage: OnceLock::from(Cage::Landlock), ..Tools::default() };
    let decoded = tools.decode(b"a picture", ImageFormat::Png, false).await.unwrap();
    assert!(matches!(decoded, Some(Conversion::TimedOut)), "it is tried another time");
    let runs = fs::read_to_string(runs).unwrap();
    assert!(runs.lines().count() == 1 && !runs.contains("--confined"), "{runs}");
}
