use std::sync::Arc;

use super::Older;
use crate::flow::{Library, built_in};

#[test]
fn the_least_recently_used_revisions_are_evicted_and_those_in_use_are_found() {
    let library = Arc::new(Library::from_sources(built_in()).unwrap());
    let fits = 3;
    let mut older = Older::within(fits * library.bytes() + 1);
    for number in 0..=fits {
        older.keep(&number.to_string(), Arc::clone(&library));
        // The first one is used all the time.
        assert!(older.find("0").is_some());
    }
    let kept: Vec<&str> = older.recent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(kept.len(), fits);
    assert!(kept.contains(&"0") && !kept.contains(&"1"), "{kept:?}");
    assert!(older.find("1").is_some(), "it is in use and not compiled again");
    assert!(older.find("unknown").is_none());

    older.recent.clear();
    drop(library);
    assert!(older.find("0").is_none() && older.in_memory().is_empty());
}
