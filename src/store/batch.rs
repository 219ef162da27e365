//! PostgreSQL: several writes as one statement, which is one way over the network and a transaction of its own.
//!
//! Each write is a part of one `WITH`, as `INSERT … SELECT … FROM UNNEST` of any number of rows; a write of no row is left
//! out, for each part costs something before it does anything. So there are as many statements as there are kinds of groups,
//! each prepared once. It is optimistic: where one of the rows that must be written is
//! not, because its key is there or its condition does not hold, the statement fails and nothing of it is written.

use sqlx::{AssertSqlSafe, Postgres, pool::PoolConnection};

use super::{
    column::ColumnType,
    db::{Db, Open},
    error::StoreError,
    table::{Insert, Table},
    value::{Arg, Array},
};

/// What the statement divides by where a row is missing.
const DIVISION_BY_ZERO: &str = "22012";

/// The writes, in their order.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    parts: Vec<String>,
    /// What must hold when all is written.
    conditions: Vec<String>,
    /// What is counted beside.
    counted: Vec<String>,
    bound: Vec<(ColumnType, Vec<Arg<'a>>)>,
}

/// A connection that is kept from one batch to the next: taken from the pool anew, it would be tried first.
#[derive(Debug, Default)]
pub(super) struct Lane(Option<PoolConnection<Postgres>>);

impl Lane {
    /// Gives the connection back to the pool.
    pub(super) fn rest(&mut self) {
        self.0 = None;
    }
}

impl<'a> Batch<'a> {
    /// Rows that must all be written. The insert returns those that are.
    pub(super) fn insert_all<T: Table + 'a>(
        &mut self,
        insert: &Insert<T>,
        rows: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), StoreError> {
        let (part, first) = (self.parts.len(), self.bound.len() + 1);
        self.insert(insert, rows)?;
        let Some((holds, _)) = self.bound.get(first - 1) else { return Ok(()) };
        let wanted = format!("CARDINALITY(${first}::{}[])", holds.of_postgres());
        self.conditions.push(format!("(SELECT COUNT(*) FROM p{part}) = {wanted}"));
        Ok(())
    }

    /// Rows of which some may be there already.
    pub(super) fn insert<T: Table + 'a>(
        &mut self,
        insert: &Insert<T>,
        rows: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), StoreError> {
        let columns = insert.columns_of(rows)?;
        if columns.iter().all(|(_, values)| values.is_empty()) {
            return Ok(());
        }
        let sql = insert.of_postgres(self.bound.len() + 1);
        self.parts.push(format!("p{} AS ({sql})", self.parts.len()));
        self.bound.extend(columns);
        Ok(())
    }

    /// Deletes the rows with one of these texts in a column.
    pub(super) fn delete(&mut self, table: &str, column: &str, texts: impl IntoIterator<Item = impl Into<Arg<'a>>>) {
        let Some(number) = self.bind(texts) else { return };
        let sql = format!("DELETE FROM {table} WHERE {column} = ANY(${number}::text[])");
        self.parts.push(format!("p{} AS ({sql})", self.parts.len()));
    }

    /// Notifies whoever listens to a topic, when all is written.
    pub(super) fn notify(&mut self, topic: &'a str, payloads: impl IntoIterator<Item = String>) {
        let Some(payloads) = self.bind(payloads) else { return };
        let Some(topic) = self.bind([topic]) else { return };
        self.counted.push(format!(
            "(SELECT COUNT(pg_notify((${topic}::text[])[1], payload)) FROM UNNEST(${payloads}::text[]) AS payload)"
        ));
    }

    /// The number of a parameter that holds the texts; none for no text.
    fn bind(&mut self, texts: impl IntoIterator<Item = impl Into<Arg<'a>>>) -> Option<usize> {
        let texts: Vec<Arg<'a>> = texts.into_iter().map(Into::into).collect();
        if texts.is_empty() {
            return None;
        }
        self.bound.push((ColumnType::Text, texts));
        Some(self.bound.len())
    }

    /// Runs it. False when a row that must be written is not: then nothing is.
    pub(super) async fn run(&self, db: &Db, lane: &mut Lane) -> Result<bool, StoreError> {
        let Db::Postgres(pool) = db else { return Err(StoreError::TransactionOver) };
        let sql = self.sql();
        #[cfg(test)]
        super::testing::record_arrays(&sql, self.bound.iter().map(|(holds, values)| holds.array(values)));
        let mut query = sqlx::query(AssertSqlSafe(sql.as_str()));
        for (holds, values) in &self.bound {
            query = match holds.array(values) {
                Array::Text(values) => query.bind(values),
                Array::Int(values) => query.bind(values),
                Array::Bytes(values) => query.bind(values),
            };
        }
        // Where this is cut or fails, it is closed.
        let mut open = Open::new(match lane.0.take() {
            Some(connection) => connection,
            None => pool.acquire().await?,
        });
        let written = match query.execute(open.connection()?).await {
            Ok(_) => true,
            Err(sqlx::Error::Database(refused)) if refused.code().as_deref() == Some(DIVISION_BY_ZERO) => false,
            Err(error) => {
                let error = StoreError::from(error);
                // Otherwise the server may have ended the session.
                if error.is_about_the_row() || matches!(error, StoreError::Deadlock | StoreError::Locked) {
                    lane.0 = open.keep();
                }
                return Err(error);
            }
        };
        lane.0 = open.keep();
        Ok(written)
    }

    fn sql(&self) -> String {
        let conditions = if self.conditions.is_empty() { "TRUE".to_owned() } else { self.conditions.join(" AND ") };
        let all = format!("1 / CASE WHEN {conditions} THEN 1 ELSE 0 END");
        let selected: Vec<&str> = std::iter::once(&all).chain(&self.counted).map(String::as_str).collect();
        format!("WITH {} SELECT {}", self.parts.join(", "), selected.join(", "))
    }
}
