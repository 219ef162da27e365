//! One declaration a table. [`table!`] names each column once, beside the field that it holds: what is selected, what is
//! bound and what is read come from that one line, so that no two columns can change places in one of them.
//!
//! [`Insert`] writes many rows: by one statement with `UNNEST` on PostgreSQL; on SQLite, which is called and not asked over
//! a network, by a statement of one row that is prepared once and run for each. One statement of many rows would be slower
//! there: it keeps a journal of its own so that its last row can take back its first, and its rows pass a temporary table
//! where it returns something.

use std::{borrow::Borrow, collections::HashMap, marker::PhantomData};

use super::{
    column::{ColumnType, ColumnValue},
    db::{Db, Tx},
    error::StoreError,
    value::{Arg, Row},
};

/// A row that is kept in a table of its own. Made by [`table!`].
pub(super) trait Table: Sized {
    /// The table's name and columns.
    fn schema() -> &'static Schema;

    /// Adds the values of the columns that are written, in their order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unstorable`] for a value that has no JSON.
    fn bind<'a>(&'a self, values: &mut Values<'a>) -> Result<(), StoreError>;

    /// Reads a row of a statement that selects [`Schema::selected`].
    fn read(row: &Row) -> Result<Self, StoreError>;
}

/// Declares the table that a row is kept in.
///
/// ```ignore
/// table! { EndpointRow in "endpoint" {
///     endpoint: Endpoint { channel, account, address },   // a field that takes three columns
///     conversation,                                       // a field and its column
///     delivery as status,                                 // a field whose column has another name
///     done?: Done { at as done_at, by as done_by },       // all null where the field is None
/// } made {
///     verified_at: |row| row.proof.map(|_| row.at),       // written, never read
/// } counted {
///     moves,                                              // read, written by the store's own statements
/// } }
/// ```
macro_rules! table {
    ($row:ident in $table:literal {
        $( $field:ident $(as $column:ident)?
            $(? : $maybe:ident { $( $in_maybe:ident $(as $maybe_column:ident)? ),+ $(,)? })?
            $(: $part:ident { $( $in_part:ident $(as $part_column:ident)? ),+ $(,)? })? ),+ $(,)?
    } $( made { $( $made:ident : $make:expr ),+ $(,)? } )? $( counted { $( $counted:ident ),+ $(,)? } )?) => {
        impl $crate::store::table::Table for $row {
            fn schema() -> &'static $crate::store::table::Schema {
                static SCHEMA: std::sync::LazyLock<$crate::store::table::Schema> = std::sync::LazyLock::new(|| {
                    let mut schema = $crate::store::table::Schema::new($table);
                    $( $crate::store::table::column!(@declare schema, $row, $field $(as $column)?
                        $(? : $maybe { $( $in_maybe $(as $maybe_column)? ),+ })?
                        $(: $part { $( $in_part $(as $part_column)? ),+ })?); )+
                    $( $( schema.made::<$row, _>(stringify!($made), $make); )+ )?
                    $( $( schema.counted(stringify!($counted)); )+ )?
                    schema
                });
                &SCHEMA
            }

            fn bind<'a>(
                &'a self,
                values: &mut $crate::store::table::Values<'a>,
            ) -> Result<(), $crate::store::error::StoreError> {
                $( $crate::store::table::column!(@bind values, self, $field $(as $column)?
                    $(? : $maybe { $( $in_maybe $(as $maybe_column)? ),+ })?
                    $(: $part { $( $in_part $(as $part_column)? ),+ })?); )+
                $( $( values.made(self, $make)?; )+ )?
                Ok(())
            }

            fn read(row: &$crate::store::value::Row) -> Result<Self, $crate::store::error::StoreError> {
                let mut cells = $crate::store::table::Cells::of(row);
                $( let $field = $crate::store::table::column!(@read cells, $field $(as $column)?
                    $(? : $maybe { $( $in_maybe $(as $maybe_column)? ),+ })?
                    $(: $part { $( $in_part $(as $part_column)? ),+ })?); )+
                $( $( let $counted = cells.take()?; )+ )?
                Ok(Self { $( $field, )+ $( $( $counted, )+ )? })
            }
        }
    };
}
pub(super) use table;

