//! The desks: the teams that take what people ask for.

use super::open_name::open_name;

open_name! {
    /// The code of a desk ("service", "pôle") that `flows/requests.yaml` declares with its words.
    Desk {}
}
