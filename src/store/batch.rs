//! Many rows by one statement: `VALUES` with all their values bound on SQLite, `UNNEST` on PostgreSQL.
//!
//! `json_each` would do on SQLite too, with one statement for any number of rows; but each row is then written as JSON,
//! parsed, written as text and parsed again for its columns. A statement for each number of rows is prepared once, up to
//! [`MAX_ROWS`]; a larger group takes several.

use super::{
    StoreError,
    db::{Arg, Column, Row, Tx},
};

/// The kind of a column: what it holds in both engines.
#[derive(Clone, Copy, Debug)]
pub(super) enum ColumnType {
    Text,
    Int,
}

/// An insert of many rows into one table, its SQL written once for each engine.
#[derive(Debug)]
pub(super) struct Insert {
    kinds: Vec<ColumnType>,
    sqlite: Values,
    postgres: String,
}

/// The parts of SQLite's statement, put together for as many rows as there are.
#[derive(Debug)]
struct Values {
    head: String,
    row: String,
    tail: String,
}

/// The most rows in one SQLite statement: far from its limit of 32,766 values, and few enough statements to keep.
const MAX_ROWS: usize = 64;

impl Insert {
    /// `columns` in the order in which rows give their values; `tail` is the `ON CONFLICT …` and `RETURNING …`.
    pub(super) fn new(table: &str, columns: &[(&str, ColumnType)], tail: &str) -> Self {
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let marks = vec!["?"; columns.len()].join(",");
        let arrays = columns
            .iter()
            .enumerate()
            .map(|(i, (_, kind))| match kind {
                ColumnType::Text => format!("${}::text[]", i + 1),
                ColumnType::Int => format!("${}::bigint[]", i + 1),
            })
            .collect::<Vec<_>>()
            .join(", ");
        Self {
            kinds: columns.iter().map(|(_, kind)| *kind).collect(),
            sqlite: Values {
                head: format!("INSERT INTO {table} ({names}) VALUES "),
                row: format!("({marks})"),
                tail: format!(" {tail}"),
            },
            postgres: format!("INSERT INTO {table} ({names}) SELECT * FROM UNNEST({arrays}) {tail}"),
        }
    }

    /// Inserts `rows` and returns what the tail returns.
    pub(super) async fn run(&self, tx: &mut Tx, rows: Vec<Vec<Arg>>) -> Result<Vec<Row>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if tx.is_sqlite() {
            let mut returned = Vec::new();
            let mut rows = rows.into_iter();
            loop {
                let args: Vec<Arg> = rows.by_ref().take(MAX_ROWS).flatten().collect();
                if args.is_empty() {
                    break;
                }
                returned.extend(tx.fetch(&self.sqlite.sql(args.len() / self.kinds.len()), &args).await?);
            }
            return Ok(returned);
        }
        let mut columns: Vec<Column> = self
            .kinds
            .iter()
            .map(|kind| match kind {
                ColumnType::Text => Column::Text(Vec::with_capacity(rows.len())),
                ColumnType::Int => Column::Int(Vec::with_capacity(rows.len())),
            })
            .collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                match (column, value) {
                    (Column::Text(values), Arg::Text(text)) => values.push(Some(text)),
                    (Column::Text(values), _) => values.push(None),
                    (Column::Int(values), Arg::Int(int)) => values.push(Some(int)),
                    (Column::Int(values), _) => values.push(None),
                }
            }
        }
        tx.fetch_columns(&self.postgres, &columns).await
    }
}

impl Values {
    fn sql(&self, rows: usize) -> String {
        let mut sql = String::with_capacity(self.head.len() + rows * (self.row.len() + 1) + self.tail.len());
        sql.push_str(&self.head);
        for row in 0..rows {
            if row > 0 {
                sql.push(',');
            }
            sql.push_str(&self.row);
        }
        sql.push_str(&self.tail);
        sql
    }
}
