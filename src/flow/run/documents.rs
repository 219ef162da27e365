//! The files that people send: which wanted document each one answers.
//!
//! A file that was put into a slot is of the slot's kind. Of any other only the order of arrival is known: it is supposed to
//! be what is still missing, which is no proof of anything until the person or a handler says what it is.

use std::ops::ControlFlow;

use super::{
    effect::{Effect, Note, Sorting},
    event::{SentFile, UserMessage},
    interpreter::Interpreter,
    state::{Aside, ConversationMode, Wanted},
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        message::{Body, Input, QuickReply},
    },
    flow::program::{documents::Accepts, steps::StepKind},
    understanding::ChoiceItem,
};

/// How many files that came before any document was wanted are remembered.
const MAX_EARLY: usize = 50;
/// The most kinds that are offered for one file, besides [`OTHER`].
const MAX_KINDS: usize = 7;
/// The kind of a document that is none of those wanted.
const OTHER: &str = "other";
/// What stands before the answer in the payload of a button that says what a file is.
const DOCUMENT: &str = "doc";
const YES: &str = "yes";
const NO: &str = "no";

/// Files of one message that are of one kind.
struct Filing {
    kind: String,
    supposed: bool,
    count: u32,
    files: Vec<usize>,
}

impl Interpreter<'_> {
    /// Adds a document to the wanted ones.
    pub(super) fn want(&mut self, kind: &str, required: bool) {
        match self.state.wanted.iter_mut().find(|wanted| wanted.kind == kind) {
            Some(wanted) if wanted.required || !required => return,
            Some(wanted) => wanted.required = true,
            None => {
                let wanted = Wanted { kind: kind.to_owned(), required, ..Wanted::default() };
                self.state.wanted.push(wanted);
            }
        }
        self.effects.push(Effect::WantDocument { kind: kind.to_owned(), required });
    }

    /// Sets the fact `documents_complete`: whether every required document was received. What is supposed of a file is no
    /// proof.
    pub(super) fn note_completeness(&mut self) {
        let complete = self.state.wanted.iter().all(|wanted| wanted.received > 0 || !wanted.required);
        self.set_fact(FactName::DOCUMENTS_COMPLETE, Value::Bool(complete), Source::Flow);
    }

    pub(super) fn is_complete(&self) -> bool {
        self.state.fact(&FactName::DOCUMENTS_COMPLETE) == Some(&Value::Bool(true))
    }

    /// Whether every required document has come, if what is supposed of the files is true.
    pub(super) fn is_supposed_complete(&self) -> bool {
        self.supposed() > 0 && self.state.wanted.iter().all(|wanted| wanted.has_come() || !wanted.required)
    }

    /// Assigns the files of a message to wanted documents: those in a slot to its kind, the others as it is supposed. Returns
    /// how many could not be assigned.
    pub(super) fn file(&mut self, files: &[SentFile]) -> usize {
        let mut filings = Vec::new();
        let mut left = 0;
        for (at, file) in files.iter().enumerate() {
            let slot = file.slot.as_deref().filter(|kind| self.library.document(kind).is_some());
            if let Some(kind) = slot {
                self.want(kind, false);
                self.count(kind, |wanted| wanted.received += 1);
                note(&mut filings, kind, false, Some(at));
            } else if let Some(kind) = self.suppose(&file.media_type) {
                note(&mut filings, &kind, true, Some(at));
            } else {
                left += 1;
                if self.state.early.len() < MAX_EARLY {
                    self.state.early.push(file.media_type.clone());
                }
            }
        }
        let filed = !filings.is_empty();
        self.file_all(filings);
        if filed {
            self.note_completeness();
        }
        left
    }

    /// Assigns the files that came before any document was wanted.
    pub(super) fn file_early(&mut self) {
        let mut filings = Vec::new();
        for media_type in std::mem::take(&mut self.state.early) {
            match self.suppose(&media_type) {
                Some(kind) => note(&mut filings, &kind, true, None),
                None => self.state.early.push(media_type),
            }
        }
        self.file_all(filings);
    }

    fn file_all(&mut self, filings: Vec<Filing>) {
        for Filing { kind, supposed, count, files } in filings {
            self.effects.push(Effect::FileDocuments { kind, count, files, supposed });
        }
    }

    /// What a file without a slot is supposed to be, by what is missing: required documents first, then optional ones, then
    /// those of which files came already.
    fn suppose(&mut self, media_type: &str) -> Option<String> {
        let library = self.library;
        let is_photo =
            |wanted: &Wanted| library.document(&wanted.kind).is_some_and(|document| document.accepts == Accepts::Photo);
        // While required photos are missing, a picture counts as one of them, and not as a photographed paper.
        let awaited = |wanted: &Wanted| wanted.required && !wanted.has_come() && is_photo(wanted);
        let only_photos = media_type.starts_with("image/") && self.state.wanted.iter().any(awaited);
        let fits = |wanted: &&mut Wanted| {
            library.document(&wanted.kind).is_none_or(|document| document.accepts.accepts(media_type))
                && (!only_photos || is_photo(wanted))
        };
        let rank = |wanted: &Wanted| (wanted.has_come(), !wanted.required);
        let wanted = self.state.wanted.iter_mut().filter(fits).min_by_key(|wanted| rank(wanted))?;
        wanted.supposed += 1;
        Some(wanted.kind.clone())
    }

    fn count(&mut self, kind: &str, change: impl FnOnce(&mut Wanted)) {
        if let Some(wanted) = self.state.wanted.iter_mut().find(|wanted| wanted.kind == kind) {
            change(wanted);
        }
    }

    /// How many files are supposed to be something.
    pub(super) fn supposed(&self) -> u32 {
        self.state.wanted.iter().map(|wanted| wanted.supposed).sum()
    }

    /// The names of the wanted documents that are missing. What is supposed to have come is not asked for again.
    pub(super) fn missing_documents(&self, required: bool) -> String {
        let missing = self.state.wanted.iter().filter(|wanted| !wanted.has_come() && wanted.required == required);
        missing.map(|wanted| self.document_name(&wanted.kind)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn document_name(&self, kind: &str) -> String {
        self.library.document(kind).map_or(kind, |document| document.name.get(self.state.language)).to_owned()
    }

    /// Asks what the files are of which it is only supposed: of one file the kind, of several whether it is right.
    pub(super) fn ask_about_files(&mut self) {
        self.state.aside = Some(Aside::Files);
        let button = |value: &str, label: String| QuickReply { payload: format!("{DOCUMENT}={value}"), label };
        let (text, buttons, input) = if self.supposed() == 1 {
            let kinds = self.kinds_of_one();
            let buttons: Vec<QuickReply> = kinds.iter().map(|kind| button(kind, self.document_name(kind))).collect();
            (self.words().say("files_which"), buttons, Input::Choice)
        } else {
            let name = |wanted: &Wanted| match wanted.supposed {
                1 => self.document_name(&wanted.kind),
                count => format!("{} ({count})", self.document_name(&wanted.kind)),
            };
            let supposed = self.state.wanted.iter().filter(|wanted| wanted.supposed > 0);
            let list = supposed.map(name).collect::<Vec<_>>().join(", ");
            let text = self.words().say_with("files_supposed", &[("list", list.into())]);
            let buttons = vec![
                button(YES, self.words().say("button_files_right")),
                button(NO, self.words().say("button_files_wrong")),
            ];
            (text, buttons, Input::YesNo)
        };
        let text = self.with_preface(text);
        let quick_replies = self.unless_by_sms(buttons);
        self.effects.push(Effect::Say { body: Body { text, quick_replies, input: Some(input), ..Body::default() } });
    }

    /// What one file may be: what it is supposed to be, what else is missing, or another document.
    fn kinds_of_one(&self) -> Vec<String> {
        let mut wanted: Vec<&Wanted> =
            self.state.wanted.iter().filter(|wanted| wanted.received == 0 || wanted.supposed > 0).collect();
        wanted.sort_by_key(|wanted| (wanted.supposed == 0, !wanted.required));
        let mut kinds: Vec<String> = wanted.into_iter().map(|wanted| wanted.kind.clone()).take(MAX_KINDS).collect();
        if !kinds.iter().any(|kind| kind == OTHER) && self.library.document(OTHER).is_some() {
            kinds.push(OTHER.to_owned());
        }
        kinds
    }

    /// Takes what the person says about files that were asked about. Whatever else they say goes on as if nothing had been
    /// asked: a handler sees the files.
    pub(super) fn take_answer_about_files(&mut self, message: &UserMessage) -> ControlFlow<()> {
        if self.state.aside != Some(Aside::Files) {
            return ControlFlow::Continue(());
        }
        self.state.aside = None;
        if message.choice.is_some() || !message.files.is_empty() {
            return ControlFlow::Continue(());
        }
        let sorting = if self.supposed() == 1 {
            self.kind_said().map(Sorting::As)
        } else {
            self.yes_or_no().map(|right| if right { Sorting::AsSupposed } else { Sorting::Unknown })
        };
        let Some(sorting) = sorting else { return ControlFlow::Continue(()) };
        self.sort(sorting);
        ControlFlow::Break(())
    }

    /// The kind that the message names for the one file.
    fn kind_said(&self) -> Option<String> {
        let kinds = self.kinds_of_one();
        let items = kinds.iter().filter_map(|kind| {
            let label = self.library.document(kind)?.name.clone();
            Some(ChoiceItem { value: kind.clone(), label, ..ChoiceItem::default() })
        });
        self.choice_among(self.parsed.as_ref()?, items)
    }

    /// Handles a pressed button that says what files are.
    pub(super) fn pressed_about_files(&mut self, value: &str) {
        let sorting = match (value, self.supposed()) {
            (_, 0) => None,
            (YES, _) => Some(Sorting::AsSupposed),
            (NO, _) => Some(Sorting::Unknown),
            (kind, 1) if self.library.document(kind).is_some() => Some(Sorting::As(kind.to_owned())),
            _ => None,
        };
        match sorting {
            Some(sorting) => self.sort(sorting),
            None if self.may_go_on() => self.ask_pending(),
            None => self.flush(),
        }
    }

    /// It is said what the files are of which it was only supposed.
    fn sort(&mut self, sorting: Sorting) {
        let was_complete = self.is_complete();
        if let Sorting::As(kind) = &sorting {
            self.want(kind, false);
            self.count(kind, |wanted| wanted.received += 1);
        }
        for wanted in &mut self.state.wanted {
            let supposed = std::mem::take(&mut wanted.supposed);
            if sorting == Sorting::AsSupposed {
                wanted.received += supposed;
            }
        }
        let unknown = sorting == Sorting::Unknown;
        self.effects.push(Effect::SortDocuments(sorting));
        self.note_completeness();
        self.state.failures = 0;
        self.parsed = None;
        let text = self.words().say(if unknown { "files_unknown" } else { "files_sorted" });
        self.preface.push(text);
        // Nothing is asked for again that may be among them.
        if unknown && self.collects() {
            self.mark_done();
            self.next();
        }
        self.after_sorting(was_complete);
    }

    /// Whether the flow is past its decision, which documents that come make again.
    fn is_decided(&self) -> bool {
        matches!(self.state.mode, ConversationMode::Ended | ConversationMode::Waiting { resume: false })
    }

    /// Whether the flow waits for documents.
    fn collects(&self) -> bool {
        matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Collect(_)))
    }

    /// A handler says what one file is, which was filed as `was`.
    pub(super) fn document_sorted(&mut self, was: Option<&str>, was_supposed: bool, kind: &str) {
        let was_complete = self.is_complete();
        if let Some(was) = was {
            self.count(was, |wanted| {
                let count = if was_supposed { &mut wanted.supposed } else { &mut wanted.received };
                *count = count.saturating_sub(1);
            });
        }
        self.want(kind, false);
        self.count(kind, |wanted| wanted.received += 1);
        self.note_completeness();
        let asked = self.state.aside == Some(Aside::Files);
        if asked && self.supposed() > 0 {
            return;
        }
        if asked {
            self.state.aside = None;
        }
        let decides = !was_complete && self.is_complete() && self.is_decided();
        // Whoever was asked about the files is asked what comes next; anybody else has not noticed anything.
        if asked || decides {
            self.after_sorting(was_complete);
        }
    }

    /// Goes on when it is known what the files are: with the decision, where they were the last that were missing.
    fn after_sorting(&mut self, was_complete: bool) {
        if !was_complete && self.is_complete() && self.is_decided() {
            self.effects.push(Effect::Note(Note::DocumentsCompleted));
            self.run_again();
            return;
        }
        if self.state.mode != ConversationMode::Flow {
            self.flush();
            return;
        }
        if !self.collects() || !self.collected(false) {
            self.run();
        }
    }
}

fn note(filings: &mut Vec<Filing>, kind: &str, supposed: bool, file: Option<usize>) {
    let at = filings.iter().position(|filing| filing.kind == kind && filing.supposed == supposed);
    let at = at.unwrap_or_else(|| {
        filings.push(Filing { kind: kind.to_owned(), supposed, count: 0, files: Vec::new() });
        filings.len() - 1
    });
    filings[at].count += 1;
    filings[at].files.extend(file);
}
