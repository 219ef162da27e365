//! The only room that speaks SQL: one contract, two engines. `sqlite:PATH` is the embedded default, `postgres://…` serves
//! several nodes.
//!
//! It has a face for each who asks: [`Engine`] for the machines (intake, outbox, what is due, pollers, the command line),
//! [`Cases`] for users, made only from a scope, [`OneConversation`] for the doors of policyholders, [`Users`] for logging
//! in, [`AccessLog`] for what was read. What several of them need is written once in `tables`, where each row's columns are declared once, too.
//!
//! Messages and everything that they change go through [`Engine::commit`], which shares one flush among all that wait for
//! it. A query is written once where both engines accept it.
//!
//! Architecture invariant: no other room names `sqlx` or `rusqlite`, and no transaction here waits for a network but the database's own.

mod access_log;
mod audit;
pub mod backup;
mod batch;
mod cases;
mod changed;
mod checkpoint;
mod column;
mod commit;
mod db;
mod engine;
mod error;
mod expired;
mod log_end;
mod near_readers;
mod notify;
mod one_conversation;
mod refold;
mod relog;
mod schema;
mod search_index;
mod table;
mod tables;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod users;
mod value;
mod writer;

pub use access_log::AccessLog;
pub use audit::BrokenLog;
pub use cases::{
    CaseAccess, Cases,
    access::{AccessCursor, AccessPage},
    clock::{COUNTED, Owed, OwedCount, OwedFilter},
    duplicates::{DuplicateCandidate, MatchReason, PersonsDossier},
    find::{Hit, Hits, Matched},
    inbox::{InboxCount, InboxCursor, InboxFilter, InboxPage, InboxSort, Oriented},
    mention::Mention,
};
pub use changed::ToIndex;
pub use commit::{Commit, CommitError, FiledDocument, FiledKind, Key, TurnRows};
pub use db::sqlite_file;
pub use engine::Engine;
pub use error::StoreError;
pub use expired::{Expired, OutboxPage};
pub use notify::{ChangeFeed, News};
pub use one_conversation::{Doors, OneConversation};
pub use search_index::{SearchEntry, Unindexed};
pub use tables::{
    access::{AccessKind, AccessRow},
    channel_switch::ChannelSwitchRow,
    clock::{ClockEnd, ClockRow},
    contact::{Absorbed, Binding, ProvenRow},
    conversation::{ConversationRow, EndpointRow, Fence, MessageRow},
    device::Device,
    document::{DocumentRow, FileQuota},
    dossier::{DecisionRow, FactRow, ToldContact},
    due::{DueKind, DueRow},
    duplicate::RejectedDuplicate,
    handler::{HandlerRow, InvitationRow, SessionRow},
    inspection::ClaimedInspection,
    link::LinkRow,
    log::StateChange,
    mailbox::MailboxRow,
    mention::MentionRow,
    opt_out::{OptOut, OptOutRow},
    outbox::{Delivery, EarlyReport, OutboxKind, OutboxRow, Said, Settled, Undelivered},
    planning::{AppointmentRow, AppointmentState, Mission, MissionRow, MissionState, Planning},
    policy::PolicyRow,
    request::{Acknowledgement, Completion, DeskCount, MissedRow, RequestRow, Requests},
    search::{SearchChange, SearchKey},
    sms_part::SmsPart,
    taught::TaughtRow,
    working::{Draft, ReadMark, SavedView, Tag},
};
pub use users::{IDLE, MAX_VIEWS, Users};
pub use writer::Synchronous;
