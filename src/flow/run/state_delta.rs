//! What a turn changed of a conversation's state. It is kept with the turn's entry in the log, where the whole state would
//! be written again with every message.
//!
//! A delta only says what is different: applied to the state before, in the order of the log, it gives the state after,
//! without running the engine again. Another version of the program may think otherwise, but reads the same deltas.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    booking::Appointment,
    effect::PolicyQuery,
    open_requests::OpenRequests,
    state::{Aside, Completing, ConversationMode, Frame, Satisfaction, State, Wanted},
};
use crate::domain::{
    fact::{Fact, Value},
    fact_name::FactName,
    language::Language,
    message::Channel,
};

/// How one field of the state changed.
trait Change: Default {
    type Field;

    fn between(before: &Self::Field, after: &Self::Field) -> Self;

    fn is_none(&self) -> bool;

    fn apply(self, field: &mut Self::Field);
}

/// The whole new value.
#[derive(Clone, Debug, PartialEq)]
struct Whole<T>(Option<T>);

impl<T> Default for Whole<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Serialize> Serialize for Whole<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Null is the value of a field that became none; a field that did not change is absent.
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T: Clone + PartialEq> Change for Whole<T> {
    type Field = T;

    fn between(before: &T, after: &T) -> Self {
        Self((before != after).then(|| after.clone()))
    }

    fn is_none(&self) -> bool {
        self.0.is_none()
    }

    fn apply(self, field: &mut T) {
        if let Some(value) = self.0 {
            *field = value;
        }
    }
}

/// The entries of a map that are new or other; none where one is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "K: Ord + Deserialize<'de>, V: Deserialize<'de>"))]
struct ByKey<K, V>(BTreeMap<K, Option<V>>);

impl<K, V> Default for ByKey<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Clone + Ord, V: Clone + PartialEq> Change for ByKey<K, V> {
    type Field = BTreeMap<K, V>;

    fn between(before: &BTreeMap<K, V>, after: &BTreeMap<K, V>) -> Self {
        let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), None));
        let other = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
        Self(gone.chain(other.map(|(key, value)| (key.clone(), Some(value.clone())))).collect())
    }

    fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    fn apply(self, field: &mut BTreeMap<K, V>) {
        for (key, value) in self.0 {
            match value {
                Some(value) => field.insert(key, value),
                None => field.remove(&key),
            };
        }
    }
}

/// The members of a set that came and that went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Ord + Deserialize<'de>"))]
struct Members<T> {
    #[serde(rename = "+", default = "BTreeSet::new", skip_serializing_if = "BTreeSet::is_empty")]
    came: BTreeSet<T>,
    #[serde(rename = "-", default = "BTreeSet::new", skip_serializing_if = "BTreeSet::is_empty")]
    went: BTreeSet<T>,
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self { came: BTreeSet::new(), went: BTreeSet::new() }
    }
}

impl<T: Clone + Ord> Change for Members<T> {
    type Field = BTreeSet<T>;

    fn between(before: &BTreeSet<T>, after: &BTreeSet<T>) -> Self {
        Self { came: after.difference(before).cloned().collect(), went: before.difference(after).cloned().collect() }
    }

    fn is_none(&self) -> bool {
        self.came.is_empty() && self.went.is_empty()
    }

    fn apply(self, field: &mut BTreeSet<T>) {
        field.extend(self.came);
        field.retain(|member| !self.went.contains(member));
    }
}

macro_rules! delta {
    ($( $field:ident: $change:ty = $key:literal ),+ $(,)?) => {
        /// The difference between two states, under the state's own short keys.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct StateDelta {
            $( #[serde(rename = $key, default, skip_serializing_if = "Change::is_none")] $field: $change, )+
        }

        impl StateDelta {
            /// What leads from one state to the next.
            pub fn between(before: &State, after: &State) -> Self {
                // A field of the state that has no line below does not compile.
                let State { $( $field, )+ } = before;
                Self { $( $field: Change::between($field, &after.$field), )+ }
            }

            pub fn is_empty(&self) -> bool {
                $( self.$field.is_none() )&&+
            }

            /// Makes the state before the state after.
            pub fn apply(self, state: &mut State) {
                $( self.$field.apply(&mut state.$field); )+
            }
        }
    };
}

delta! {
    facts: ByKey<FactName, Arc<Fact>> = "f",
    language: Whole<Language> = "l",
    foreign: Whole<Option<String>> = "fl",
    channel: Whole<Option<Channel>> = "c",
    first: Whole<Option<String>> = "b",
    stack: Whole<Vec<Frame>> = "p",
    mode: Whole<ConversationMode> = "m",
    over: Whole<Option<ConversationMode>> = "o",
    aside: Whole<Option<Aside>> = "a",
    failures: Whole<u8> = "x",
    passed_over: Whole<u8> = "po",
    reminded: Whole<u8> = "n",
    asked: Whole<bool> = "u",
    unnumbered: Whole<bool> = "nn",
    street: Whole<Option<String>> = "i",
    batched: Whole<Vec<FactName>> = "t",
    unconfirmed: ByKey<FactName, Value> = "du",
    early: Whole<Vec<String>> = "h",
    later: Whole<bool> = "z",
    skipped: Members<FactName> = "k",
    done: Members<String> = "d",
    wanted: Whole<Vec<Wanted>> = "w",
    policy: Whole<Option<(PolicyQuery, Option<bool>)>> = "q",
    policy_asked_beside: Whole<bool> = "qb",
    peril: Whole<Option<String>> = "e",
    reference: Whole<String> = "r",
    dangers: Members<String> = "g",
    requests: Whole<OpenRequests> = "rq",
    qualified: Whole<bool> = "y",
    completing: Whole<Option<Completing>> = "cp",
    filled: Members<FactName> = "fi",
    satisfaction: Whole<Option<Satisfaction>> = "sa",
    appointment: Whole<Option<Appointment>> = "vi",
}

#[cfg(test)]
mod tests;
