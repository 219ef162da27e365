//! What the e-mail channel keeps: the program's own secrets, and how far a mailbox was read.

/// How far a mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxRow {
    /// The server's number for this life of the mailbox (UIDVALIDITY).
    pub validity: u32,
    /// The message up to which everything was taken.
    pub last_uid: u32,
}