/// One field of [`table!`]: how its columns are declared, bound and read.
macro_rules! column {
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident as $column:ident) => { stringify!($column) };

    (@declare $schema:ident, $row:ty, $field:ident ? : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        $( $schema.kept(
            $crate::store::table::column!(@name $inner $(as $column)?), |part: &$part| &part.$inner
        ); )+
    };
    (@declare $schema:ident, $row:ty, $field:ident : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        $( $schema.kept(
            $crate::store::table::column!(@name $inner $(as $column)?), |row: &$row| &row.$field.$inner
        ); )+
    };
    (@declare $schema:ident, $row:ty, $field:ident $(as $column:ident)?) => {
        $schema.kept($crate::store::table::column!(@name $field $(as $column)?), |row: &$row| &row.$field)
    };

    (@bind $values:ident, $row:expr, $field:ident ? : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        $( $values.part($row.$field.as_ref(), |part: &$part| &part.$inner)?; )+
    };
    (@bind $values:ident, $row:expr, $field:ident : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        $( $values.push(&$row.$field.$inner)?; )+
    };
    (@bind $values:ident, $row:expr, $field:ident $(as $column:ident)?) => { $values.push(&$row.$field)? };

    (@read $cells:ident, $field:ident ? : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        if $cells.skip_nulls([$( stringify!($inner) ),+].len())? {
            None
        } else {
            Some($part { $( $inner: $cells.take()? ),+ })
        }
    };
    (@read $cells:ident, $field:ident : $part:ident { $( $inner:ident $(as $column:ident)? ),+ }) => {
        $part { $( $inner: $cells.take()? ),+ }
    };
    (@read $cells:ident, $field:ident $(as $column:ident)?) => { $cells.take()? };
}
pub(super) use column;

/// A table's name and columns.
#[derive(Debug)]
pub(super) struct Schema {
    table: &'static str,
    written: Vec<(&'static str, ColumnType)>,
    read: Vec<&'static str>,
}

impl Schema {
    pub(super) fn new(table: &'static str) -> Self {
        Self { table, written: Vec::new(), read: Vec::new() }
    }

    /// A column that is written and read. Of `get`, which gets the value that it holds, only the type matters.
    pub(super) fn kept<R, V: ColumnValue>(&mut self, name: &'static str, _get: impl Fn(&R) -> &V) {
        self.written.push((name, V::TYPE));
        self.read.push(name);
    }

    /// A column that is written only.
    pub(super) fn made<R, V: ColumnValue>(&mut self, name: &'static str, _make: impl Fn(&R) -> V) {
        self.written.push((name, V::TYPE));
    }

    /// A column that is read only.
    pub(super) fn counted(&mut self, name: &'static str) {
        self.read.push(name);
    }

    /// The columns that [`Table::read`] reads, in its order, with commas between them.
    pub(super) fn selected(&self) -> String {
        self.read.join(", ")
    }

    /// How many columns [`Table::read`] reads.
    pub(super) fn columns(&self) -> usize {
        self.read.len()
    }

    /// `SELECT … FROM …`; what follows is the caller's.
    pub(super) fn select(&self, rest: &str) -> String {
        format!("SELECT {} FROM {} {rest}", self.selected(), self.table)
    }

    /// The columns that are written, with commas between them.
    fn written_names(&self) -> String {
        self.written.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// The values that rows bind, one row after the other. Texts stay where the rows have them.
#[derive(Debug)]
pub(super) struct Values<'a>(Vec<Arg<'a>>);

impl<'a> Values<'a> {
    pub(super) fn push(&mut self, value: &'a impl ColumnValue) -> Result<(), StoreError> {
        self.0.push(value.to_arg()?);
        Ok(())
    }

