//! Who can take a mission, in which order they are proposed, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ANYWHERE, Expert, Experts};

/// What a mission is about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub peril: &'a str,
    pub mode: &'a str,
    /// Of the loss, where it is known.
    pub postcode: Option<&'a str>,
}

/// One reason for an expert or against them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Because {
    KnowsPeril {
        peril: String,
    },
    WorksInMode {
        mode: String,
    },
    WorksInDepartment {
        department: String,
    },
    WorksAnywhere,
    /// How many missions they have that are not done.
    OpenMissions {
        count: usize,
    },
    DoesNotKnowPeril {
        peril: String,
    },
    NotInMode {
        mode: String,
    },
    WorksElsewhere {
        department: String,
    },
    PlaceUnknown,
}

/// An expert who can take the mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub expert: &'a Expert,
    pub because: Vec<Because>,
}

/// An expert who cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver<'a> {
    pub expert: &'a Expert,
    pub because: Because,
}

/// Everybody, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking<'a> {
    /// The first is proposed first.
    pub candidates: Vec<Candidate<'a>>,
    pub passed_over: Vec<PassedOver<'a>>,
}

/// Sorts the experts for a case: whoever works in the department of the loss before whoever works anywhere, then whoever
/// has the fewest open missions (`load`, by expert), then in the order of the file.
pub fn rank<'a>(experts: &'a Experts, case: &Case, load: &BTreeMap<String, usize>) -> Ranking<'a> {
    let mut ranking = Ranking::default();
    let place = case.postcode.map(department);
    for expert in &experts.experts {
        match judge(expert, case, place) {
            Ok(mut because) => {
                let count = load.get(&expert.id).copied().unwrap_or_default();
                because.push(Because::OpenMissions { count });
                ranking.candidates.push(Candidate { expert, because });
            }
            Err(because) => ranking.passed_over.push(PassedOver { expert, because }),
        }
    }
    ranking.candidates.sort_by_key(|candidate| {
        let anywhere = candidate.because.contains(&Because::WorksAnywhere);
        (anywhere, load.get(&candidate.expert.id).copied().unwrap_or_default())
    });
    ranking
}

fn judge(expert: &Expert, case: &Case, place: Option<&str>) -> Result<Vec<Because>, Because> {
    let (peril, mode) = (case.peril.to_owned(), case.mode.to_owned());
    if !expert.skills.contains(&peril) {
        return Err(Because::DoesNotKnowPeril { peril });
    }
    if !expert.modes.contains(&mode) {
        return Err(Because::NotInMode { mode });
    }
    let where_from = match place {
        Some(place) if expert.departments.iter().any(|own| own == place) => {
            Because::WorksInDepartment { department: place.to_owned() }
        }
        _ if expert.departments.iter().any(|own| own == ANYWHERE) => Because::WorksAnywhere,
        Some(place) => return Err(Because::WorksElsewhere { department: place.to_owned() }),
        None => return Err(Because::PlaceUnknown),
    };
    Ok(vec![Because::KnowsPeril { peril }, Because::WorksInMode { mode }, where_from])
}

/// The department of a postcode: three figures overseas, two elsewhere.
fn department(postcode: &str) -> &str {
    let figures = if postcode.starts_with("97") || postcode.starts_with("98") { 3 } else { 2 };
    postcode.get(..figures).unwrap_or(postcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experts() -> Experts {
        let mut anywhere = Expert::sample("anywhere", &["water_damage"]);
        anywhere.departments = vec![ANYWHERE.to_owned()];
        anywhere.modes = vec!["tele".to_owned(), "visio".to_owned()];
        let [busy, free] = ["busy", "free"].map(|id| Expert::sample(id, &["water_damage", "glass"]));
        let fire = Expert::sample("fire", &["fire"]);
        Experts { experts: vec![anywhere, busy, free, fire], ..Experts::default() }
    }

    fn order<'a>(ranking: &'a Ranking) -> Vec<&'a str> {
        ranking.candidates.iter().map(|candidate| candidate.expert.id.as_str()).collect()
    }

    #[test]
    fn whoever_can_take_it_is_ranked_by_place_then_by_load() {
        let experts = experts();
        let load = BTreeMap::from([("busy".to_owned(), 3), ("anywhere".to_owned(), 0)]);
        for (peril, mode, postcode, expected) in [
            ("water_damage", "field", Some("69003"), vec!["free", "busy"]),
            ("water_damage", "visio", Some("69003"), vec!["free", "busy", "anywhere"]),
            ("water_damage", "visio", Some("97400"), vec!["anywhere"]),
            ("water_damage", "tele", None, vec!["anywhere"]),
            ("fire", "field", Some("69003"), vec!["fire"]),
            ("fire", "field", None, vec![]),
            ("vandalism", "field", Some("69003"), vec![]),
        ] {
            let ranking = rank(&experts, &Case { peril, mode, postcode }, &load);
            assert_eq!(order(&ranking), expected, "{peril} {mode} {postcode:?}");
            assert_eq!(ranking.candidates.len() + ranking.passed_over.len(), 4, "nobody is lost");
        }
    }

    #[test]
    fn everybody_is_given_a_reason() {
        let experts = experts();
        let case = Case { peril: "water_damage", mode: "field", postcode: Some("69003") };
        let ranking = rank(&experts, &case, &BTreeMap::from([("free".to_owned(), 2)]));
        let free = ranking.candidates.iter().find(|candidate| candidate.expert.id == "free").unwrap();
        assert_eq!(
            free.because,
            [
                Because::KnowsPeril { peril: "water_damage".into() },
                Because::WorksInMode { mode: "field".into() },
                Because::WorksInDepartment { department: "69".into() },
                Because::OpenMissions { count: 2 },
            ]
        );
        let why: Vec<_> = ranking.passed_over.iter().map(|passed| (&*passed.expert.id, &passed.because)).collect();
        let mode = Because::NotInMode { mode: "field".into() };
        let peril = Because::DoesNotKnowPeril { peril: "water_damage".into() };
        assert_eq!(why, [("anywhere", &mode), ("fire", &peril)]);
        let elsewhere = rank(&experts, &Case { postcode: Some("75011"), ..case }, &BTreeMap::new());
        let busy = elsewhere.passed_over.iter().find(|passed| passed.expert.id == "busy").unwrap();
        assert_eq!(busy.because, Because::WorksElsewhere { department: "75".into() });
    }

    #[test]
    fn a_department_is_the_beginning_of_its_postcodes() {
        assert_eq!((department("69003"), department("97400"), department("6")), ("69", "974", "6"));
    }
}
