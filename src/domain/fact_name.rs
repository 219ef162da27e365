//! The names of facts: what a question fills, a condition tests and a handler reads.

use super::open_name::open_name;

open_name! {
    /// The name of a fact: a code that the flows' files declare, or one of those below that the program itself fills or
    /// reads.
    FactName {
        /// The expert's appointment, once one is booked.
        APPOINTMENT = "appointment",
        /// When an expert's visit would suit the person, in their words.
        AVAILABILITY = "availability",
        BIRTH_DATE = "birth_date",
        CAUSE = "cause",
        CLAIMANT_ROLE = "claimant_role",
        DAMAGE_AMOUNT = "damage_amount",
        /// Whether all documents that are wanted have come.
        DOCUMENTS_COMPLETE = "documents_complete",
        EMAIL = "email",
        EXPERT_NAME = "expert_name",
        /// The postcode of the place that the policy insures, where the loss is there by the person's word.
        INSURED_POSTCODE = "insured_postcode",
        /// When the person knew of the loss, or was claimed from, where that is another day than the loss.
        KNOWN_ON = "known_on",
        LAST_NAME = "last_name",
        LOSS_DATE = "loss_date",
        /// An address.
        LOSS_PLACE = "loss_place",
        /// How the loss is looked at: a code of [`super::orientation_mode::OrientationMode`].
        ORIENTATION = "orientation",
        /// The facts without which the table could not decide.
        ORIENTATION_MISSING = "orientation_missing",
        PERIL = "peril",
        PHONE = "phone",
        /// Whether the policy was found by the number that the person gave.
        POLICY_BY_NUMBER = "policy_by_number",
        POLICY_HOLDER = "policy_holder",
        POLICY_NUMBER = "policy_number",
        /// Whether the person is proven to be the policy's holder.
        POLICY_PROVEN = "policy_proven",
        /// Where a vehicle that cannot be driven stands, in the person's words: a garage, a pound, an address.
        VEHICLE_LOCATION = "vehicle_location",
        /// The language in which the person writes, where Guichet tells no story in it.
        SPOKEN_LANGUAGE = "spoken_language",
        /// A place on the map that the person's phone shared.
        SHARED_PLACE = "shared_place",
    }
}

#[cfg(test)]
mod tests;
