use super::{address, can_receive, country};

#[test]
fn a_person_has_one_address_whatever_the_provider_writes() {
    for (written, expected) in [
        ("+33612345678", "+33612345678"),
        (" +33 6 12 34 56 78 ", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("33612345678", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        // Overseas: Réunion, Guadeloupe, Martinique, Guyane, Mayotte.
        ("0692123456", "+262692123456"),
        ("0690001234", "+590690001234"),
        ("0696201234", "+596696201234"),
        ("0694201234", "+594694201234"),
        ("0639012345", "+262639012345"),
        // Reserved for fiction (Arcep).
        ("0639980001", "+33639980001"),
        ("+447911123456", "+447911123456"),
        ("38123", "38123"),
        ("AMELI", "AMELI"),
        ("", ""),
    ] {
        assert_eq!(address(written), expected, "{written}");
    }
}

#[test]
fn names_cannot_be_answered() {
    for (address, expected) in [("+33612345678", true), ("38123", true), ("AMELI", false), ("", false), ("+", false)] {
        assert_eq!(can_receive(address), expected, "{address}");
    }
}

#[test]
fn a_number_has_the_country_of_its_plan() {
    for (number, expected) in [
        ("+33612345678", Some("FR")),
        ("+262692123456", Some("RE")),
        ("+590690001234", Some("GP")),
        ("+32470123456", Some("BE")),
        ("+14165550100", Some("CA")),
        // Reserved for fiction: no plan knows them, their calling code does.
        ("+33639980001", Some("FR")),
        ("+999123456789", Some("??")),
        ("38123", None),
    ] {
        assert_eq!(country(number).as_deref(), expected, "{number}");
    }
}
