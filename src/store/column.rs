//! What one column holds: how each type of ours is bound to a statement and read from a row. A type that is new in a row
//! gets its line here.

use jiff::Timestamp;

use super::{
    error::StoreError,
    value::{Arg, Array, Row},
};
use crate::{
    document::Inspection,
    domain::{
        contact::Proof,
        desk::Desk,
        fact::{Source, Value},
        fact_name::FactName,
        id::{
            AppointmentId, ContactId, ConversationId, DocumentId, DossierId, MissedId, MissionId, OutboundId, RequestId,
        },
        language::Language,
        link::LinkPurpose,
        message::{Author, Body, Channel},
        orientation_mode::OrientationMode,
        priority::Priority,
        timing::Timing,
    },
    dossier::{Decision, Status, Wanted},
    identity::Reach,
    planning::Assignment,
};

/// What a column holds in both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    /// 64 bits.
    Int,
    Bytes,
}

impl ColumnType {
    pub(super) fn null(self) -> Arg<'static> {
        match self {
            Self::Text => Arg::NullText,
            Self::Int => Arg::NullInt,
            Self::Bytes => Arg::NullBytes,
        }
    }

    /// The values of one column as an array; one of another kind is null.
    pub(super) fn array<'a>(self, values: &'a [Arg<'_>]) -> Array<'a> {
        match self {
            Self::Text => Array::Text(values.iter().map(Arg::text).collect()),
            Self::Int => Array::Int(values.iter().map(Arg::int).collect()),
            Self::Bytes => Array::Bytes(values.iter().map(Arg::bytes).collect()),
        }
    }

    /// PostgreSQL's name of it.
    pub(super) fn of_postgres(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "bigint",
            Self::Bytes => "bytea",
        }
    }
}

/// A type that one column holds.
pub(super) trait ColumnValue: Sized {
    const TYPE: ColumnType;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError>;

    fn read(row: &Row, column: usize) -> Result<Self, StoreError>;
}

/// Kept as the text that it displays and that parses.
macro_rules! as_text {
    ($($type:ty),+ $(,)?) => {$(
        impl ColumnValue for $type {
            const TYPE: ColumnType = ColumnType::Text;

            fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
                Ok(self.to_string().into())
            }

            fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
                row.parse(column)
            }
        }
    )+};
}

/// Kept by the name that it has and that parses.
macro_rules! by_name {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::store::column::ColumnValue for $type {
            const TYPE: $crate::store::column::ColumnType = $crate::store::column::ColumnType::Text;

            fn to_arg(&self) -> Result<$crate::store::value::Arg<'_>, $crate::store::error::StoreError> {
                Ok(self.name().into())
            }

            fn read(
                row: &$crate::store::value::Row,
                column: usize,
            ) -> Result<Self, $crate::store::error::StoreError> {
                row.parse(column)
            }
        }
    )+};
}
pub(super) use by_name;

/// Kept as JSON, which the named method of a row reads.
macro_rules! as_json {
    ($read:ident: $($type:ty),+ $(,)?) => {$(
        impl ColumnValue for $type {
            const TYPE: ColumnType = ColumnType::Text;

            fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
                json(self).map(Arg::from)
            }

            fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
                row.$read(column)
            }
        }
    )+};
}

as_text!(
    AppointmentId,
    ContactId,
    ConversationId,
    DocumentId,
    DossierId,
    MissedId,
    MissionId,
    OutboundId,
    Reach,
    RequestId,
);
by_name!(Channel, LinkPurpose, OrientationMode, Priority, Proof, Status);
as_json!(json: Author, Body, Decision, Source, Timing, Value, Vec<Wanted>, serde_json::Value);
// What another version wrote and this one cannot read fails no page: these two are shown, and never written again.
as_json!(json_or_default: Assignment, Inspection);

impl ColumnValue for String {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(self.as_str().into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.text(column)
    }
}

/// Kept as the name that it is.
macro_rules! as_name {
    ($($type:ty),+ $(,)?) => {$(
        impl ColumnValue for $type {
            const TYPE: ColumnType = ColumnType::Text;

            fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
                Ok(self.as_str().into())
            }

            fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
                Ok(row.text(column)?.into())
            }
        }
    )+};
}

as_name!(Desk, FactName);

impl ColumnValue for Language {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(self.code().into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        Ok(Self::from_tag(&row.text(column)?))
    }
}

impl ColumnValue for i64 {
    const TYPE: ColumnType = ColumnType::Int;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok((*self).into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.int(column)
    }
}

impl ColumnValue for u32 {
    const TYPE: ColumnType = ColumnType::Int;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(i64::from(*self).into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.int(column)?.try_into().map_err(|_| row.unreadable(column))
    }
}

impl ColumnValue for bool {
    const TYPE: ColumnType = ColumnType::Int;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(i64::from(*self).into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        Ok(row.int(column)? != 0)
    }
}

/// Digests and keys.
impl<const N: usize> ColumnValue for [u8; N] {
    const TYPE: ColumnType = ColumnType::Bytes;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(self.as_slice().into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.bytes(column)?.try_into().map_err(|_| row.unreadable(column))
    }
}

impl ColumnValue for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Bytes;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok(self.as_slice().into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.bytes(column)
    }
}

/// Unix milliseconds.
impl ColumnValue for Timestamp {
    const TYPE: ColumnType = ColumnType::Int;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        Ok((*self).into())
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        row.time(column)
    }
}

impl<V: ColumnValue> ColumnValue for Option<V> {
    const TYPE: ColumnType = V::TYPE;

    fn to_arg(&self) -> Result<Arg<'_>, StoreError> {
        self.as_ref().map_or(Ok(V::TYPE.null()), V::to_arg)
    }

    fn read(row: &Row, column: usize) -> Result<Self, StoreError> {
        if row.is_null(column)? { Ok(None) } else { V::read(row, column).map(Some) }
    }
}

/// A value's JSON. A value that has none refuses the write: a row that cannot be read again must not be acknowledged.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::Unstorable)
}

#[cfg(test)]
mod tests;
