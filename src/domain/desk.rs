//! The desks: the teams that work on cases and take what people ask for.

use super::open_name::open_name;

open_name! {
    /// The code of a desk ("service", "pôle") that `flows/desks.yaml` declares.
    Desk {}
}
