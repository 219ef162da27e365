use super::{address, can_receive};

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
