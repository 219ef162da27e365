//! Gives new dossiers to members of their desks, and takes back what is urgent from who is not here.
//!
//! It runs beside the conversations and costs a message nothing: it looks when something changed, and while nobody is at the
//! console it does not even look. What it finds becomes a turn like a handler's act, which does nothing where somebody was
//! faster, so that several nodes may run it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    conversation::{Action, Actor, Because},
    domain::{
        clock::{Clock, paris},
        desk::Desk,
        message::GUICHET,
        priority::Priority,
    },
    dossier::{Colleague, choose},
    flow::Library,
    identity::{Permission, Reach, Scope},
    intake::{Intake, IntakeError},
    store::{Engine, HandlerRow, IDLE, InboxFilter, StoreError},
};

/// How long it waits after a change for those that follow.
const REST: Duration = Duration::from_secs(1);
/// How often it looks although it heard of no change: somebody came, or a desk opened.
const LOOK_AGAIN: Duration = Duration::from_secs(20);
/// The most dossiers of a desk that it looks at in one go.
const AT_ONCE: usize = 20;

/// Gives dossiers to people. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Assigner {
    store: Engine,
    intake: Intake,
    clock: Clock,
}

/// Why dossiers could not be given to people.
#[derive(Debug, thiserror::Error)]
pub enum AssignmentError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl Assigner {
    pub fn new(store: Engine, intake: Intake, clock: Clock) -> Self {
        Self { store, intake, clock }
    }

    /// Gives dossiers to people for as long as the service runs.
    pub async fn run(self) {
        let mut changes = self.intake.listen_to_all();
        loop {
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "new dossiers cannot be given to people at the moment");
            }
            let _ = tokio::time::timeout(LOOK_AGAIN, changes.next()).await;
            tokio::time::sleep(REST).await;
        }
    }

    /// Gives what is new to who is here, and back to its desk what is urgent and held by who is not. Returns how many
    /// dossiers it looked at.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or a turn fails.
    pub async fn look(&self) -> Result<usize, AssignmentError> {
        let now = self.clock.now();
        let users = self.store.users().handlers().await?;
        let here: Vec<&HandlerRow> = users.iter().filter(|user| user.is_here(now, IDLE) && works(user)).collect();
        let mut looked_at = 0;
        for user in users.iter().filter(|user| !user.is_here(now, IDLE)) {
            looked_at += self.take_back(user, &here, now).await?;
        }
        if here.is_empty() {
            return Ok(looked_at);
        }
        let library = self.intake.library();
        let everything = Scope::everything();
        let counts = self.store.cases(&everything).counts().await?;
        let mut held: HashMap<String, i64> = HashMap::new();
        for (desk, _) in library.desks().iter() {
            let filter = InboxFilter {
                ready: true,
                unassigned: true,
                desks: Some([desk.to_string()].into()),
                ..InboxFilter::default()
            };
            if filter.count(&counts) == 0 || !self.is_open(&library, desk, now) {
                continue;
            }
            let mut colleagues = Vec::new();
            for user in &here {
                let Some(member) = library.desks().member(desk, &user.login, belongs(user, desk)) else { continue };
                let count = match held.get(&user.login) {
                    Some(count) => *count,
                    None => self.store.cases(&everything).count_held(&user.login).await?,
                };
                held.insert(user.login.clone(), count);
                let (skills, languages, holds) = (member.skills, member.languages, member.holds);
                let colleague = Colleague { login: user.login.clone(), skills, languages, held: count, holds };
                colleagues.push((colleague, user.insurers.clone()));
            }
            if colleagues.iter().all(|(one, _)| one.held >= one.holds) {
                continue;
            }
            for dossier in self.store.cases(&everything).inbox(&filter, None, AT_ONCE).await?.dossiers {
                looked_at += 1;
                if dossier.snoozed_until.is_some() {
                    continue;
                }
                let Some((row, _)) = self.store.conversation(dossier.conversation).await? else { continue };
                let seeing: Vec<Colleague> = colleagues
                    .iter()
                    .filter(|(_, insurers)| insurers.holds(&dossier.insurer))
                    .map(|(one, _)| Colleague {
                        held: held.get(&one.login).copied().unwrap_or_default(),
                        ..one.clone()
                    })
                    .collect();
                let Some((chosen, rule)) = choose(desk, &dossier.peril, row.language, &seeing) else { continue };
                *held.entry(chosen.login.clone()).or_default() += 1;
                let action = Action::Assign { to: Some(chosen.login.clone()), because: Because::Rule(rule) };
                self.intake.act(dossier.id, itself(), action).await?;
            }
        }
        Ok(looked_at)
    }

    /// Gives back to their desks the urgent dossiers of who is not here: at once where they said so, else while the desk works
    /// and somebody else of it is here.
    async fn take_back(
        &self,
        user: &HandlerRow,
        here: &[&HandlerRow],
        now: Timestamp,
    ) -> Result<usize, AssignmentError> {
        let said_so = user.away_since.is_some() || user.disabled_at.is_some();
        if !said_so && here.is_empty() {
            return Ok(0);
        }
        let filter = InboxFilter {
            handler: Some(user.login.clone()),
            priority: Some(Priority::Urgent),
            ..InboxFilter::default()
        };
        let everything = Scope::everything();
        let urgent = self.store.cases(&everything).inbox(&filter, None, AT_ONCE).await?.dossiers;
        let library = self.intake.library();
        let mut looked_at = 0;
        for dossier in urgent {
            let Some(desk) = &dossier.desk else { continue };
            let is_served = here.iter().any(|other| {
                library.desks().member(desk, &other.login, belongs(other, desk)).is_some()
                    && other.insurers.holds(&dossier.insurer)
            });
            if said_so || (is_served && self.is_open(&library, desk, now)) {
                looked_at += 1;
                let because = Because::NotHere { from: user.login.clone() };
                self.intake.act(dossier.id, itself(), Action::Assign { to: None, because }).await?;
            }
        }
        Ok(looked_at)
    }

    fn is_open(&self, library: &Arc<Library>, desk: &Desk, now: Timestamp) -> bool {
        library.desks().is_open(desk, now.to_zoned(paris()).datetime(), self.intake.calendar())
    }
}

/// Whether a user works on cases.
fn works(user: &HandlerRow) -> bool {
    Scope::of(&user.role, &user.login, Reach::All, Reach::All).may(Permission::Act)
}

/// Whether a desk is among those that are named for a user. Whoever sees all of them belongs to none by that alone.
fn belongs(user: &HandlerRow, desk: &Desk) -> bool {
    matches!(&user.desks, Reach::Only(desks) if desks.contains(desk.as_str()))
}

fn itself() -> Actor {
    Actor { login: GUICHET.to_owned(), name: String::new() }
}
