use super::Status::{Closed, Collecting, HandedOver, Oriented, Qualified, Withdrawn};

#[test]
fn a_dossier_is_qualified_before_it_is_oriented() {
    assert!(!Collecting.may_become(Oriented));
    assert!(Collecting.may_become(Qualified) && Qualified.may_become(Oriented));
}

#[test]
fn what_is_over_goes_only_to_a_person() {
    for over in [Closed, Withdrawn] {
        assert!(over.may_become(HandedOver));
        assert!(!over.may_become(Collecting) && !over.may_become(Oriented));
    }
}
