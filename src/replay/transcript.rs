//! Transcripts: what was said, and what Guichet must answer.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Span, Timestamp, civil};

use super::{
    outcome::{Difference, Outcome, Shown},
    player::{Player, ReplayError},
};
use crate::{
    contract::Policy,
    conversation::{Action, Actor, Input, files::Files},
    domain::{
        clock::paris,
        fact_name::FactName,
        id::{DocumentId, Ids},
        language::Language,
        message::{Attachment, Body, Channel},
    },
    flow::{Coverage, Library, SentFile},
};

/// A transcript that was read.
#[derive(Debug)]
pub struct Transcript {
    pub name: String,
    pub(super) flow: String,
    pub(super) insurer: String,
    pub(super) at: civil::DateTime,
    pub(super) language: Language,
    pub(super) channel: Channel,
    /// Where the person writes from, where that tells something of them.
    pub(super) address: Option<String>,
    /// Policies that the register holds beside those of the demonstration.
    pub(super) policies: Vec<Policy>,
    pub(super) shows: BTreeSet<Shown>,
    pub(super) turns: Vec<Expected>,
}

/// What happens in a turn, and what it must lead to.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) line: u32,
    pub(super) happens: Happening,
    /// The clock moves before it.
    pub(super) later: Span,
    pub(super) outcome: Outcome,
}

/// What happens in a turn of a transcript.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// The chat's window opens.
    Opens,
    /// The person writes, presses a button or sends files.
    Writes {
        text: String,
        choice: Option<String>,
        files: Vec<SentFile>,
    },
    Edits(FactName),
    Speaks(Language),
    /// The person comes to this channel with what they were given.
    ComesBy(Channel),
    /// Nothing is heard until the conversation's timer goes off.
    Silence,
    /// A handler acts.
    Handler(Action),
}

/// Plays a transcript, tells where it goes otherwise than expected, and notes the steps that it reaches.
///
/// # Errors
///
/// A turn that the service would refuse, and a state that does not come back from the store, with the line of the turn.
pub fn run(
    transcript: &Transcript,
    library: &Arc<Library>,
    register: &[Policy],
    coverage: &mut Coverage,
) -> Result<Vec<Difference>, ReplayError> {
    let outcomes = transcript.play(library, register, coverage)?;
    let turns = transcript.turns.iter().zip(outcomes);
    Ok(turns
        .filter(|(turn, got)| turn.outcome != *got)
        .map(|(turn, got)| Difference { line: turn.line, expected: turn.outcome.clone(), got })
        .collect())
}

/// The transcript's source with what is now answered; comments and everything that was said stay.
///
/// # Errors
///
/// As [`run`].
pub fn update(
    transcript: &Transcript,
    source: &str,
    library: &Arc<Library>,
    register: &[Policy],
) -> Result<String, ReplayError> {
    let outcomes = transcript.play(library, register, &mut Coverage::default())?;
    let expectations: Vec<String> =
        ["hears", "facts", "does"].into_iter().chain(Shown::ALL.map(Shown::key)).map(|key| format!("{key}:")).collect();
    let mut updated = String::new();
    let mut at = 0;
    // Where the turn under way began, and whether a line belongs to an expectation that is being replaced.
    let mut indent = 0;
    let mut replacing = false;
    let mut open = false;
    let starts: Vec<usize> = transcript.turns.iter().map(|turn| turn.line as usize).collect();
    for (number, line) in source.lines().enumerate() {
        let spaces = line.len() - line.trim_start().len();
        if starts.contains(&(number + 1)) {
            if open {
                outcomes[at].write(&mut updated, indent);
                at += 1;
            }
            (open, replacing, indent) = (true, false, spaces + 2);
        } else if open && spaces == indent && !line.trim().is_empty() {
            replacing = expectations.iter().any(|expected| line.trim_start().starts_with(expected));
        } else if open && spaces < indent && !line.trim().is_empty() {
            replacing = false;
        }
        if !replacing {
            updated.push_str(line);
            updated.push('\n');
        }
    }
    if open {
        outcomes[at].write(&mut updated, indent);
    }
    Ok(updated)
}

impl Transcript {
    /// What every turn leads to.
    fn play(
        &self,
        library: &Arc<Library>,
        register: &[Policy],
        coverage: &mut Coverage,
    ) -> Result<Vec<Outcome>, ReplayError> {
        let policies = self.policies.iter().chain(register).cloned().collect();
        let mut player = Player::new(Arc::clone(library), &self.insurer, policies)
            .in_language(self.language)
            .at(self.channel, self.address.as_deref())
            .beginning_with(&self.flow);
        let mut at = self.at;
        // The files' identifiers are none of those that turns make.
        let files = Ids::counted_from(0);
        let mut outcomes = Vec::with_capacity(self.turns.len());
        for turn in &self.turns {
            at = at.saturating_add(turn.later);
            let mut now = at.to_zoned(paris()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
            if let (Happening::Silence, Some(due)) = (&turn.happens, player.wakes_at())
                && due > now
            {
                now = due;
                at = due.to_zoned(paris()).datetime();
            }
            if let Happening::ComesBy(channel) = turn.happens {
                player.move_to(channel);
            }
            let before = player.dossier().cloned();
            let played = player.play(turn.happens.input(&files, now), now).map_err(|error| error.at_line(turn.line))?;
            outcomes.push(Outcome::of(&played, before.as_ref(), &self.shows));
        }
        coverage.add(player.take_coverage());
        Ok(outcomes)
    }
}

impl Happening {
    fn input(&self, ids: &Ids, now: Timestamp) -> Input {
        match self.clone() {
            Self::Opens => Input::Open,
            Self::Writes { text, choice, files } => {
                let attachments = files.into_iter().map(|file| attachment(ids.next(now), file)).collect();
                let body = Body { text, choice, attachments, ..Body::default() };
                Input::Message { body, client_id: None, files: Files::default(), settle: false }
            }
            Self::Edits(fact) => Input::Edit { fact },
            Self::Speaks(language) => Input::SpeakLanguage(language),
            Self::ComesBy(_) => Input::SwitchChannel { body: Body::default(), client_id: None },
            Self::Silence => Input::Wake,
            Self::Handler(action) => {
                let actor = Actor { login: "claire".to_owned(), name: "Claire Martin".to_owned() };
                Input::Handler { actor, action }
            }
        }
    }
}

fn attachment(document: DocumentId, SentFile { media_type, slot }: SentFile) -> Attachment {
    Attachment { document, name: String::new(), media_type, bytes: 0, remark: None, slot }
}
