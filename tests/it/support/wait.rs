//! Waiting for what another process does, but not without end.

use std::time::Duration;

/// Longer than any machine takes; a test that waits so long fails here, and says where.
const LONGEST: Duration = Duration::from_mins(4);
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until there is something to be seen.
#[track_caller]
pub(crate) fn until<T>(look: impl AsyncFnMut() -> Option<T>) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let mut look = look;
        let looking = async {
            loop {
                if let Some(seen) = look().await {
                    return seen;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let seen = tokio::time::timeout(LONGEST, looking).await;
        seen.unwrap_or_else(|_| panic!("what is waited for at {place} does not come"))
    }
}
