//! Deadlines of `flows/clocks.yaml` in a dossier: computed when it is sent, and again when a fact that starts one, the peril or
//! the expert's mission changes; or from a day that a handler enters.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::{action::Actor, error::ConversationError, services::Services, time, turn::Turn};
use crate::{
    domain::{
        clock::paris,
        clock_kind::ClockKind,
        fact_name::FactName,
        message::{Author, Body, GUICHET},
    },
    dossier::{Dossier, Status, TimelineEvent},
    flow::{self, ClockEnding, ClockRule, ClockScope, ClockStart, Library, Scope},
    store::{ClockEnd, ClockRow, DueKind, DueRow, MissionState},
};

/// What starts deadlines, by its facts: they are computed anew when one of them changes.
const STARTING: [FactName; 2] = [FactName::LOSS_DATE, FactName::KNOWN_ON];

/// What a rule begins in a dossier.
fn row(rule: &ClockRule, dossier: &Dossier, start: Date, by: &str, library: &Library) -> Option<ClockRow> {
    let zone = paris();
    Some(ClockRow {
        id: id(dossier, rule),
        kind: ClockKind::Rule,
        rule: rule.code.clone(),
        dossier: dossier.id,
        conversation: dossier.conversation,
        insurer: dossier.insurer.clone(),
        owner: rule.owner.clone(),
        assignee: None,
        text: String::new(),
        started_at: start.at(0, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp(),
        due_at: rule.due(start, &zone, library.calendar())?,
        made_by: by.to_owned(),
        ended: None,
    })
}

/// A rule has one clock in a dossier.
fn id(dossier: &Dossier, rule: &ClockRule) -> String {
    format!("{}/{}", dossier.id, rule.code)
}

impl Turn {
    /// Whether something changed that deadlines follow from. Asked after every message.
    pub(super) fn may_change_clocks(&self) -> bool {
        let is_kept = |dossier: &Dossier| dossier.status != Status::Collecting && !dossier.status.is_over();
        let Some(dossier) = self.conversation.dossier.as_deref().filter(|dossier| is_kept(dossier)) else {
            return false;
        };
        let Some(before) = self.was_sent() else { return true };
        before.peril != dossier.peril
            || !self.rows.planning.missions.is_empty()
            || STARTING.iter().any(|fact| self.fact_before(fact) != self.conversation.state.fact(fact))
    }

    /// The dossier as it stood, where it was sent before.
    fn was_sent(&self) -> Option<&Dossier> {
        self.dossier_before().filter(|before| before.status != Status::Collecting)
    }

    /// Keeps the deadlines of the dossier as its facts, its peril and its mission have them now.
    pub(super) async fn keep_clocks(&mut self, services: &Services) -> Result<(), ConversationError> {
        let Some(dossier) = self.conversation.dossier.clone() else { return Ok(()) };
        let library = Arc::clone(&self.conversation.library);
        let is_sent = self.was_sent().is_none();
        let is_mission = !self.rows.planning.missions.is_empty();
        // What is sent has no clocks yet.
        let stored = if is_sent { Vec::new() } else { services.look_ups().clocks(dossier.conversation).await? };
        let today = self.now.to_zoned(paris()).date();
        let sent_to = self.mission_day(&dossier, is_sent, services).await?;
        for rule in library.clocks().iter().filter(|rule| rule.ended_by != Some(ClockEnding::Sent)) {
            let known = stored.iter().find(|clock| clock.id == id(&dossier, rule));
            // A day that a handler entered stands.
            if known.is_some_and(|clock| clock.made_by != GUICHET || clock.ended.is_some()) {
                continue;
            }
            let start = if self.holds(rule, &dossier, &library) {
                let by_mission = rule.from.contains(&ClockStart::Mission).then_some(sent_to).flatten();
                let by_sending = rule.from.contains(&ClockStart::Sent).then_some(today).filter(|_| is_sent);
                let told = rule.started_by_fact(self.conversation.state.facts()).or(by_mission).or(by_sending);
                let restart = sent_to.filter(|_| rule.restarted_by_mission);
                told.map(|start| restart.map_or(start, |restart| restart.max(start)))
            } else {
                None
            };
            let is_over = rule.ended_by == Some(ClockEnding::MissionDone) && is_mission && sent_to.is_none();
            match (start, known) {
                (Some(start), _) => {
                    let Some(clock) = row(rule, &dossier, start, GUICHET, &library) else { continue };
                    if known.is_none_or(|known| known.due_at != clock.due_at || known.started_at != clock.started_at) {
                        self.run_clock(rule, clock, !is_sent);
                    }
                }
                (None, Some(known)) if is_over || !self.holds(rule, &dossier, &library) => {
                    let mut ended = known.clone();
                    ended.ended = Some(ClockEnd { at: self.now, by: GUICHET.to_owned() });
                    self.set_due(DueRow::of(dossier.conversation, DueKind::Clock, &ended.id, None));
                    self.rows.clocks.push(ended);
                }
                (None, _) => {}
            }
        }
        Ok(())
    }

    /// A handler says on which day something happened that starts deadlines.
    pub(super) fn start_clocks(&mut self, actor: &Actor, start: &str, on: Date) -> Result<(), ConversationError> {
        let dossier = self.conversation.dossier.clone().ok_or(ConversationError::NothingDue)?;
        let library = Arc::clone(&self.conversation.library);
        let entered = ClockStart::Entered(start.to_owned());
        let mut begun = Vec::new();
        for rule in library.clocks().iter().filter(|rule| rule.from.contains(&entered)) {
            if self.holds(rule, &dossier, &library)
                && let Some(clock) = row(rule, &dossier, on, &actor.login, &library)
            {
                begun.push((rule, clock));
            }
        }
        if begun.is_empty() {
            return Err(ConversationError::NothingDue);
        }
        self.record(&actor.login, &TimelineEvent::ClockStarted { start: start.to_owned(), on });
        for (rule, clock) in begun {
            self.run_clock(rule, clock, true);
        }
        Ok(())
    }

    /// Warns of a deadline, and sets when that is done next. The person is told where the time is theirs and nobody serves them.
    pub(super) fn warn_of_rule(&mut self, clock: &ClockRow) {
        let library = Arc::clone(&self.conversation.library);
        let next = self.next_of_rule(clock);
        self.set_due(DueRow::of(clock.conversation, DueKind::Clock, &clock.id, next));
        let Some(rule) = library.clocks().get(&clock.rule) else { return };
        let is_over = self.conversation.dossier.as_ref().is_none_or(|dossier| dossier.status.is_over());
        if is_over {
            return;
        }
        let row = &self.conversation.row;
        let last = clock.due_at.to_zoned(paris()).date();
        let told = flow::clock_told(&library, rule, row.language, last);
        let is_passed = clock.due_at <= self.now;
        let hears = row.handler.is_none() && !self.conversation.stopped.contains(&row.endpoint) && !is_passed;
        match told.filter(|_| hears) {
            Some(text) => {
                self.write(Author::Guichet, Body { text, ..Body::default() }, None);
                self.record(GUICHET, &TimelineEvent::ClockTold { rule: rule.code.clone(), due_at: clock.due_at });
            }
            None => self.warn(&clock.id, ClockKind::Rule.name(), rule.code.clone(), clock.due_at),
        }
    }

    fn run_clock(&mut self, rule: &ClockRule, clock: ClockRow, is_noted: bool) {
        let next = self.next_warning(rule, &clock);
        self.set_due(DueRow::of(clock.conversation, DueKind::Clock, &clock.id, next));
        if is_noted {
            self.record(GUICHET, &TimelineEvent::ClockSet { rule: rule.code.clone(), due_at: clock.due_at });
        }
        self.rows.clocks.push(clock);
    }

    /// When a deadline is warned of next; none where its rule is gone or it has passed.
    pub(super) fn next_of_rule(&self, clock: &ClockRow) -> Option<Timestamp> {
        let library = Arc::clone(&self.conversation.library);
        self.next_warning(library.clocks().get(&clock.rule)?, clock)
    }

    /// What people are told is told at a decent hour.
    fn next_warning(&self, rule: &ClockRule, clock: &ClockRow) -> Option<Timestamp> {
        let next = rule.next_warning(clock.started_at, clock.due_at, self.now)?;
        Some(if rule.told.is_some() { time::decent_for(&self.conversation, next) } else { next })
    }

    fn holds(&self, rule: &ClockRule, dossier: &Dossier, library: &Library) -> bool {
        let Some(insurer) = library.insurer(&dossier.insurer) else { return false };
        let today = self.now.to_zoned(paris()).date();
        let scope = Scope { facts: self.conversation.state.facts(), insurer, today };
        rule.holds(ClockScope { peril: &dossier.peril, scope })
    }

    /// The day on which an expert was sent who still comes, or has come.
    async fn mission_day(
        &self,
        dossier: &Dossier,
        is_sent: bool,
        services: &Services,
    ) -> Result<Option<Date>, ConversationError> {
        let day = |at: Timestamp| at.to_zoned(paris()).date();
        if let Some(mission) = self.rows.planning.missions.last() {
            return Ok(mission.state.is_open().then(|| day(mission.ordered_at)));
        }
        if is_sent {
            return Ok(None);
        }
        let mission = services.look_ups().mission(dossier.id).await?.map(|mission| mission.row);
        Ok(mission.filter(|row| row.state != MissionState::Cancelled).map(|row| day(row.ordered_at)))
    }
}
