//! Who can take a mission, in which order they are proposed, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ANYWHERE, Expert, Experts};
use crate::domain::orientation_mode::OrientationMode;

/// The case for which an expert is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub peril: &'a str,
    pub mode: OrientationMode,
    /// The postcode of the place where the damage is looked at, where it is known.
    pub postcode: Option<&'a str>,
}

/// One reason for or against an expert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Because {
    KnowsPeril {
        peril: String,
    },
    WorksInMode {
        mode: OrientationMode,
    },
    WorksInDepartment {
        department: String,
    },
    WorksAnywhere,
    /// How many open missions they have.
    OpenMissions {
        count: usize,
    },
    DoesNotKnowPeril {
        peril: String,
    },
    NotInMode {
        mode: OrientationMode,
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

/// All experts, ranked for a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking<'a> {
    /// In the order in which they are proposed.
    pub candidates: Vec<Candidate<'a>>,
    pub passed_over: Vec<PassedOver<'a>>,
}

/// Why a mission was given to an expert. Stored with the mission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub because: Vec<Because>,
    /// Who could have taken it too, in the order in which they were proposed.
    pub others: Vec<OtherCandidate>,
    pub passed_over: Vec<Unsuitable>,
}

/// An expert, by id, who could have taken the mission too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherCandidate {
    pub expert: String,
    pub because: Vec<Because>,
}

/// An expert, by id, who could not take the mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsuitable {
    pub expert: String,
    pub because: Because,
}

impl<'a> Ranking<'a> {
    /// The assignment of the mission to this expert; none where they are not a candidate.
    pub fn assign(&self, expert: &str) -> Option<(&'a Expert, Assignment)> {
        let chosen = self.candidates.iter().find(|candidate| candidate.expert.id == expert)?;
        let others = self.candidates.iter().filter(|candidate| candidate.expert.id != expert);
        let others = others.map(|it| OtherCandidate { expert: it.expert.id.clone(), because: it.because.clone() });
        let passed_over = self.passed_over.iter();
        let passed_over =
            passed_over.map(|it| Unsuitable { expert: it.expert.id.clone(), because: it.because.clone() });
        let assignment = Assignment {
            because: chosen.because.clone(),
            others: others.collect(),
            passed_over: passed_over.collect(),
        };
        Some((chosen.expert, assignment))
    }
}

/// Ranks the experts for a case: those who work in the department of the place before those who work anywhere, then by
/// the number of their open missions (`load`, by expert's id), then in the order of the file.
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
    let (peril, mode) = (case.peril.to_owned(), case.mode);
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

/// The department of a postcode: three figures overseas (97, 98), two elsewhere.
fn department(postcode: &str) -> &str {
    let figures = if postcode.starts_with("97") || postcode.starts_with("98") { 3 } else { 2 };
    postcode.get(..figures).unwrap_or(postcode)
}

#[cfg(test)]
mod tests;
