use super::*;

#[test]
fn insurers_and_desks_limit_what_is_seen_and_the_role_what_may_be_done() {
    let scope = Scope::of("handler", "ines", ["demo"].into_iter().collect(), ["motor"].into_iter().collect());
    assert!(scope.sees("demo", None) && scope.sees("demo", Some("motor")));
    assert!(!scope.sees("phare", None) && !scope.sees("demo", Some("bodily_injury")) && !scope.sees_all());
    assert!(scope.may(Permission::Act) && !scope.may(Permission::Users));
    assert!(Scope::everything().sees_all() && Scope::of("admin", "x", Reach::All, Reach::All).sees_all());
}

#[test]
fn an_expert_sees_their_own_missions_and_an_unknown_role_nothing() {
    let expert = Scope::of("expert", "plefevre", Reach::All, Reach::All);
    assert!(expert.expert() == Some("plefevre") && !expert.sees_all() && !expert.may(Permission::Cases));
    let unknown = Scope::of("owner", "x", Reach::All, Reach::All);
    assert!(!unknown.sees("demo", None) && !unknown.may(Permission::Act));
}
