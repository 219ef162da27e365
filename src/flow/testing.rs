//! The shipped flows for tests, compiled once for all tests of a process.

use std::sync::{Arc, LazyLock};

use super::{Library, built_in};

/// The library of the flows that came with this program.
pub(crate) fn shipped() -> Arc<Library> {
    static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(|| {
        Arc::new(Library::from_sources(built_in()).unwrap_or_else(|error| panic!("the shipped flows: {error}")))
    });
    Arc::clone(&LIBRARY)
}
