//! Who read what, who came in and who changed a user: lines that are only ever added, and kept for a year.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::Timestamp;

use crate::{
    domain::id::DossierId,
    store::{
        column::by_name,
        table::{Insert, table},
    },
};

/// What is read again within it is one line.
const QUARTER: i64 = 15 * 60 * 1000;

/// A line of the access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// Who it was; empty where nobody is known by what was typed.
    pub login: String,
    pub kind: AccessKind,
    /// What it was about: an identifier, or the login of a user.
    pub subject: String,
    /// Which quarter of an hour it is for what is read, the instant itself for what is done.
    pub slot: i64,
    pub at: Timestamp,
    /// The dossier that was read, or of which something was.
    pub dossier: Option<DossierId>,
    /// The network address from which it was asked for.
    pub origin: String,
    /// What was changed, in codes.
    pub detail: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal),+ $(,)?) => {
        /// What a line tells.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AccessKind { $($(#[$doc])* $kind),+ }

        impl AccessKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The name in the store.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }
        }

        impl FromStr for AccessKind {
            type Err = UnknownAccess;

            fn from_str(name: &str) -> Result<Self, UnknownAccess> {
                match name { $($name => Ok(Self::$kind),)+ _ => Err(UnknownAccess) }
            }
        }
    };
}

kinds! {
    /// A dossier's page was opened, or something was done there.
    Dossier = "dossier",
    /// An original was taken.
    Document = "document",
    /// All files of a dossier were taken.
    Archive = "archive",
    /// A dossier was taken as a PDF.
    Pdf = "pdf",
    /// An appointment was taken into a calendar.
    Calendar = "calendar",
    /// Dossiers were searched for. The words are not written: they may be somebody's name.
    Search = "search",
    LogIn = "log_in",
    LogInRefused = "log_in_refused",
    LogOut = "log_out",
    /// A password was chosen.
    Password = "password",
    SessionsEnded = "sessions_ended",
    UserInvited = "user_invited",
    UserChanged = "user_changed",
    UserDisabled = "user_disabled",
    UserEnabled = "user_enabled",
}

/// A kind that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown kind of access")]
pub struct UnknownAccess;

impl AccessKind {
    /// Whether it is reading: what is read again soon is one line.
    fn is_reading(self) -> bool {
        matches!(
            self,
            Self::Dossier
                | Self::Document
                | Self::Archive
                | Self::Pdf
                | Self::Calendar
                | Self::Search
                | Self::LogInRefused
        )
    }
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl AccessRow {
    pub fn new(login: &str, kind: AccessKind, subject: &str, origin: &str, at: Timestamp) -> Self {
        let instant = at.as_millisecond();
        Self {
            login: login.to_owned(),
            kind,
            subject: subject.to_owned(),
            slot: if kind.is_reading() { instant.div_euclid(QUARTER) } else { instant },
            at,
            dossier: None,
            origin: origin.to_owned(),
            detail: String::new(),
        }
    }
}

by_name!(AccessKind);

table! { AccessRow in "access" { login, kind, subject, slot, at, dossier, origin, detail } }

pub(in crate::store) static ADD_ACCESS: LazyLock<Insert<AccessRow>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));
