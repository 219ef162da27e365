//! The people's policies, as `guichet import policies` reads them.

use crate::people::Policyholder;

/// The insurer whose people they are.
pub(crate) const INSURER: &str = "demo";
pub(crate) const COLUMNS: &str =
    "insurer,number,last_name,first_name,birth_date,phone,address,postcode,city,starts_on,perils,deductible,limit";

const FIRST_NAMES: [&str; 13] = [
    "Julie", "Thomas", "Monique", "Moussa", "Camille", "Karim", "Odile", "Hugo", "Nadia", "Paul", "Inès", "Denis",
    "Sophie",
];
/// The line of the policy of the person with this number.
pub(crate) fn line(number: u32) -> String {
    let who = Policyholder::number(number);
    let (postcode, city) = who.town();
    format!(
        "{INSURER},{},{},{},{},{},{} {},{postcode},{city},2021-01-01,water_damage|fire|burglary|storm,150,60000",
        who.policy_number(),
        who.last_name(),
        who.one_of(&FIRST_NAMES, 1),
        who.birth_date(),
        who.phone(),
        who.house(),
        who.street(),
    )
}
