//! What a turn may look up while it runs: the policy register, the accounts that are pushed to, what was said before,
//! where we were asked to stop. Decisions of tables need no I/O.

use std::sync::Arc;

use jiff::Timestamp;

use super::Accounts;
use crate::{
    contract::{Calendar, Loss, Policy, Reason, assess, name_key, name_keys, number_key, pick},
    domain::{
        clock::paris,
        id::{ContactId, ConversationId, DossierId},
        message::{Author, Endpoint},
    },
    dossier::Dossier,
    flow::{PolicyAnswer, PolicyQuery},
    planning::Experts,
    store::{MessageRow, PolicyRow, Store, StoreError},
};

/// The most messages that are answered as one.
const MAX_KEPT: i64 = 100;

/// Answers the flow's questions to the outside. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    store: Store,
    calendar: Arc<Calendar>,
    experts: Arc<Experts>,
    accounts: Accounts,
    public_url: Arc<str>,
}

impl Services {
    pub fn new(store: Store, calendar: Calendar, experts: Arc<Experts>, accounts: Accounts, public_url: &str) -> Self {
        Self { store, calendar: Arc::new(calendar), experts, accounts, public_url: public_url.into() }
    }

    /// Whoever can be sent for: those of the flows that the service runs with, whatever revision a conversation keeps.
    pub(super) fn experts(&self) -> &Arc<Experts> {
        &self.experts
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// How the world calls this service.
    pub(super) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The accounts to which messages are pushed.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Whether Guichet or a handler said this message, so that it may be sent again.
    pub(super) async fn is_ours(&self, conversation: ConversationId, seq: i64) -> Result<bool, StoreError> {
        let said = self.store.said(conversation, seq).await?;
        Ok(said.is_some_and(|said| said.author != Author::Policyholder))
    }

    /// The working days.
    pub(super) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Finds the policy that a query means, and what it says of the loss, with the reasons for the handler.
    pub async fn look_up_policy(
        &self,
        insurer: &str,
        query: &PolicyQuery,
        now: Timestamp,
    ) -> Result<(PolicyAnswer, Vec<Reason>), StoreError> {
        let found = self.find(insurer, query).await?;
        Ok(found
            .map_or_else(|| (PolicyAnswer::NotFound, Vec::new()), |policy| answer(&policy, query, now, &self.calendar)))
    }

    /// A dossier, and the revision of its conversation as of which it is so.
    pub(super) async fn dossier_with_revision(&self, id: DossierId) -> Result<Option<(i64, Dossier)>, StoreError> {
        let Some(dossier) = self.store.dossier(id).await? else { return Ok(None) };
        let Some(conversation) = self.store.conversation(dossier.conversation).await? else { return Ok(None) };
        // Read behind its revision: a turn in between has another one.
        let dossier = self.store.dossier(id).await?;
        Ok(dossier.map(|dossier| (conversation.revision, dossier)))
    }

    /// The person who is known to have a telephone number.
    pub(super) async fn person_with(&self, insurer: &str, number: &str) -> Result<Option<ContactId>, StoreError> {
        self.store.person_with(insurer, number).await
    }

    /// The messages from number `from` on.
    pub(super) async fn messages_from(
        &self,
        conversation: ConversationId,
        from: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        self.store.messages(conversation, from - 1, MAX_KEPT).await
    }

    /// Whether we were asked to stop at an address.
    pub(super) async fn is_stopped(&self, endpoint: &Endpoint) -> Result<bool, StoreError> {
        self.store.is_stopped(endpoint).await
    }

    async fn find(&self, insurer: &str, query: &PolicyQuery) -> Result<Option<Policy>, StoreError> {
        if let Some(number) = &query.number {
            let row = self.store.policy_by_number(insurer, &number_key(number)).await?;
            if row.is_some() {
                return Ok(row.and_then(readable));
            }
        }
        let Some(name) = &query.name else { return Ok(None) };
        let mut namesakes = Vec::new();
        for key in name_keys(name) {
            let rows = self.store.policies_by_name(insurer, &key).await?;
            namesakes.extend(rows.into_iter().filter_map(readable));
        }
        Ok(pick(&namesakes, query.birth_date, query.postcode.as_deref()).cloned())
    }
}

/// What a policy says of the loss that a query tells.
pub(super) fn answer(
    policy: &Policy,
    query: &PolicyQuery,
    now: Timestamp,
    calendar: &Calendar,
) -> (PolicyAnswer, Vec<Reason>) {
    let loss = Loss { peril: query.peril.as_deref(), date: query.loss_date, postcode: query.loss_postcode.as_deref() };
    let today = now.to_zoned(paris()).date();
    let said = assess(policy, &loss, today, calendar);
    (PolicyAnswer::Found { number: policy.number.clone(), facts: said.facts(policy) }, said.reasons)
}

/// The policy that a query means, among a few.
pub(super) fn find_among<'a>(policies: &'a [Policy], insurer: &str, query: &PolicyQuery) -> Option<&'a Policy> {
    let policies = || policies.iter().filter(|policy| policy.insurer == insurer);
    if let Some(number) = query.number.as_deref().map(number_key)
        && let Some(policy) = policies().find(|policy| number_key(&policy.number) == number)
    {
        return Some(policy);
    }
    let keys = name_keys(query.name.as_deref()?);
    let namesakes = policies().filter(|policy| keys.contains(&name_key(&policy.last_name)));
    pick(namesakes, query.birth_date, query.postcode.as_deref())
}

/// A policy that does not read back is as good as not found: a person checks. The log says that it is there.
fn readable(row: PolicyRow) -> Option<Policy> {
    serde_json::from_value(row.policy)
        .inspect_err(|error| tracing::error!(%error, insurer = row.insurer, "a stored policy does not read back"))
        .ok()
}
