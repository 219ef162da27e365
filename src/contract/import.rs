//! Reads policies from a CSV file and names every error by its line and column.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::Read,
    ops::RangeInclusive,
};

use jiff::civil::Date;

use super::{Cover, Policy, search::number_key};

/// The columns of the file: the help of `guichet import policies`.
pub const COLUMNS: &str = "\
The file is CSV in UTF-8 with a header line; fields are separated by commas or by semicolons. Columns, in any order:

  insurer           the insurer's id, as in flows/insurers              required
  number            the policy's number                                 required
  last_name         the policyholder's last name                        required
  first_name        the policyholder's first name
  birth_date        YYYY-MM-DD
  phone, email
  address           the insured place                                   required
  postcode          of the insured place, five digits
  city              of the insured place                                required
  starts_on         first day in force, YYYY-MM-DD                      required
  ends_on           first day no longer in force, YYYY-MM-DD
  suspended_on      suspended since, YYYY-MM-DD
  perils            what is covered, separated by |                     required
                    a peril may bring its own deductible, limit and days
                    to declare: water_damage|burglary:200:10000:3|fire:::10
  deductible        in euros, for perils without their own
  limit             in euros, for perils without their own
  declaration_days  working days to declare, where the policy grants
                    another delay than the law's general one; not for
                    thefts and what else has a delay of its own by law

A policy whose number the insurer has already is replaced. Nothing is imported when a line is wrong.
Example: flows/demo/policies.csv";

/// How many errors are listed; the rest is only counted.
const MAX_ERRORS: usize = 20;

/// How many days a policy may give for declaring a loss.
const DAYS_TO_DECLARE: RangeInclusive<u32> = 1..=365;

const REQUIRED: [&str; 7] = ["insurer", "number", "last_name", "address", "city", "starts_on", "perils"];
const OPTIONAL: [&str; 10] = [
    "first_name",
    "birth_date",
    "phone",
    "email",
    "postcode",
    "ends_on",
    "suspended_on",
    "deductible",
    "limit",
    "declaration_days",
];

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file cannot be read: {0}")]
    Unreadable(csv::Error),
    #[error("line 1: {0}; see `guichet import policies --help`")]
    Header(String),
    #[error("nothing was imported:\n{}", .0.join("\n"))]
    Lines(Vec<String>),
}

/// Reads all policies of a file.
///
/// # Errors
///
/// Everything that is wrong with the file, by line and column: a file with one error gives no policy.
pub fn read_policies(mut file: impl Read) -> Result<Vec<Policy>, ImportError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| ImportError::Unreadable(error.into()))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if first_line.contains(&b';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(true).from_reader(bytes);
    let columns = columns_of(reader.headers().map_err(ImportError::Unreadable)?)?;

    let mut policies = Vec::new();
    let mut numbers = HashSet::new();
    let mut errors = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(format!("line {}: the text is not UTF-8", error.position().map_or(0, csv::Position::line)));
                continue;
            }
        };
        let number = record.position().map_or(0, csv::Position::line);
        let mut line = Line { number, record: &record, columns: &columns, errors: &mut errors };
        if let Some(policy) = line.policy() {
            if !numbers.insert((policy.insurer.clone(), number_key(&policy.number))) {
                line.fail("number", "stands on an earlier line too");
            }
            policies.push(policy);
        }
    }
    if errors.is_empty() {
        return Ok(policies);
    }
    let more = errors.len().saturating_sub(MAX_ERRORS);
    errors.truncate(MAX_ERRORS);
    if more > 0 {
        errors.push(format!("and {more} more"));
    }
    Err(ImportError::Lines(errors))
}

fn columns_of(header: &csv::StringRecord) -> Result<HashMap<&'static str, usize>, ImportError> {
    let known = || REQUIRED.into_iter().chain(OPTIONAL);
    let mut columns = HashMap::new();
    for (at, name) in header.iter().enumerate() {
        let Some(column) = known().find(|column| *column == name) else {
            return Err(ImportError::Header(format!("the column `{name}` is not known")));
        };
        if columns.insert(column, at).is_some() {
            return Err(ImportError::Header(format!("the column `{name}` stands twice")));
        }
    }
    match REQUIRED.iter().find(|column| !columns.contains_key(**column)) {
        Some(column) => Err(ImportError::Header(format!("the column `{column}` is missing"))),
        None => Ok(columns),
    }
}

