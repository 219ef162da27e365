//! Spreads waits, so that what began together is not tried again together.

use std::{fmt, sync::Arc, time::Duration};

/// Where the randomness of waits comes from.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// The system's randomness.
    pub fn system() -> Self {
        // Without randomness waits are not spread, and nothing else is lost.
        Self::new(|| f64::from(getrandom::u32().unwrap_or(0)) / f64::from(u32::MAX))
    }

    /// Numbers from 0 to 1.
    pub fn new(next: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    /// From `wait` to one and a half times `wait`: never sooner than was asked for.
    pub fn spread(&self, wait: Duration) -> Duration {
        wait.mul_f64(1.0 + (self.0)().clamp(0.0, 1.0) / 2.0)
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}
