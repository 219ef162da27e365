//! Diagnostics: what is wrong with a file under `flows/`, and where.

use std::fmt;

/// How severe a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flows work, but somebody should look at it.
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

/// An error or a warning at a place in a file.
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

/// How strictly sources are checked for what they lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Files that somebody is editing: whatever is missing is an error.
    #[default]
    Files,
    /// A revision that was complete when it was stored: what only a later version of this program requires is a
    /// warning, and a default replaces it, so that the conversations that began with it go on.
    Stored,
}

/// The problems found so far. A reader goes on after a mistake, so that a person sees all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
    strictness: Strictness,
}

impl Diagnostics {
    pub(crate) fn new(strictness: Strictness) -> Self {
        Self { found: Vec::new(), strictness }
    }

    /// Reports what a revision stored by an earlier version of this program may lack, or have although it means nothing
    /// any more: an error for files, a warning for stored revisions. Every new rule of the check reports by this, and
    /// its message names the default.
    pub(crate) fn outdated(&mut self, file: &str, place: SourcePosition, message: String) {
        match self.strictness {
            Strictness::Files => self.error(file, place, message),
            Strictness::Stored => self.warn(file, place, message),
        }
    }

    pub(crate) fn strictness(&self) -> Strictness {
        self.strictness
    }

    pub(crate) fn push(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }

    pub(crate) fn error(&mut self, file: &str, place: SourcePosition, message: String) {
        self.found.push(Diagnostic::error(file, place, message));
    }

    pub(crate) fn warn(&mut self, file: &str, place: SourcePosition, message: String) {
        self.found.push(Diagnostic { severity: Severity::Warning, ..Diagnostic::error(file, place, message) });
    }

    /// The problems, sorted by file and place.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.found
    }
}
