//! `/console/users`: who may log in, for administrators; and everyone's own password.

pub(super) mod add;
pub(super) mod list;
pub(super) mod password;
