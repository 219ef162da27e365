//! What is bound to a statement and what is read of a row, of either engine.
//!
//! `sqlx::Any` would do the same with nine kinds of values and a slower path; here three are enough, because ids are text,
//! times and money are integers, digests are bytes and structures are JSON.

use std::{borrow::Cow, str::FromStr, sync::Arc};

use jiff::Timestamp;
use rusqlite::{
    ToSql,
    types::{ToSqlOutput, Value, ValueRef},
};
use sqlx::{Column as _, Row as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};

use super::error::StoreError;

/// A value to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arg<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Bytes(Cow<'a, [u8]>),
    NullText,
    NullInt,
    NullBytes,
}

impl Arg<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn int(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The value with its own text or bytes.
    pub(super) fn into_owned(self) -> Arg<'static> {
        match self {
            Self::Text(text) => Arg::Text(Cow::Owned(text.into_owned())),
            Self::Int(int) => Arg::Int(int),
            Self::Bytes(bytes) => Arg::Bytes(Cow::Owned(bytes.into_owned())),
            Self::NullText => Arg::NullText,
            Self::NullInt => Arg::NullInt,
            Self::NullBytes => Arg::NullBytes,
        }
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Arg<'_> {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Option<String>> for Arg<'_> {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::NullText, Self::from)
    }
}

impl From<Option<i64>> for Arg<'_> {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Self::NullInt, Self::Int)
    }
}

impl From<Timestamp> for Arg<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millisecond())
    }
}

impl From<Option<Timestamp>> for Arg<'_> {
    fn from(time: Option<Timestamp>) -> Self {
        time.map_or(Self::NullInt, Self::from)
    }
}

/// Binds values of several types: `args![id, now, name]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { [$($crate::store::value::Arg::from($value)),*] };
}
pub(super) use args;

/// A row of either engine.
pub(super) enum Row {
    /// Of a reader.
    Sqlite(SqliteRow),
    /// Of the writer.
    Written(Written),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Text(text)) => text.clone(),
                _ => return Err(self.unreadable(column)),
            },
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn is_null(&self, column: usize) -> Result<bool, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_raw(column)?.is_null(),
            Self::Written(row) => row.value(column) == Some(&Value::Null),
            Self::Postgres(row) => row.try_get_raw(column)?.is_null(),
        })
    }

    /// The error that a column's value is none of ours.
    pub(super) fn unreadable(&self, column: usize) -> StoreError {
        StoreError::UnreadableColumn(match self {
            Self::Sqlite(row) => row.column(column).name().to_owned(),
            Self::Written(row) => row.name(column),
            Self::Postgres(row) => row.column(column).name().to_owned(),
        })
    }

    pub(super) fn text_or_null(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(_) if self.is_null(column)? => None,
            Self::Written(_) => Some(self.text(column)?),
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Integer(int)) => *int,
                _ => return Err(self.unreadable(column)),
            },
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Written(row) => match row.value(column) {
                Some(Value::Blob(bytes)) => bytes.clone(),
                _ => return Err(self.unreadable(column)),
            },
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int(column)?).map_err(|_| self.unreadable(column))
    }

    pub(super) fn parse_or_null<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.text_or_null(column)?.map(|text| text.parse()).transpose().map_err(|_| self.unreadable(column))
    }

    /// A value kept as JSON.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(StoreError::Unreadable)
    }

    /// A value kept as JSON that is only shown and never written again: one that another version wrote and that this one
    /// cannot read is empty, and fails no page.
    pub(super) fn json_or_default<T: serde::de::DeserializeOwned + Default>(
        &self,
        column: usize,
    ) -> Result<T, StoreError> {
        Ok(serde_json::from_str(&self.text(column)?).unwrap_or_else(|error| {
            tracing::warn!(%error, column, "a stored value does not read back");
            T::default()
        }))
    }

    /// A value kept as text that parses.
    pub(super) fn parse<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.unreadable(column))
    }
}

/// A row that the writer read.
#[derive(Debug)]
pub(super) struct Written {
    values: Vec<Value>,
    names: Arc<[String]>,
}

impl Written {
    /// The values and the names of its columns.
    pub(super) fn new(values: Vec<Value>, names: Arc<[String]>) -> Self {
        Self { values, names }
    }

    /// None where there is no such column.
    fn value(&self, column: usize) -> Option<&Value> {
        self.values.get(column)
    }

    fn name(&self, column: usize) -> String {
        self.names.get(column).cloned().unwrap_or_else(|| column.to_string())
    }
}

impl ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::NullText | Self::NullInt | Self::NullBytes => ValueRef::Null,
        }))
    }
}

/// The values of one column for a whole group of rows.
#[derive(Clone, Debug)]
pub(super) enum Array<'a> {
    Text(Vec<Option<&'a str>>),
    Int(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
}
