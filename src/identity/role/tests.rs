use super::*;

#[test]
fn the_roles_are_those_of_the_desk() {
    let codes: Vec<_> = ROLES.keys().map(String::as_str).collect();
    assert_eq!(codes, ["admin", "expert", "handler", "manager", "reader", "supervisor"]);
    assert!(Role::named("owner").is_none());
}

#[test]
fn only_who_may_act_changes_cases_and_only_admins_users() {
    for (code, role) in Role::all() {
        let may = role.permissions();
        assert_eq!(may.hold(Permission::Act), !["expert", "reader"].contains(&code), "{code}");
        assert_eq!(may.hold(Permission::Users), code == "admin", "{code}");
        assert_eq!(may.hold(Permission::Access), ["admin", "reader"].contains(&code), "{code}");
        assert_ne!(may.hold(Permission::Cases), may.hold(Permission::OwnMissions), "{code}");
    }
}
