//! What a turn may use while it runs: the contract of look-ups, the working days, the experts, the accounts that are pushed to.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

use super::{accounts::Accounts, look_ups::LookUps};
use crate::{
    contract::{Asker, Calendar, Loss, Policy, Reason, assess, is_holder, name_keys, number_key, pick},
    domain::{clock::paris, fact::Value, fact_name::FactName},
    flow::{Coverage, Effect, Event, PolicyAnswer, PolicyQuery},
    planning::Experts,
    store::StoreError,
};

/// Sees what a turn tells the flow and what the flow asks for, step by step. Only where turns are played somebody looks.
pub trait Observer: fmt::Debug + Send + Sync {
    fn stepped(&self, event: &Event, effects: &[Effect], reached: Coverage);
}

/// Answers the flow's questions to the outside. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    look_ups: Arc<dyn LookUps>,
    calendar: Arc<Calendar>,
    experts: Arc<Experts>,
    accounts: Accounts,
    public_url: Arc<str>,
    observer: Option<Arc<dyn Observer>>,
}

impl Services {
    pub fn new(
        look_ups: Arc<dyn LookUps>,
        calendar: Calendar,
        experts: Arc<Experts>,
        accounts: Accounts,
        public_url: &str,
    ) -> Self {
        let calendar = Arc::new(calendar);
        Self { look_ups, calendar, experts, accounts, public_url: public_url.into(), observer: None }
    }

    /// The same, with somebody who looks.
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    pub(super) fn observer(&self) -> Option<&dyn Observer> {
        self.observer.as_deref()
    }

    pub fn look_ups(&self) -> &dyn LookUps {
        &*self.look_ups
    }

    /// Whoever can be sent for: those of the flows that the service runs with, whatever revision a conversation keeps.
    pub(super) fn experts(&self) -> &Arc<Experts> {
        &self.experts
    }

    /// How the world calls this service.
    pub(super) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The accounts to which messages are pushed.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The working days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Finds the policy that a query means, and what it says of the loss, with the reasons for the handler.
    pub(super) async fn look_up_policy(
        &self,
        insurer: &str,
        query: &PolicyQuery,
        now: Timestamp,
    ) -> Result<(PolicyAnswer, Vec<Reason>), StoreError> {
        let Some(policy) = self.find_policy(insurer, query).await? else {
            return Ok((PolicyAnswer::NotFound, Vec::new()));
        };
        let insured_postcode = policy.postcode.as_deref().filter(|_| query.at_insured_place);
        let loss = Loss {
            peril: query.peril.as_deref(),
            date: query.loss_date,
            known_on: query.known_on,
            postcode: insured_postcode.or(query.loss_postcode.as_deref()),
        };
        let said = assess(&policy, &loss, now.to_zoned(paris()).date(), &self.calendar);
        let mut facts = said.facts(&policy);
        let by_number = query.number.as_deref().is_some_and(|number| number_key(number) == number_key(&policy.number));
        let asker = Asker {
            number: query.number.as_deref(),
            name: query.name.as_deref(),
            birth_date: query.birth_date,
            phone: query.phone.as_deref(),
            email: query.email.as_deref(),
        };
        if let Some(postcode) = insured_postcode {
            facts.insert(FactName::INSURED_POSTCODE, Value::Text(postcode.to_owned()));
        }
        facts.insert(FactName::POLICY_BY_NUMBER, Value::Bool(by_number));
        facts.insert(FactName::POLICY_PROVEN, Value::Bool(is_holder(&policy, &asker)));
        Ok((PolicyAnswer::Found { number: policy.number, facts }, said.reasons))
    }

    async fn find_policy(&self, insurer: &str, query: &PolicyQuery) -> Result<Option<Policy>, StoreError> {
        if let Some(number) = &query.number {
            let found = self.look_ups.policy_by_number(insurer, &number_key(number)).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let Some(name) = &query.name else { return Ok(None) };
        let mut namesakes = Vec::new();
        for key in name_keys(name) {
            namesakes.extend(self.look_ups.policies_by_name(insurer, &key).await?);
        }
        Ok(pick(&namesakes, query.birth_date, query.postcode.as_deref()).cloned())
    }
}
