//! The SMS channel against other people's libraries, and what every provider posts at the door.

mod keywords;
mod ovh;
mod posts;
mod segmentation;
mod smpp;
mod twilio;
