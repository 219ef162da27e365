//! What questions are for, from what reads their facts, and where a flow says otherwise.

use super::{
    condition::{Scope, Slot},
    diagnostics::Diagnostics,
    insurer::Insurer,
    outlook::{IDENTITY, Known, Outlook, Parts, Sinks, Why},
    purpose::Purpose,
};
use crate::domain::fact::Facts;

/// The purposes of facts by their places, from what reads them when nothing is known yet.
pub(crate) fn derive<'a>(parts: Parts<'a>, first: &str, insurer: &Insurer) -> Vec<(Purpose, Option<Why<'a>>)> {
    let facts = Facts::new();
    let scope = Scope { facts: &facts, insurer, today: jiff::civil::Date::MIN };
    let known = Known { scope, skipped: &|_| false, policy: None };
    let [all, urgent] = [Sinks::All, Sinks::Urgent].map(|sinks| Outlook::look(parts, first, known, sinks));
    let slots = parts.slots;
    let of = |slot| match (all.needs(slot), urgent.needs(slot)) {
        (why, _) if IDENTITY.contains(&slots.name(slot).as_str()) => (Purpose::Identity, why),
        (_, Some(why)) => (Purpose::Safety, Some(why)),
        (Some(why), None) => (Purpose::Decision, Some(why)),
        (None, None) => (Purpose::File, None),
    };
    (0..slots.len()).map(|at| of(Slot(at))).collect()
}

/// Reports questions that say another purpose than what reads their facts gives them.
pub(crate) fn check(parts: Parts, derived: &[(Purpose, Option<Why>)], problems: &mut Diagnostics) {
    for flow in parts.flows.values() {
        for (at, question) in flow.questions() {
            let Some(slot) = parts.slots.of(&question.fact) else { continue };
            let (follows, why) = derived[slot.0];
            let fact = &question.fact;
            let message = match (question.purpose, why) {
                (Some(Purpose::File), Some(why)) if !question.before_sending => {
                    format!("`{fact}` says file, but {why} depends on it: it is for {follows}")
                }
                (Some(Purpose::Decision), None) => format!("`{fact}` says decision, but nothing is decided by it"),
                (Some(Purpose::Safety), _) if follows != Purpose::Safety => {
                    format!("`{fact}` says safety, but no urgent advice and no urgent hand-over depends on it")
                }
                _ => continue,
            };
            problems.outdated(&flow.file, flow.steps[at].place, message);
        }
    }
}
