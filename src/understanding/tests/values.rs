use super::{
    super::{Answer, Entity, ValueKind, Vocabulary, Want},
    friday, rooms, vocabulary, want,
};
use crate::domain::{
    fact::{Address, Value},
    message::Input,
    number::FiniteNumber,
};

fn answer(vocabulary: &Vocabulary, text: &str, want: &Want) -> Option<Value> {
    match vocabulary.answer(&vocabulary.read(text, &friday()), want, &friday()) {
        Answer::Value(value) => Some(value),
        _ => None,
    }
}

#[test]
fn amounts_are_heard_in_figures_and_words() {
    let vocabulary = vocabulary();
    for (text, cents) in [
        ("1 250,50 €", Some(125_050)),
        ("1\u{202f}250,50\u{a0}€", Some(125_050)),
        ("1250.50", Some(125_050)),
        ("1.250,50 euros", Some(125_050)),
        ("1200e", Some(120_000)),
        ("environ 1200e", Some(120_000)),
        ("1,2k", Some(120_000)),
        ("1.2 k€", Some(120_000)),
        ("environ 800 euros", Some(80_000)),
        ("800 balles", Some(80_000)),
        ("1200", Some(120_000)),
        ("€450", Some(45_000)),
        ("12€50", Some(1_250)),
        ("12 euros 50", Some(1_250)),
        ("mille deux cents euros", Some(120_000)),
        ("deux mille euros", Some(200_000)),
        ("3 mille euros", Some(300_000)),
        ("entre 500 et 800 euros", Some(80_000)),
        ("entre 500€ et 800€", Some(80_000)),
        ("about two thousand euros", Some(200_000)),
        ("rien", Some(0)),
        ("je sais pas exactement, 1500 euros", Some(150_000)),
        ("beaucoup", None),
        ("au 2e étage", None),
        ("99999999999999999999999999 euros", None),
    ] {
        assert_eq!(answer(vocabulary, text, &want(Input::Amount)), cents.map(Value::Amount), "{text}");
    }
}