/// A line that is being read. Errors are noted and reading goes on, so that a person sees all of them at once.
struct Line<'a> {
    number: u64,
    record: &'a csv::StringRecord,
    columns: &'a HashMap<&'static str, usize>,
    errors: &'a mut Vec<String>,
}

impl Line<'_> {
    fn policy(&mut self) -> Option<Policy> {
        let before = self.errors.len();
        let (deductible, limit) = (self.amount("deductible"), self.amount("limit"));
        let policy = Policy {
            insurer: self.required("insurer"),
            number: self.required("number"),
            last_name: self.required("last_name"),
            first_name: self.text("first_name").unwrap_or_default(),
            birth_date: self.date("birth_date"),
            phone: self.text("phone"),
            email: self.text("email"),
            address: self.required("address"),
            postcode: self.postcode(),
            city: self.required("city"),
            starts_on: self.starts_on(),
            ends_on: self.date("ends_on"),
            suspended_on: self.date("suspended_on"),
            covers: self.covers(deductible, limit),
            declaration_days: self.days(),
        };
        (self.errors.len() == before).then_some(policy)
    }

    fn fail(&mut self, column: &str, what: &str) {
        self.errors.push(format!("line {}, column {column}: {what}", self.number));
    }

    fn text(&self, column: &str) -> Option<String> {
        let text = self.record.get(*self.columns.get(column)?)?;
        (!text.is_empty()).then(|| text.replace('\0', ""))
    }

    fn required(&mut self, column: &str) -> String {
        self.text(column).unwrap_or_else(|| {
            self.fail(column, "is empty");
            String::new()
        })
    }

    fn date(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.fail(column, &format!("`{text}` is not a date (YYYY-MM-DD)"));
        }
        date
    }

    fn starts_on(&mut self) -> Date {
        if self.text("starts_on").is_none() {
            self.fail("starts_on", "is empty");
        }
        self.date("starts_on").unwrap_or_default()
    }

    fn postcode(&mut self) -> Option<String> {
        let text = self.text("postcode")?;
        if text.len() != 5 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.fail("postcode", &format!("`{text}` is not a French postcode (five digits)"));
        }
        Some(text)
    }

    fn days(&mut self) -> Option<u32> {
        let text = self.text("declaration_days")?;
        let days = text.parse().ok().filter(|days| DAYS_TO_DECLARE.contains(days));
        if days.is_none() {
            self.fail("declaration_days", &format!("`{text}` is not a number of days"));
        }
        days
    }

    fn amount(&mut self, column: &str) -> Option<i64> {
        let text = self.text(column)?;
        let cents = cents(&text);
        if cents.is_none() {
            self.fail(column, &format!("`{text}` is not an amount in euros (150 or 150.50)"));
        }
        cents
    }

    fn covers(&mut self, deductible: Option<i64>, limit: Option<i64>) -> BTreeMap<String, Cover> {
        let perils = self.required("perils");
        let mut covers = BTreeMap::new();
        for cover in perils.split('|').map(str::trim).filter(|cover| !cover.is_empty()) {
            let mut parts = cover.split(':').map(str::trim);
            let peril = parts.next().unwrap_or_default();
            let mut own = |otherwise| match parts.next() {
                None | Some("") => Some(otherwise),
                Some(text) => cents(text).map(Some),
            };
            let (deductible, limit) = (own(deductible), own(limit));
            let declaration_days = match parts.next() {
                None | Some("") => Some(None),
                Some(text) => text.parse().ok().filter(|days| DAYS_TO_DECLARE.contains(days)).map(Some),
            };
            let (Some(deductible), Some(limit), Some(declaration_days)) = (deductible, limit, declaration_days) else {
                self.fail("perils", &format!("`{cover}` is not peril:deductible:limit:days"));
                continue;
            };
            if parts.next().is_some() || !peril.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                self.fail("perils", &format!("`{cover}` is not peril:deductible:limit:days"));
                continue;
            }
            covers.insert(peril.to_owned(), Cover { deductible, limit, declaration_days });
        }
        covers
    }
}

/// Euros with at most two decimals, with a point or a comma, to cents.
fn cents(text: &str) -> Option<i64> {
    let (euros, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if euros.is_empty() || !digits(euros) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    let euros: i64 = euros.parse().ok()?;
    let cents: i64 = format!("{decimals:0<2}").parse().ok()?;
    euros.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests;
