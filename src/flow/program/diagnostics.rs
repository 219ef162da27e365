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

/// Whose sources are compiled, and so how strict the check is with what they lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Files that somebody is writing: whatever is missing is an error.
    #[default]
    Files,
    /// A revision that was whole when it was stored: what a later version of this program asks for is a warning, and
    /// something sensible stands in, so that the conversations that began with it go on.
    Stored,
}

/// All that was found so far: a reader goes on after a mistake, so that a person sees them all at once.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
    strictness: Strictness,
}

impl Diagnostics {
    pub(crate) fn new(strictness: Strictness) -> Self {
        Self { found: Vec::new(), strictness }
    }

    /// Something is missing, or means nothing any more, that a revision stored by an earlier version of this program may
    /// well lack or have: every rule that is added to the check reports by this, and says what stands in.
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

    /// The problems by file and place.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.found
    }
}
