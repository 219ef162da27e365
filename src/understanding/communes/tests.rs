use super::*;
use crate::understanding::tests::vocabulary;

/// The index of the data: its lines, names and postcodes.
fn index() -> [Vec<u8>; 3] {
    let mut named = Vec::new();
    let mut start = 0;
    for line in DATA.lines() {
        let commune = Commune::read(line).unwrap();
        named.push((folded(commune.name), u32::try_from(start).unwrap(), commune));
        start += line.len() + 1;
    }
    named.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let lines = named.iter().flat_map(|(_, start, _)| start.to_be_bytes()).collect();
    let mut names: Vec<(&str, u64)> = Vec::new();
    let mut postcodes = Vec::new();
    for (at, (name, _, commune)) in (0u32..).zip(&named) {
        match names.last_mut() {
            Some((last, value)) if *last == name.as_str() => *value += 1,
            _ => names.push((name, u64::from(at) << 16 | 1)),
        }
        // Islands where nobody lives have none.
        let own = commune.postcodes.split(' ').filter(|postcode| !postcode.is_empty());
        postcodes.extend(own.map(|postcode| [postcode.as_bytes(), &at.to_be_bytes()[1..]].concat()));
    }
    postcodes.sort_unstable();
    [lines, fst::Map::from_iter(names).unwrap().into_fst().into_inner(), postcodes.concat()]
}

#[test]
fn the_index_is_that_of_the_data() {
    let said = "the data changed: cargo test --lib write_the_index -- --ignored";
    let [lines, names, postcodes] = index();
    assert!(lines == LINES && names == NAMES && postcodes == POSTCODES, "{said}");
}

#[test]
#[ignore = "writes the index into the repository, when the data have changed"]
fn write_the_index() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/understanding/communes");
    for (name, bytes) in ["lines.bin", "names.fst", "postcodes.bin"].into_iter().zip(index()) {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn every_commune_is_found_by_its_name_and_its_postcode() {
    let communes = Communes::get();
    let all: Vec<Commune> = (0..).map_while(commune).collect();
    assert_eq!(all.len(), 34_969);
    for commune in &all {
        assert!(communes.named(commune.name).contains(commune), "{commune:?}");
        for postcode in commune.postcodes.split(' ').filter(|postcode| !postcode.is_empty()) {
            assert!(Communes::of_postcode(postcode).any(|other| other == *commune), "{commune:?}");
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

#[test]
fn a_town_is_suggested_for_the_last_words_of_an_address() {
    let suggested = |text: &str| {
        let (at, towns) = vocabulary().towns(text);
        (at, towns.iter().map(|town| format!("{} {}", town.postcode, town.name)).collect::<Vec<_>>())
    };
    assert_eq!(suggested("12 rue des Lilas, Villeurb"), (18, vec!["69100 Villeurbanne".to_owned()]));
    assert_eq!(suggested("12 rue des Lilas 69003 Ly"), (17, vec!["69003 Lyon".to_owned()]));
    assert_eq!(suggested("69003").1, ["69003 Lyon"]);
    let (at, lyon) = suggested("8 avenue Jaurès, lyon");
    assert_eq!(at, 17);
    assert_eq!(lyon.len(), SUGGESTED, "{lyon:?}");
    assert_eq!(lyon[0], "69001 Lyon");
    assert_eq!(suggested("12 rue"), (6, vec![]));
    assert_eq!(suggested("12 bis cours"), (12, vec![]));
    let (at, rue) = suggested("3 place des Tilleuls, Rue");
    assert_eq!((at, &*rue[0]), (22, "80120 Rue"), "a town of the Somme: {rue:?}");
    assert_eq!(suggested("80120 Ru").1, ["80120 Rue"]);
    assert_eq!(suggested(""), (0, vec![]));
    assert_eq!(suggested("à l’ombre 🌳 zzzz").1, Vec::<String>::new());
}
