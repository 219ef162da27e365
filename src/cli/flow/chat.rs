//! `guichet flow chat`: a conversation in the terminal. Nothing is stored.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use jiff::{Timestamp, civil};

use super::{super::CliError, library, say, unknown_flow};
use crate::{
    config::Config,
    contract::{Policy, read_policies},
    conversation::{Input, files::Files},
    domain::{
        clock::{Clock, paris},
        id::Ids,
        language::Language,
        message::{Attachment, Author, Body, Channel},
    },
    flow::Effect,
    replay::Player,
};

/// Arguments of `guichet flow chat`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Chat {
    /// The flow to begin with.
    #[arg(default_value = "opening")]
    flow: String,
    /// The date and time that the flow sees, such as 2026-11-20T10:00; now when it is left out.
    #[arg(long)]
    at: Option<civil::DateTime>,
    #[arg(long, default_value = "fr")]
    lang: String,
    #[arg(long, default_value = "demo")]
    insurer: String,
    /// Policies to be found, as for `guichet import policies`; the demonstration's when it is left out.
    #[arg(long)]
    policies: Option<PathBuf>,
    /// Print the facts and decisions as they come.
    #[arg(long, short)]
    verbose: bool,
    /// The flows' folder.
    #[arg(long)]
    folder: Option<PathBuf>,
}

const HELP: &str = "(Answer with words or a number. /photo sends a photo, an empty line or Ctrl+D ends.)";

impl Chat {
    pub(in crate::cli) fn run(self, config: &Config) -> Result<(), CliError> {
        let library = Arc::new(library(config, self.folder.clone())?);
        library.flow(&self.flow).ok_or_else(|| unknown_flow(&library, &self.flow))?;
        let mut talk = Talk {
            player: Player::new(library, &self.insurer, self.policies()?)
                .in_language(Language::from_tag(&self.lang))
                .at(Channel::Web, None)
                .beginning_with(&self.flow),
            at: self.at,
            verbose: self.verbose,
            quick_replies: Vec::new(),
        };
        if std::io::stdin().is_terminal() {
            say(HELP);
        }
        talk.tell(Input::Open)?;
        let mut lines = std::io::stdin().lock().lines();
        loop {
            prompt();
            match lines.next() {
                Some(Ok(line)) if !line.trim().is_empty() => talk.tell(talk.input(line.trim()))?,
                _ => return Ok(()),
            }
        }
    }

    fn policies(&self) -> Result<Vec<Policy>, CliError> {
        let Some(path) = &self.policies else { return Ok(read_policies(super::super::demo::POLICIES.as_bytes())?) };
        let file =
            std::fs::File::open(path).map_err(|error| CliError::File { path: path.display().to_string(), error })?;
        Ok(read_policies(file)?)
    }
}

/// The conversation in the terminal.
struct Talk {
    player: Player,
    at: Option<civil::DateTime>,
    verbose: bool,
    /// The payloads of the last message's buttons, so that a number chooses.
    quick_replies: Vec<String>,
}

impl Talk {
    fn now(&self) -> Timestamp {
        let fixed = self.at.and_then(|at| at.to_zoned(paris()).ok());
        fixed.map_or_else(|| Clock::system().now(), |at| at.timestamp())
    }

    fn input(&self, line: &str) -> Input {
        let mut body = Body::default();
        if line == "/photo" {
            body.attachments.push(Attachment {
                document: Ids::Random.next(self.now()),
                name: "photo.jpg".to_owned(),
                media_type: "image/jpeg".to_owned(),
                bytes: 0,
                remark: None,
                slot: None,
            });
        } else {
            let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            body.choice = number.and_then(|at| self.quick_replies.get(at)).cloned();
            if body.choice.is_none() {
                line.clone_into(&mut body.text);
            }
        }
        Input::Message { body, client_id: None, files: Files::default(), settle: false }
    }

    fn tell(&mut self, input: Input) -> Result<(), CliError> {
        let now = self.now();
        let played = self.player.play(input, now)?;
        for message in played.commit.rows.messages.iter().filter(|message| message.author != Author::Policyholder) {
            self.show(&message.body);
        }
        if self.verbose {
            for effect in played.effects.iter().filter(|effect| !matches!(effect, Effect::Say { .. })) {
                say(format_args!("    [{}]", serde_json::to_string(effect).unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn show(&mut self, body: &Body) {
        let mark = if body.urgent { "(!) " } else { "" };
        if let Some(left) = body.left {
            say(format_args!("  [{left}]"));
        }
        say(format_args!("  {mark}{}", body.text.replace('\n', "\n  ")));
        for line in &body.summary {
            say(format_args!("    {}: {}", line.label, line.value));
        }
        for (number, reply) in (1..).zip(&body.quick_replies) {
            say(format_args!("    {number}. {}", reply.label));
        }
        self.quick_replies = body.quick_replies.iter().map(|reply| reply.payload.clone()).collect();
    }
}

#[expect(clippy::print_stdout, reason = "a prompt stands on the line where the person writes")]
fn prompt() {
    print!("> ");
    // A terminal that cannot be flushed shows no prompt and works otherwise.
    let _ = std::io::stdout().flush();
}
