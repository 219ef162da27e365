//! What is wrong with a file under `flows/`, and where.

use std::fmt;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flows work, but somebody should look.
    Warning,
    /// The flows are refused.
    Error,
}

/// A place in a file, counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourcePosition {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// One mistake or doubt, at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub severity: Severity,
    pub message: String,
}

impl Diagnostic {
    pub(crate) fn error(file: &str, place: SourcePosition, message: String) -> Self {
        let SourcePosition { line, column } = place;
        Self { file: file.to_owned(), line, column, severity: Severity::Error, message }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}:{}:{}: {severity}: {}", self.file, self.line, self.column, self.message)
    }
}

/// All that was found so far: a reader goes on after a mistake, so that a person sees them all at once.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn push(&mut self, problem: Diagnostic) {
        self.0.push(problem);
    }

    pub(crate) fn error(&mut self, file: &str, place: SourcePosition, message: String) {
        self.0.push(Diagnostic::error(file, place, message));
    }

    pub(crate) fn warn(&mut self, file: &str, place: SourcePosition, message: String) {
        self.0.push(Diagnostic { severity: Severity::Warning, ..Diagnostic::error(file, place, message) });
    }

    /// The problems by file and place.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.0
    }
}
