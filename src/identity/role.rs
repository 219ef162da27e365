//! Roles: what a user may do, from `roles.yaml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::domain::language::Text;

/// Something that a role may do; `roles.yaml` says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    Cases,
    OwnMissions,
    Act,
    Missions,
    Teach,
    CaseAccess,
    Access,
    Users,
}

/// A set of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u16);

impl Permissions {
    pub(super) const ALL: Self = Self(u16::MAX);

    pub fn hold(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl Permission {
    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What a user is here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub name: Text,
    /// What it does, in a few words.
    pub does: Text,
    may: Vec<Permission>,
}

#[derive(Default, Deserialize)]
struct File {
    roles: BTreeMap<String, Role>,
}

static ROLES: LazyLock<BTreeMap<String, Role>> = LazyLock::new(|| {
    let File { roles } = serde_saphyr::from_str(include_str!("roles.yaml")).unwrap_or_else(|error| {
        tracing::error!(%error, "the roles cannot be read: nobody may do anything");
        File::default()
    });
    roles
});

impl Role {
    /// The role with this code.
    pub fn named(code: &str) -> Option<&'static Self> {
        ROLES.get(code)
    }

    /// All roles by their codes, those that may do least first.
    pub fn all() -> Vec<(&'static str, &'static Self)> {
        let mut all: Vec<_> = ROLES.iter().map(|(code, role)| (code.as_str(), role)).collect();
        all.sort_by_key(|(_, role)| role.may.len());
        all
    }

    pub fn permissions(&self) -> Permissions {
        self.may.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests;
