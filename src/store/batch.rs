//! Many rows by one statement: `json_each` on SQLite, `UNNEST` on PostgreSQL.

use super::{
    StoreError,
    db::{Arg, Column, Row, Tx},
};

/// The kind of a column: what it holds in both engines.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Int,
}

/// An insert of many rows into one table, its SQL written once for each engine.
#[derive(Debug)]
pub(super) struct Insert {
    kinds: Vec<Kind>,
    sqlite: String,
    postgres: String,
}

impl Insert {
    /// `columns` in the order in which rows give their values; `tail` is the `ON CONFLICT …` and `RETURNING …`.
    pub(super) fn new(table: &str, columns: &[(&str, Kind)], tail: &str) -> Self {
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let picks = (0..columns.len()).map(|i| format!("value ->> {i}")).collect::<Vec<_>>().join(", ");
        let arrays = columns
            .iter()
            .enumerate()
            .map(|(i, (_, kind))| match kind {
                Kind::Text => format!("${}::text[]", i + 1),
                Kind::Int => format!("${}::bigint[]", i + 1),
            })
            .collect::<Vec<_>>()
            .join(", ");
        Self {
            kinds: columns.iter().map(|(_, kind)| *kind).collect(),
            // SQLite needs the WHERE to tell this ON from a join's.
            sqlite: format!("INSERT INTO {table} ({names}) SELECT {picks} FROM json_each($1) WHERE true {tail}"),
            postgres: format!("INSERT INTO {table} ({names}) SELECT * FROM UNNEST({arrays}) {tail}"),
        }
    }

    /// Inserts `rows` and returns what the tail returns.
    pub(super) async fn run(&self, tx: &mut Tx, rows: Vec<Vec<Arg>>) -> Result<Vec<Row>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if tx.is_sqlite() {
            let json = serde_json::to_string(&rows).map_err(StoreError::Unreadable)?;
            return tx.fetch(&self.sqlite, &[Arg::Text(json)]).await;
        }
        let mut columns: Vec<Column> = self
            .kinds
            .iter()
            .map(|kind| match kind {
                Kind::Text => Column::Text(Vec::with_capacity(rows.len())),
                Kind::Int => Column::Int(Vec::with_capacity(rows.len())),
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
