//! The insurers, desks and permissions of the user who asks.

use super::{
    reach::Reach,
    role::{Permission, Permissions, Role},
};

/// What a user may see and change. It is made when a session is read; without one no case can be read.
#[derive(Clone, Debug)]
pub struct Scope {
    insurers: Reach,
    /// Those whose cases are seen, beside cases that are at none.
    desks: Reach,
    /// The expert whose missions alone are seen.
    expert: Option<String>,
    permissions: Permissions,
}

impl Scope {
    /// Every case, and every permission.
    pub const fn everything() -> Self {
        Self { insurers: Reach::All, desks: Reach::All, expert: None, permissions: Permissions::ALL }
    }

    /// What a user of a role sees and may, whose login is `login`. `desks` are their own and those that are open to all. A
    /// role that is not known sees nothing.
    pub fn of(role: &str, login: &str, insurers: Reach, desks: Reach) -> Self {
        let permissions = Role::named(role).map(Role::permissions).unwrap_or_default();
        let expert = permissions.hold(Permission::OwnMissions).then(|| login.to_owned());
        let insurers = if expert.is_some() || permissions.hold(Permission::Cases) { insurers } else { Reach::none() };
        // Whoever is given a mission sees its case, at whichever desk it is.
        let desks = if expert.is_some() { Reach::All } else { desks };
        Self { insurers, desks, expert, permissions }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.hold(permission)
    }

    /// The insurers whose cases are seen.
    pub fn insurers(&self) -> &Reach {
        &self.insurers
    }

    /// The desks whose cases are seen. A case that is at no desk is seen by all of its insurer.
    pub fn desks(&self) -> &Reach {
        &self.desks
    }

    /// The expert whose missions alone are seen, where the scope is an expert's.
    pub fn expert(&self) -> Option<&str> {
        self.expert.as_deref()
    }

    /// Whether no case is kept from it.
    pub fn sees_all(&self) -> bool {
        self.insurers == Reach::All && self.desks == Reach::All && self.expert.is_none()
    }

    /// Whether the cases of an insurer at a desk are among what the user may see, as far as that alone decides.
    pub fn sees(&self, insurer: &str, desk: Option<&str>) -> bool {
        self.insurers.holds(insurer) && desk.is_none_or(|desk| self.desks.holds(desk))
    }
}

#[cfg(test)]
mod tests;
