//! The SMS channel against other people's libraries.

mod keywords;
mod segmentation;
mod smpp;
mod twilio;
