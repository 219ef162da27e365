//! What people ask for beside a claim, by deadline; and what was not understood, to be taught in one click.

pub(super) mod done;
pub(super) mod list;
pub(super) mod missed;
pub(super) mod teach;
