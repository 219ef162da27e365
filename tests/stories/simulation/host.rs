//! What both walks look up: the library, the insurer, the register, the calendar.

use guichet::{
    contract::{Calendar, Loss, Policy, assess, name_key, name_keys, number_key, pick},
    flow::{Insurer, Library, PolicyAnswer, PolicyQuery},
};

use super::person::{Person, TODAY};

/// The insurer whose policy the person has.
pub(super) const INSURER: &str = "demo";

pub(super) struct Host<'a> {
    pub(super) library: &'a Library,
    pub(super) insurer: &'a Insurer,
    pub(super) person: &'a Person,
    calendar: &'a Calendar,
}

impl<'a> Host<'a> {
    pub(super) fn new(library: &'a Library, person: &'a Person) -> Self {
        Self { library, insurer: library.insurer(INSURER).unwrap(), person, calendar: library.calendar() }
    }

    /// The register's answer.
    pub(super) fn look_up(&self, query: &PolicyQuery) -> PolicyAnswer {
        let Some(policy) = self.find(query) else { return PolicyAnswer::NotFound };
        let loss = Loss {
            peril: query.peril.as_deref(),
            date: query.loss_date,
            known_on: query.known_on,
            postcode: query.loss_postcode.as_deref(),
        };
        let facts = assess(policy, &loss, TODAY, self.calendar).facts(policy);
        PolicyAnswer::Found { number: policy.number.clone(), facts }
    }

    fn find(&self, query: &PolicyQuery) -> Option<&Policy> {
        let policies = &self.person.policies;
        let numbered = query
            .number
            .as_ref()
            .and_then(|number| policies.iter().find(|policy| number_key(&policy.number) == number_key(number)));
        if numbered.is_some() {
            return numbered;
        }
        let keys = name_keys(query.name.as_ref()?);
        let namesakes = policies.iter().filter(|policy| keys.contains(&name_key(&policy.last_name)));
        pick(namesakes, query.birth_date, query.postcode.as_deref())
    }
}
