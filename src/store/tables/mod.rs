//! What is stored: a file a subject, with its rows, the one declaration of each row's columns, what a turn's transaction
//! does with them, and what several faces of the store read. Nothing here knows a face.

pub(super) mod access;
pub(super) mod channel_switch;
pub(super) mod clock;
pub(super) mod contact;
pub(super) mod conversation;
pub(super) mod device;
pub(super) mod document;
pub(super) mod dossier;
pub(super) mod due;
pub(super) mod duplicate;
pub(super) mod handler;
pub(super) mod inspection;
pub(super) mod link;
pub(super) mod log;
pub(super) mod mailbox;
pub(super) mod mention;
pub(super) mod opt_out;
pub(super) mod outbox;
pub(super) mod planning;
pub(super) mod policy;
pub(super) mod received;
pub(super) mod request;
pub(super) mod search;
pub(super) mod sms_part;
pub(super) mod taught;
pub(super) mod working;
