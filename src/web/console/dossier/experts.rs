//! Who may look at a loss: the experts of `flows/experts.yaml` who work in the decided mode, on this peril, in the
//! department of the loss. A proposal to a handler; nobody is appointed here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::current;
use crate::{domain::fact::Value, dossier::Dossier, store::FactRow};

/// Where the experts stand in the flows' sources.
const FILE: &str = "experts.yaml";
const ANYWHERE: &str = "*";

/// An expert as the file has them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web::console) struct Expert {
    pub name: String,
    pub phone: String,
    skills: Vec<String>,
    pub modes: Vec<String>,
    departments: Vec<String>,
}

/// The experts that the flows' sources name; none where there is no such file.
pub(in crate::web) fn read(sources: &BTreeMap<String, String>) -> Experts {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        experts: Vec<Expert>,
    }
    let Some(text) = sources.get(FILE) else { return Experts::default() };
    match serde_saphyr::from_str::<File>(text) {
        Ok(file) => Experts(file.experts),
        Err(error) => {
            tracing::error!(%error, file = FILE, "the console proposes no experts: their file cannot be read");
            Experts::default()
        }
    }
}

/// All experts.
#[derive(Clone, Debug, Default)]
pub struct Experts(Vec<Expert>);

impl Experts {
    /// Those who may look at the loss of a dossier. Without a known place only those who work anywhere.
    pub(super) fn of(&self, dossier: &Dossier, rows: &[FactRow]) -> Vec<Expert> {
        let Some(mode) = &dossier.orientation else { return Vec::new() };
        let place = match current(rows, "loss_place") {
            Some(Value::Address(address)) => address.postcode.as_deref().map(department),
            _ => None,
        };
        let fits = |expert: &&Expert| {
            let serves = |wanted: &str| wanted == ANYWHERE || place == Some(wanted);
            expert.modes.contains(mode)
                && expert.skills.contains(&dossier.peril)
                && expert.departments.iter().any(|department| serves(department))
        };
        self.0.iter().filter(fits).cloned().collect()
    }
}

/// The department of a postcode: three figures overseas, two elsewhere.
fn department(postcode: &str) -> &str {
    let figures = if postcode.starts_with("97") || postcode.starts_with("98") { 3 } else { 2 };
    postcode.get(..figures).unwrap_or(postcode)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{
        fact::{Address, Source},
        id::DossierId,
    };

    fn proposed(mode: Option<&str>, peril: &str, postcode: Option<&str>) -> Vec<String> {
        let mut dossier = super::super::tests::dossier(DossierId::new(Timestamp::UNIX_EPOCH));
        dossier.orientation = mode.map(str::to_owned);
        peril.clone_into(&mut dossier.peril);
        let place = Address { line: "12 rue X".into(), postcode: postcode.map(str::to_owned), city: None };
        let rows = [FactRow {
            dossier: dossier.id,
            seq: 1,
            name: "loss_place".into(),
            value: Some(Value::Address(place)),
            source: Source::Policyholder,
            message_seq: None,
            at: Timestamp::UNIX_EPOCH,
        }];
        let experts = read(&crate::flow::built_in());
        experts.of(&dossier, &rows).into_iter().map(|expert| expert.name).collect()
    }

    #[test]
    fn who_works_there_in_that_mode_on_that_peril_is_proposed() {
        assert_eq!(proposed(Some("field"), "water_damage", Some("69003")), ["Paul Lefèvre"]);
        assert_eq!(proposed(Some("visio"), "water_damage", Some("75011")), ["Awa Diallo", "Sophie Girard"]);
        assert_eq!(proposed(Some("tele"), "burglary", None), ["Sophie Girard"]);
        for (mode, peril, postcode) in [
            (None, "water_damage", Some("69003")),
            (Some("desk"), "water_damage", Some("69003")),
            (Some("field"), "burglary", Some("69003")),
            (Some("field"), "water_damage", Some("97400")),
            (Some("field"), "water_damage", None),
        ] {
            assert!(proposed(mode, peril, postcode).is_empty(), "{mode:?} {peril} {postcode:?}");
        }
    }

    #[test]
    fn a_department_is_the_beginning_of_its_postcodes() {
        assert_eq!((department("69003"), department("97400"), department("6")), ("69", "974", "6"));
    }
}
