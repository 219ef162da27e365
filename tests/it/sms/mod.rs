//! The SMS channel against other people's libraries.

mod segmentation;
