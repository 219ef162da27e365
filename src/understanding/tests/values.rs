use super::{
    super::{Answer, Vocabulary, Want},
    friday, rooms, vocabulary, want,
};
use crate::domain::{
    fact::{Address, Value},
    message::Input,
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
        assert_eq!(answer(&vocabulary, text, &want(Input::Amount)), cents.map(Value::Amount), "{text}");
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
        ("45,5 m2", None),
        ("2 ou 3", None),
        ("twenty-five", Some(25.0)),
    ] {
        assert_eq!(answer(&vocabulary, text, &want(Input::Number)), number.map(Value::Number), "{text}");
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
        ("a week", None),
        ("one week", Some(10_080)),
        ("longtemps", None),
    ] {
        assert_eq!(answer(&vocabulary, text, &want(Input::Duration)), minutes.map(Value::Duration), "{text}");
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
        ("lieu-dit Le Bourg 24200 Sarlat", address("lieu-dit Le Bourg 24200 Sarlat", Some("24200"), Some("Sarlat"))),
        ("69003 Lyon", address("69003 Lyon", Some("69003"), Some("Lyon"))),
        ("chez moi", None),
    ] {
        assert_eq!(answer(&vocabulary, text, &want(Input::Address)), expected, "{text}");
    }
}

#[test]
fn phones_become_e164_with_overseas_regions() {
    let vocabulary = vocabulary();
    for (text, phone) in [
        // ARCEP's numbers for fiction: nobody's, and the demonstration's.
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
        assert_eq!(answer(&vocabulary, text, &want(Input::Phone)), expected, "{text}");
    }
}

#[test]
fn emails_plates_and_policy_numbers_are_heard() {
    let vocabulary = vocabulary();
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    assert_eq!(
        answer(&vocabulary, "Écrivez à Jean.Dupont+sinistre@example.co.uk.", &want(Input::Email)),
        Some(Value::Email("jean.dupont+sinistre@example.co.uk".to_owned()))
    );
    assert_eq!(answer(&vocabulary, "plaque GH-208-XZ", &want(Input::Plate)), text("GH-208-XZ"));
    let reading = vocabulary.read("rentré dedans au feu rouge par AB-123-CD", &friday());
    assert_eq!(vocabulary.volunteer(&reading, &want(Input::Plate), &friday()), text("AB-123-CD"));
    assert_eq!(answer(&vocabulary, "ab 123 cd", &want(Input::Plate)), text("AB-123-CD"));
    assert_eq!(answer(&vocabulary, "1234 AB 69", &want(Input::Plate)), text("1234 AB 69"));
    assert_eq!(answer(&vocabulary, "je sais plus", &want(Input::Plate)), None);
    let policy = want(Input::PolicyNumber);
    assert_eq!(answer(&vocabulary, "contrat n° 7541289", &policy), text("7541289"));
    assert_eq!(answer(&vocabulary, "75 41 289", &policy), text("7541289"));
    assert_eq!(answer(&vocabulary, "12", &policy), None);
    let pattern = regex::Regex::new("[A-Z]{2}[0-9]{7}").unwrap();
    let policy = Want { policy_pattern: Some(&pattern), ..policy };
    assert_eq!(answer(&vocabulary, "c'est le ab1234567 je crois", &policy), text("AB1234567"));
    assert_eq!(answer(&vocabulary, "AB 123 45 67", &policy), text("AB1234567"));
    assert_eq!(answer(&vocabulary, "1234567", &policy), None);
    let whole = regex::Regex::new("^(?:PH-?[0-9]{6})$").unwrap();
    let policy = Want { policy_pattern: Some(&whole), ..policy };
    assert_eq!(answer(&vocabulary, "contrat n°PH-204518.", &policy), text("PH-204518"));
    assert_eq!(answer(&vocabulary, "ph 204 518", &policy), text("PH204518"));
    assert_eq!(answer(&vocabulary, "APH-204518", &policy), None);
    let reading = vocabulary.read("fuite hier, contrat PH-204518", &friday());
    assert_eq!(vocabulary.volunteer(&reading, &policy, &friday()), text("PH-204518"));
}

#[test]
fn one_message_answers_several_questions_and_each_value_one() {
    let (vocabulary, ctx, rooms) = (vocabulary(), friday(), rooms());
    let mut reading = vocabulary.read(
        "Bonjour, fuite hier soir dans la cuisine au 12 rue des Lilas 69003 Lyon, environ 1200e, contrat n° 7541289, tel 06 12 34 56 78",
        &ctx,
    );
    let volunteer = |reading: &super::super::Reading, want: &Want| vocabulary.volunteer(reading, want, &ctx);
    let date = volunteer(&reading, &want(Input::Date)).unwrap();
    reading.take(&date);
    assert_eq!(volunteer(&reading, &want(Input::Date)), None, "the date is taken");
    assert_eq!(volunteer(&reading, &want(Input::Amount)), Some(Value::Amount(120_000)));
    assert_eq!(volunteer(&reading, &want(Input::PolicyNumber)), Some(Value::Text("7541289".into())));
    assert_eq!(volunteer(&reading, &want(Input::Phone)), Some(Value::Phone("+33612345678".into())));
    assert!(matches!(volunteer(&reading, &want(Input::Address)), Some(Value::Address(_))));
    let choices = Want { choices: Some(&rooms), ..want(Input::Choice) };
    assert_eq!(volunteer(&reading, &choices), Some(Value::Choice("kitchen".into())));
    for input in [Input::Text, Input::YesNo, Input::Number, Input::Duration, Input::Plate, Input::Email] {
        assert_eq!(volunteer(&reading, &want(input)), None, "{input:?}");
    }
}

#[test]
fn figures_that_say_nothing_of_themselves_are_not_volunteered() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    let reading = vocabulary.read("ma machine 7541289 de 500 litres au 2e", &ctx);
    for input in [Input::Amount, Input::PolicyNumber, Input::Plate, Input::Phone, Input::Date, Input::Address] {
        assert_eq!(vocabulary.volunteer(&reading, &want(input), &ctx), None, "{input:?}");
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
        let reading = vocabulary.read(text, &ctx);
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
            let _ = vocabulary.answer(&reading, &want, &ctx);
            let _ = vocabulary.volunteer(&reading, &want, &ctx);
        }
        for found in reading.values() {
            assert!(text.get(found.span.clone()).is_some(), "{found:?} of {text:?}");
        }
    }
}
