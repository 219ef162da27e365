use super::*;

#[test]
fn every_commune_is_found_by_its_name_and_its_postcode() {
    let communes = Communes::get();
    assert_eq!(communes.all.len(), 34_969);
    for commune in &communes.all {
        assert!(communes.named(commune.name).contains(commune), "{commune:?}");
        for postcode in commune.postcodes.split(' ').filter(|postcode| !postcode.is_empty()) {
            assert!(communes.of_postcode(postcode).any(|other| other == *commune), "{commune:?}");
            assert!(postcode.len() == 5 && commune.code.len() == 5, "{commune:?}");
        }
    }
}

#[test]
fn names_are_found_as_people_write_them() {
    let communes = Communes::get();
    for (written, name) in [
        ("LYON", "Lyon"),
        ("st etienne", "Saint-Étienne"),
        ("Lyon 3e", "Lyon"),
        ("aix en provence", "Aix-en-Provence"),
        ("L'Haÿ-les-Roses", "L'Haÿ-les-Roses"),
        ("Évreux cedex", "Évreux"),
    ] {
        assert_eq!(communes.named(written).first().map(|commune| commune.name), Some(name), "{written}");
    }
    assert_eq!(communes.mistyped("grenobel").map(|commune| commune.name), None, "two letters changed places");
    assert_eq!(communes.mistyped("marseile").map(|commune| commune.name), Some("Marseille"));
    assert_eq!(communes.mistyped("toulouze").map(|commune| commune.name), Some("Toulouse"));
    assert!(communes.named("nulle part").is_empty());
}

#[test]
fn a_postcode_and_a_town_are_checked_against_each_other() {
    let communes = Communes::get();
    let name = |agreement| match agreement {
        Agreement::Agrees(commune) => format!("= {}", commune.name),
        Agreement::Mistyped(commune) => format!("~ {}", commune.name),
        Agreement::Unknown => "?".to_owned(),
        Agreement::Differs => "no".to_owned(),
    };
    for (postcode, town, expected) in [
        ("69003", "Lyon", "= Lyon"),
        ("69003", "lion", "~ Lyon"),
        ("93200", "st denis", "= Saint-Denis"),
        ("38000", "Grenobel", "~ Grenoble"),
        ("75001", "Marseille", "no"),
        ("69003", "Croix Rousse", "?"),
        ("69433", "Lyon cedex 03", "= Lyon"),
    ] {
        assert_eq!(name(communes.agree(postcode, town)), expected, "{postcode} {town}");
    }
}
