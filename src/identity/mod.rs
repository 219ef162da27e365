//! Who asks, and what they may see and change: roles, which are data ([`Role`]), and the [`Scope`] that is made of a user's
//! role, insurers and desks.
//!
//! It stands below the store, which opens cases to a [`Scope`] only, and above `domain`. Users and sessions are rows of the
//! store and pages of the console.

mod reach;
mod role;
mod scope;

pub use reach::{Reach, UnknownReach};
pub use role::{Permission, Permissions, Role};
pub use scope::Scope;