    /// The value in a part that may be missing.
    pub(super) fn part<P, V: ColumnValue + 'a>(
        &mut self,
        part: Option<&'a P>,
        get: impl Fn(&P) -> &V,
    ) -> Result<(), StoreError> {
        self.0.push(part.map_or(Ok(V::TYPE.null()), |part| get(part).to_arg())?);
        Ok(())
    }

    /// What `make` makes of the row.
    pub(super) fn made<R, V: ColumnValue>(&mut self, row: &R, make: impl Fn(&R) -> V) -> Result<(), StoreError> {
        self.0.push(make(row).to_arg()?.into_owned());
        Ok(())
    }
}

/// Reads a row's columns one after the other.
pub(super) struct Cells<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Cells<'r> {
    pub(super) fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn take<V: ColumnValue>(&mut self) -> Result<V, StoreError> {
        let column = self.next;
        self.next += 1;
        V::read(self.row, column)
    }

    /// Passes over the next `columns` where the first of them is null, and tells whether it is.
    pub(super) fn skip_nulls(&mut self, columns: usize) -> Result<bool, StoreError> {
        let null = self.row.is_null(self.next)?;
        if null {
            self.next += columns;
        }
        Ok(null)
    }
}

impl Db {
    /// The rows of a table, outside a transaction; `rest` begins with its `WHERE`.
    pub(super) async fn rows<T: Table>(&self, rest: &str, args: &[Arg<'_>]) -> Result<Vec<T>, StoreError> {
        self.fetch(&T::schema().select(rest), args).await?.iter().map(T::read).collect()
    }

    /// The rows of a table that a key names, see [`Db::look_up`].
    pub(super) async fn rows_of_key<T: Table>(&self, rest: &str, args: &[Arg<'_>]) -> Result<Vec<T>, StoreError> {
        self.look_up(&T::schema().select(rest), args).await?.iter().map(T::read).collect()
    }

    /// One row of a table, or none.
    pub(super) async fn row<T: Table>(&self, rest: &str, args: &[Arg<'_>]) -> Result<Option<T>, StoreError> {
        self.fetch_one(&T::schema().select(rest), args).await?.as_ref().map(T::read).transpose()
    }
}

/// An insert into one table, its SQL written once for each engine.
#[derive(Debug)]
pub(super) struct Insert<T> {
    columns: Vec<ColumnType>,
    /// What stands behind the values.
    tail: String,
    /// The column by which PostgreSQL tells which rows it wrote.
    told_by: Option<usize>,
    /// Of one row.
    sqlite: String,
    /// Of any number of rows.
    postgres: String,
    rows: PhantomData<fn(&T)>,
}

impl<T: Table> Insert<T> {
    /// Rows that are not there yet.
    pub(super) fn new() -> Self {
        Self::with("")
    }

    /// With what stands behind the values: `ON CONFLICT …` and `RETURNING …`.
    pub(super) fn with(tail: &str) -> Self {
        let Schema { table, written, .. } = T::schema();
        let names = T::schema().written_names();
        let marks = vec!["?"; written.len()].join(", ");
        Self {
            columns: written.iter().map(|(_, holds)| *holds).collect(),
            tail: tail.to_owned(),
            told_by: None,
            sqlite: format!("INSERT INTO {table} ({names}) VALUES ({marks}) {tail}"),
            postgres: of_postgres::<T>(tail, 1),
            rows: PhantomData,
        }
    }

    /// The same, where some rows may not be written: [`Insert::run_each`] tells which are, by a column that names each. To [`Insert::run`]
    /// SQLite returns nothing.
    pub(super) fn telling(self, column: &str) -> Self {
        let told_by = T::schema().written.iter().position(|(name, _)| *name == column);
        let tail = format!("{} RETURNING {column}", self.tail);
        Self { told_by, postgres: of_postgres::<T>(&tail, 1), tail, ..self }
    }

    /// PostgreSQL's statement, as a part of one that binds others before: its placeholders begin at `first`.
    pub(super) fn of_postgres(&self, first: usize) -> String {
        of_postgres::<T>(&self.tail, first)
    }

    /// The values of each column, those of all rows together.
    pub(super) fn columns_of<'a>(
        &self,
        rows: impl IntoIterator<Item = &'a T>,
    ) -> Result<Vec<(ColumnType, Vec<Arg<'a>>)>, StoreError>
    where
        T: 'a,
    {
        let mut values = Values(Vec::new());
        for row in rows {
            row.bind(&mut values)?;
        }
        let mut columns: Vec<_> = self.columns.iter().map(|holds| (*holds, Vec::new())).collect();
        let width = columns.len();
        for (place, value) in values.0.into_iter().enumerate() {
            columns[place % width].1.push(value);
        }
        Ok(columns)
    }

    /// A row whose `key` is there already takes all the new values, but keeps its `fixed` columns; `tail` follows.
    pub(super) fn upsert(key: &[&str], fixed: &[&str], tail: &str) -> Self {
        let changed = T::schema()
            .written
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !key.contains(*name) && !fixed.contains(*name));
        let changes = changed.map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ");
        Self::with(&format!("ON CONFLICT ({}) DO UPDATE SET {changes} {tail}", key.join(", ")))
    }

    /// Inserts `rows` and returns what the tail returns.
    pub(super) async fn run<R: Borrow<T>>(
        &self,
        tx: &mut Tx,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows: Vec<R> = rows.into_iter().collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if tx.is_sqlite() {
            let width = self.columns.len();
            let mut values = Values(Vec::with_capacity(rows.len() * width));
            for row in &rows {
                row.borrow().bind(&mut values)?;
            }
            return tx.fetch_each(&self.sqlite, width, &values.0).await;
        }
        let columns = self.columns_of(rows.iter().map(Borrow::borrow))?;
        let arrays: Vec<_> = columns.iter().map(|(holds, values)| holds.array(values)).collect();
        tx.fetch_arrays(&self.postgres, &arrays).await
    }

    /// Inserts `rows`, and tells of each whether it was written. Of two with the same name it is the first. On SQLite nothing
    /// is returned for that: the rows of `RETURNING` pass a table of their own there.
    pub(super) async fn run_each<R: Borrow<T>>(&self, tx: &mut Tx, rows: &[R]) -> Result<Vec<bool>, StoreError> {
        let mut values = Values(Vec::with_capacity(rows.len() * self.columns.len()));
        for row in rows {
            row.borrow().bind(&mut values)?;
        }
        let width = self.columns.len();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if tx.is_sqlite() {
            return tx.execute_each(&self.sqlite, width, &values.0).await;
        }
        let mut written: HashMap<Vec<u8>, usize> = HashMap::with_capacity(rows.len());
        for row in self.run(tx, rows.iter().map(Borrow::borrow)).await? {
            let name = match self.told_by.map(|column| self.columns[column]) {
                Some(ColumnType::Bytes) => row.bytes(0)?,
                _ => row.text(0)?.into_bytes(),
            };
            *written.entry(name).or_default() += 1;
        }
        let name = |value: &'_ Arg<'_>| value.bytes().or_else(|| value.text().map(str::as_bytes)).map(<[u8]>::to_vec);
        let names = values.0.chunks(width).map(|row| self.told_by.and_then(|column| name(&row[column])));
        Ok(names
            .map(|name| match name.and_then(|name| written.get_mut(&name)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            })
            .collect())
    }

    /// Inserts one row in a transaction of its own. Returns what the tail returns.
    pub(super) async fn run_alone(&self, db: &Db, row: &T) -> Result<Vec<Row>, StoreError> {
        let mut tx = db.begin().await?;
        let returned = self.run(&mut tx, [row]).await?;
        tx.commit().await?;
        Ok(returned)
    }
}

/// PostgreSQL's insert of any number of rows, with placeholders from `first` on.
fn of_postgres<T: Table>(tail: &str, first: usize) -> String {
    let Schema { table, written, .. } = T::schema();
    let names = T::schema().written_names();
    let arrays = (first..).zip(written).map(|(number, (_, holds))| format!("${number}::{}[]", holds.of_postgres()));
    let arrays = arrays.collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {table} ({names}) SELECT * FROM UNNEST({arrays}) {tail}")
}
