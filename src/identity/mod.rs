//! Who asks, and what they may see and change.
//!
//! It stands below the store, which opens cases to a [`Scope`] only, and above `domain`: a scope will be made of roles,
//! insurers and desks, which are the business of this room. Users and sessions are still rows of the store and pages of the
//! console.

mod scope;

pub use scope::Scope;