/// `tests/corpus/amounts.csv`, written by hand: the text, and the amounts that it holds.
#[test]
fn the_corpus_of_amounts_is_read_as_its_writer_meant_it() {
    let vocabulary = vocabulary();
    let corpus = include_str!("../../../tests/corpus/amounts.csv");
    let mut wrong = Vec::new();
    for line in corpus.lines().skip(1) {
        let (text, expected) = line.split_once(';').unwrap();
        let parsed = vocabulary.read(text, &friday());
        let euros = |found: &&Entity| found.kind == ValueKind::Amount && found.foreign.is_none();
        let amounts = parsed.values().iter().filter(euros);
        let read: Vec<String> = amounts
            .map(|found| {
                let Value::Amount(cents) = found.value else { panic!("{found:?}") };
                let low = found.low.map(|low| low.to_string()).unwrap_or_default();
                let tax = found.tax.map(|tax| serde_json::to_string(&tax).unwrap()).unwrap_or_default();
                format!("{cents};{low};{}", tax.trim_matches('"'))
            })
            .collect();
        let none = expected == ";;" && read.is_empty();
        if !none && read != [expected] {
            wrong.push(format!("{text}: {read:?} and not {expected}"));
        }
    }
    assert!(corpus.lines().count() > 100);
    assert!(wrong.is_empty(), "{} are read otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_not_of_euros_is_never_taken_for_them() {
    let vocabulary = vocabulary();
    for (text, cents, code) in [
        ("200 CHF", 20_000, "CHF"),
        ("$300", 30_000, "USD"),
        ("$1,200.50", 120_050, "USD"),
        ("300 $ environ", 30_000, "USD"),
        ("150 livres sterling", 15_000, "GBP"),
        ("£80", 8_000, "GBP"),
        ("about 80 pounds", 8_000, "GBP"),
        ("deux mille francs suisses", 200_000, "CHF"),
        ("entre 200 et 300 CHF", 30_000, "CHF"),
        ("de 500 à 800 dollars", 80_000, "USD"),
        ("USD 450", 45_000, "USD"),
        ("12 500 dirhams", 1_250_000, "MAD"),
        ("100 000 FCFA", 10_000_000, "XOF"),
        ("ça valait 3000 francs à l'époque", 300_000, "FRF"),
    ] {
        let parsed = vocabulary.read(text, &friday());
        let found: Vec<(i64, String)> = parsed
            .values()
            .iter()
            .filter_map(|found| found.foreign.map(|sum| (sum.cents, sum.currency.code().to_owned())))
            .collect();
        assert_eq!(found, [(cents, code.to_owned())], "{text}");
        assert_eq!(answer(vocabulary, text, &want(Input::Amount)), None, "{text}");
        assert_eq!(vocabulary.extract_unprompted(&parsed, &want(Input::Amount), &friday()), None, "{text}");
    }
    assert_eq!(answer(vocabulary, "200 CHF, soit 212 euros", &want(Input::Amount)), Some(Value::Amount(21_200)));
}

/// The kinds and values of everything in a text.
fn kinds(vocabulary: &Vocabulary, text: &str) -> Vec<(ValueKind, String)> {
    let parsed = vocabulary.read(text, &friday());
    let told = |value: &Value| match value {
        Value::Text(text) | Value::Phone(text) | Value::Email(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Duration(minutes) => minutes.to_string(),
        Value::Amount(cents) => cents.to_string(),
        Value::Moment(moment) => moment.start.to_string(),
        Value::Address(address) => {
            let town = [&address.postcode, &address.city].map(|part| part.clone().unwrap_or_default()).join(" ");
            town.trim().to_owned()
        }
        other => format!("{other:?}"),
    };
    parsed.values().iter().map(|found| (found.kind, told(&found.value))).collect()
}

#[test]
fn what_proves_itself_is_taken_for_nothing_else() {
    let vocabulary = vocabulary();
    for (text, kind, value) in [
        ("FR14 2004 1010 0505 0001 3M02 606", ValueKind::Iban, "FR1420041010050500013M02606"),
        ("mon iban : fr1420041010050500013m02606 merci", ValueKind::Iban, "FR1420041010050500013M02606"),
        ("IBAN BE68 5390 0754 7034", ValueKind::Iban, "BE68539007547034"),
        ("siren 552 100 554", ValueKind::Siren, "552100554"),
        ("SIREN 552100554", ValueKind::Siren, "552100554"),
        ("siret : 356 000 000 49837", ValueKind::Siret, "35600000049837"),
        ("AB-123-CD", ValueKind::Plate, "AB-123-CD"),
        ("immatriculée fk 452 lm", ValueKind::Plate, "FK-452-LM"),
        ("plaque 1234 ab 69", ValueKind::Plate, "1234 AB 69"),
        ("ancienne plaque 456 ABC 75", ValueKind::Plate, "456 ABC 75"),
        ("contrat n° 7541289", ValueKind::PolicyNumber, "7541289"),
        ("police PH-204518", ValueKind::PolicyNumber, "PH-204518"),
        ("06 12 34 56 78", ValueKind::Phone, "+33612345678"),
        ("1250,06 12 34 56 78", ValueKind::Phone, "+33612345678"),
        ("moi@exemple.fr", ValueKind::Email, "moi@exemple.fr"),
        ("un salon de 45,5 m2", ValueKind::Surface, "45.5"),
        ("environ 20 m²", ValueKind::Surface, "20"),
        ("une trentaine de mètres carrés", ValueKind::Surface, "30"),
        ("pendant 2 heures", ValueKind::Duration, "120"),
        ("ça a duré 3 jours", ValueKind::Duration, "4320"),
        ("69003 Lyon", ValueKind::Commune, "69003 Lyon"),
        ("69003 lion", ValueKind::Commune, "69003 Lyon"),
        ("93200 st denis", ValueKind::Commune, "93200 Saint-Denis"),
        ("inondation a 26000", ValueKind::Commune, "26000 Valence"),
        ("j'habite à Annonay", ValueKind::Commune, "07100 Annonay"),
        ("c'est arrivé à grenoble", ValueKind::Commune, "Grenoble"),
        ("75 rue de la Paix à Paris 75002", ValueKind::Address, "75002 Paris"),
        ("12 rue des Lilas 42000 st etienne", ValueKind::Address, "42000 Saint-Étienne"),
        ("12 rue des Lilas 38000 Grenobel", ValueKind::Address, "38000 Grenoble"),
    ] {
        assert_eq!(kinds(vocabulary, text), [(kind, value.to_owned())], "{text}");
    }
    // Numbers with wrong check digits are not recognised.
    for text in ["FR15 2004 1010 0505 0001 3M02 606", "siren 552100553", "12 rue 69", "de 500 le"] {
        let proven = |kind| matches!(kind, ValueKind::Iban | ValueKind::Siren | ValueKind::Siret | ValueKind::Plate);
        assert!(!kinds(vocabulary, text).iter().any(|(kind, _)| proven(*kind)), "{text}");
    }
}

#[test]
fn a_postcode_that_its_town_contradicts_is_doubted() {
    let vocabulary = vocabulary();
    for (text, uncertain) in [
        ("12 rue des Lilas 69003 Lyon", false),
        ("12 rue des Lilas 69003 Marseille", true),
        ("75001 Marseille", true),
        ("75001 Paris", false),
    ] {
        assert_eq!(vocabulary.read(text, &friday()).values()[0].uncertain, uncertain, "{text}");
    }
}

#[test]
fn numbers_are_heard_in_figures_and_words() {
    let vocabulary = vocabulary();
    for (text, number) in [
        ("3", Some(3.0)),
        ("trois", Some(3.0)),
        ("un", Some(1.0)),
        ("une seule", None),
        ("aucun", Some(0.0)),
        ("zéro", Some(0.0)),
        ("quatre-vingt-dix-sept", Some(97.0)),
        ("il y en a 2", Some(2.0)),
        ("45,5 m2", Some(45.5)),
        ("2 ou 3", None),
        ("twenty-five", Some(25.0)),
    ] {
        assert_eq!(
            answer(vocabulary, text, &want(Input::Number)),
            number.and_then(FiniteNumber::new).map(Value::Number),
            "{text}"
        );
    }
}

#[test]
fn durations_are_heard_in_minutes() {
    let vocabulary = vocabulary();
    for (text, minutes) in [
        ("2 heures", Some(120)),
        ("1h30", Some(90)),
        ("une heure", Some(60)),
        ("trois jours", Some(4_320)),
        ("20 min", Some(20)),
        ("a week", Some(10_080)),
        ("une demi-heure", Some(30)),
        ("3 jours et demi", Some(5_040)),
        ("one week", Some(10_080)),
        ("longtemps", None),
    ] {
        assert_eq!(answer(vocabulary, text, &want(Input::Duration)), minutes.map(Value::Duration), "{text}");
    }
}

#[test]
fn addresses_are_heard_with_their_parts() {
    let vocabulary = vocabulary();
    let address = |line: &str, postcode: Option<&str>, city: Option<&str>| {
        Some(Value::Address(Address {
            line: line.to_owned(),
            postcode: postcode.map(str::to_owned),
            city: city.map(str::to_owned),
            ..Address::default()
        }))
    };
    for (text, expected) in [
        ("12 rue des Lilas 69003 Lyon 2e etage", address("12 rue des Lilas, 2e etage", Some("69003"), Some("Lyon"))),
        (
            "j'habite au 3 bis, avenue du Général Leclerc, 75014 Paris depuis 2010",
            address("3 bis, avenue du Général Leclerc", Some("75014"), Some("Paris")),
        ),
        (
            "12 bd Voltaire, bât B, 93200 Saint-Denis",
            address("12 bd Voltaire, bât B", Some("93200"), Some("Saint-Denis")),
        ),
        ("4 impasse du Puits", address("4 impasse du Puits", None, None)),
        ("boulevard du port 76000 rouen", address("boulevard du port", Some("76000"), Some("Rouen"))),
        ("Parking de la mairie, 51100 Reims.", address("Parking de la mairie", Some("51100"), Some("Reims"))),
        (
            "103 bis rue des Tanneurs, CS 91704, 33063 Bordeaux CEDEX 1",
            address("103 bis rue des Tanneurs", Some("33063"), Some("Bordeaux")),
        ),
        ("7 bis Av. Berthelot, 69007 Lyon", address("7 bis Av. Berthelot", Some("69007"), Some("Lyon"))),
        ("j'ai une fuite au 12 av. Foch 69006 Lyon depuis hier", address("12 av. Foch", Some("69006"), Some("Lyon"))),
        ("8 bd St Marcel, Paris", address("8 bd St Marcel", None, Some("Paris"))),
        ("9 rue des Roches, Lorient", address("9 rue des Roches", Some("56100"), Some("Lorient"))),
        ("quatre-vingt-quatre cours Gambetta 69007 Lyon", address("84 cours Gambetta", Some("69007"), Some("Lyon"))),
        ("38J rue des Tanneurs 69007 Lyon", address("38J rue des Tanneurs", Some("69007"), Some("Lyon"))),
        ("12r Victor Hugo 69002 Lyon", address("12r Victor Hugo", Some("69002"), Some("Lyon"))),
        // An INSEE code is no postcode.
        ("4 rue du Four 2B096 Corte", address("4 rue du Four", Some("20250"), Some("Corte"))),
        ("5 rue Haute 30000 nimes evidemment", address("5 rue Haute", Some("30000"), Some("Nîmes"))),
        ("lieu-dit Le Bourg 24200 Sarlat", address("lieu-dit Le Bourg", Some("24200"), Some("Sarlat"))),
        ("69003 Lyon", address("69003 Lyon", Some("69003"), Some("Lyon"))),
        ("chez moi", None),
    ] {
        assert_eq!(answer(vocabulary, text, &want(Input::Address)), expected, "{text}");
    }
}

#[test]
fn phones_become_e164_with_overseas_regions() {
    let vocabulary = vocabulary();
    for (text, phone) in [
        // Arcep's numbers for fiction, which the demonstration uses.
        ("06 39 98 01 01", Some("+33639980101")),
        ("01 99 00 12 34", Some("+33199001234")),
        ("06 00 00 00 00 00", None),
        ("06 12 34 56 78", Some("+33612345678")),
        ("mon numéro c'est le 0612345678 merci", Some("+33612345678")),
        ("06.12.34.56.78", Some("+33612345678")),
        ("+33 (0)6 12 34 56 78", Some("+33612345678")),
        ("0033612345678", Some("+33612345678")),
        ("0692 12 34 56", Some("+262692123456")),
        ("0696 12 34 56", Some("+596696123456")),
        ("+44 20 7946 0958", Some("+442079460958")),
        ("12 34", None),
        ("00 00 00 00 00", None),
    ] {
        let expected = phone.map(|phone| Value::Phone(phone.to_owned()));
        assert_eq!(answer(vocabulary, text, &want(Input::Phone)), expected, "{text}");
    }
}

#[test]
fn emails_plates_and_policy_numbers_are_heard() {
    let vocabulary = vocabulary();
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    assert_eq!(
        answer(vocabulary, "Écrivez à Jean.Dupont+sinistre@example.co.uk.", &want(Input::Email)),
        Some(Value::Email("jean.dupont+sinistre@example.co.uk".to_owned()))
    );
    assert_eq!(answer(vocabulary, "plaque GH-208-XZ", &want(Input::Plate)), text("GH-208-XZ"));
    let told = |said: &str| {
        let parsed = vocabulary.read(said, &friday());
        vocabulary.extract_unprompted(&parsed, &want(Input::Plate), &friday())
    };
    assert_eq!(told("ma voiture AB-123-CD a été heurtée au feu rouge"), text("AB-123-CD"));
    // The other vehicle's is not the person's own.
    for other in
        ["rentré dedans au feu rouge par AB-123-CD", "j'ai tapé contre une Clio AB-123-CD", "sa plaque : AB-123-CD"]
    {
        assert_eq!(told(other), None, "{other}");
    }
    assert_eq!(answer(vocabulary, "ab 123 cd", &want(Input::Plate)), text("AB-123-CD"));
    assert_eq!(answer(vocabulary, "1234 AB 69", &want(Input::Plate)), text("1234 AB 69"));
    assert_eq!(answer(vocabulary, "je sais plus", &want(Input::Plate)), None);
    let policy = want(Input::PolicyNumber);
    assert_eq!(answer(vocabulary, "contrat n° 7541289", &policy), text("7541289"));
    assert_eq!(answer(vocabulary, "75 41 289", &policy), text("7541289"));
    assert_eq!(answer(vocabulary, "12", &policy), None);
    let pattern = regex::Regex::new("[A-Z]{2}[0-9]{7}").unwrap();
    let policy = Want { policy_pattern: Some(&pattern), ..policy };
    assert_eq!(answer(vocabulary, "c'est le ab1234567 je crois", &policy), text("AB1234567"));
    assert_eq!(answer(vocabulary, "AB 123 45 67", &policy), text("AB1234567"));
    assert_eq!(answer(vocabulary, "1234567", &policy), None);
    let whole = regex::Regex::new("^(?:PH-?[0-9]{6})$").unwrap();
    let policy = Want { policy_pattern: Some(&whole), ..policy };
    assert_eq!(answer(vocabulary, "contrat n°PH-204518.", &policy), text("PH-204518"));
    assert_eq!(answer(vocabulary, "ph 204 518", &policy), text("PH204518"));
    assert_eq!(answer(vocabulary, "APH-204518", &policy), None);
    let parsed = vocabulary.read("fuite hier, contrat PH-204518", &friday());
    assert_eq!(vocabulary.extract_unprompted(&parsed, &policy, &friday()), text("PH-204518"));
}

#[test]
fn one_message_answers_several_questions_and_each_value_one() {
    let (vocabulary, ctx, rooms) = (vocabulary(), friday(), rooms());
    let mut parsed = vocabulary.read(
        "Bonjour, fuite hier soir dans la cuisine au 12 rue des Lilas 69003 Lyon, environ 1200e, contrat n° 7541289, tel 06 12 34 56 78",
        &ctx,
    );
    let extract_unprompted =
        |parsed: &super::super::ParsedMessage, want: &Want| vocabulary.extract_unprompted(parsed, want, &ctx);
    let date = extract_unprompted(&parsed, &want(Input::Date)).unwrap();
    parsed.take(&date);
    assert_eq!(extract_unprompted(&parsed, &want(Input::Date)), None, "the date is taken");
    assert_eq!(extract_unprompted(&parsed, &want(Input::Amount)), Some(Value::Amount(120_000)));
    assert_eq!(extract_unprompted(&parsed, &want(Input::PolicyNumber)), Some(Value::Text("7541289".into())));
    assert_eq!(extract_unprompted(&parsed, &want(Input::Phone)), Some(Value::Phone("+33612345678".into())));
    assert!(matches!(extract_unprompted(&parsed, &want(Input::Address)), Some(Value::Address(_))));
    let choices = Want { choices: Some(&rooms), ..want(Input::Choice) };
    assert_eq!(extract_unprompted(&parsed, &choices), Some(Value::Choice("kitchen".into())));
    for input in [Input::Text, Input::YesNo, Input::Number, Input::Duration, Input::Plate, Input::Email] {
        assert_eq!(extract_unprompted(&parsed, &want(input)), None, "{input:?}");
    }
}

#[test]
fn figures_that_say_nothing_of_themselves_are_not_volunteered() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    let parsed = vocabulary.read("ma machine 7541289 de 500 litres au 2e", &ctx);
    for input in [Input::Amount, Input::PolicyNumber, Input::Plate, Input::Phone, Input::Date, Input::Address] {
        assert_eq!(vocabulary.extract_unprompted(&parsed, &want(input), &ctx), None, "{input:?}");
    }
}

#[test]
fn hostile_text_is_read_without_panic() {
    let (vocabulary, ctx, rooms) = (vocabulary(), friday(), rooms());
    let long = "1 ".repeat(50_000);
    for text in [
        "",
        " ",
        "\0",
        "🙂👍🏽",
        "\u{202e}etxet",
        "مرحبا عندي تسرب ماء في المنزل",
        "é̀̂̈",
        "9".repeat(100_000).as_str(),
        long.as_str(),
        "le le le le vers vers depuis",
        "il y a",
        "il y a 9999999999 ans",
        "entre",
        "de à de à",
        "+",
        "0",
        "00",
        "@@@@",
        "a@b.c@d.e",
        "1/1/1/1/1",
        "//..--",
        "1.",
        "1,",
        "1:",
        "€",
        "€€ €",
        "k",
        "e",
        "24h60",
        "99h99",
        "25:61:99",
        "29 février 1900",
        "31 juin",
        "ﬁn ﬀ İstanbul ǅ",
        "\u{feff}oui",
        "il y a 1000 ans",
        "dans 1000 ans",
        "le 0/0/0",
        "0000-00-00",
        "nuit du 0 au 1",
        "nuit de",
        "12 rue",
        "contrat",
        "contrat n°",
        "٣ نوفمبر",
        "３ novembre",
    ] {
        let parsed = vocabulary.read(text, &ctx);
        for input in [
            Input::Text,
            Input::YesNo,
            Input::Choice,
            Input::Choices,
            Input::Number,
            Input::Amount,
            Input::Date,
            Input::Duration,
            Input::Address,
            Input::Phone,
            Input::Email,
            Input::PolicyNumber,
            Input::Plate,
            Input::Photos,
            Input::Consent,
        ] {
            let want = Want { choices: Some(&rooms), ..want(input) };
            let _ = vocabulary.answer(&parsed, &want, &ctx);
            let _ = vocabulary.extract_unprompted(&parsed, &want, &ctx);
        }
        for found in parsed.values() {
            assert!(text.get(found.span.clone()).is_some(), "{found:?} of {text:?}");
        }
    }
}
