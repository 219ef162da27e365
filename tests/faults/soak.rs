//! Hours of an even load: memory, descriptors, the log and the folders stay as they are.

use std::{fs, path::Path, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    crowd::{Crowd, Manner},
    figures::{soak, tell},
};
use crate::support::{Database, Server, on_both_engines};

on_both_engines! { an_even_load_leaves_memory_descriptors_log_and_folders_as_they_are }

/// What a server has at one instant.
#[derive(Clone, Copy, Debug)]
struct Seen {
    resident_kib: u64,
    descriptors: usize,
    /// SQLite's log.
    log_bytes: u64,
    files: usize,
}

impl Seen {
    fn of(server: &Server, db: &Database) -> Self {
        let process = format!("/proc/{}", server.process_id());
        let status = fs::read_to_string(format!("{process}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let log_bytes = if db.is_sqlite() {
            fs::metadata(db.file().with_extension("db-wal")).map_or(0, |log| log.len())
        } else {
            0
        };
        Self {
            resident_kib: resident.trim_end_matches("kB").trim().parse().unwrap(),
            descriptors: fs::read_dir(format!("{process}/fd")).unwrap().count(),
            log_bytes,
            files: files_below(&server.site().documents()),
        }
    }
}

fn files_below(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

async fn an_even_load_leaves_memory_descriptors_log_and_folders_as_they_are(db: Database) {
    let lasts = soak();
    let server = Server::start(&db.url);
    let crowd = Crowd::gather_few(4, &[&server], Manner::Plain);
    crowd.hears(200).await;
    // Caches and pools are full after a third.
    sleep(lasts / 3).await;
    let first = Seen::of(&server, &db);
    let until = Instant::now() + lasts / 3 * 2;
    let mut most = first;
    while Instant::now() < until {
        sleep(Duration::from_secs(1)).await;
        let now = Seen::of(&server, &db);
        most.resident_kib = most.resident_kib.max(now.resident_kib);
        most.descriptors = most.descriptors.max(now.descriptors);
        most.log_bytes = most.log_bytes.max(now.log_bytes);
    }
    let last = Seen::of(&server, &db);
    let sent = crowd.acknowledged();
    // Conversations in memory are bounded by bytes; a short soak has not filled that room yet.
    assert!(last.resident_kib < first.resident_kib + 80 * 1024, "{first:?} {last:?}");
    assert!(most.descriptors <= first.descriptors + 16, "{first:?} {most:?}");
    assert!(most.log_bytes < 600 * 1024 * 1024, "{most:?}");
    assert_eq!(last.files, first.files);
    let found = crowd.leave(&db.store().await).await;
    assert!(sent > 200);
    let mib = |kib: u64| kib / 1024;
    let remark = format!(
        "{} MiB after a third, {} at the end, {} at most; {} and {} descriptors; log at most {} MiB; files {} and {}",
        mib(first.resident_kib),
        mib(last.resident_kib),
        mib(most.resident_kib),
        first.descriptors,
        last.descriptors,
        mib(most.log_bytes / 1024),
        first.files,
        last.files
    );
    tell(40, &format!("a soak of {} s", lasts.as_secs()), db.engine(), &found, &remark);
}
