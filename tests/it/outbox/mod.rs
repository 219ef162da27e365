//! What leaves, and what is in the way.

mod killed;
