use super::{super::library::Library, *};

fn library() -> Library {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
    Library::load(&folder).unwrap()
}

fn code<'a>(library: &'a Library, text: &str) -> Option<&'a str> {
    library.languages().recognise(&library.intents().classifier().spell(text)).map(|language| language.code.as_str())
}

#[test]
fn languages_are_told_by_what_is_certain_or_by_frequent_words() {
    let library = library();
    for (text, expected) in [
        ("Hola, tengo una fuga de agua en casa", Some("es")),
        ("me han robado el coche, necesito ayuda", Some("es")),
        ("Bom dia, tenho água na cozinha", Some("pt")),
        ("roubaram o meu carro ontem, preciso de ajuda", Some("pt")),
        ("Buongiorno, ho una perdita d'acqua in bagno", Some("it")),
        ("mi hanno rubato la macchina ieri, sono senza auto", Some("it")),
        ("Guten Tag, wir haben einen Wasserschaden", Some("de")),
        ("bei uns ist Wasser in der Küche", Some("de")),
        ("مرحبا عندي مشكلة في البيت", Some("ar")),
        ("Merhaba, evimde su kaçağı var", Some("tr")),
        ("arabam çalındı, yardım lazım", Some("tr")),
        ("bonjour, j'ai une fuite d'eau dans la cuisine", None),
        ("g une fuite ds la sdb ca coule chez le voisin", None),
        ("my car was stolen yesterday, I need help", None),
        ("oui", None),
        ("12 rue de la Casa, 69003 Lyon", None),
    ] {
        assert_eq!(code(&library, text), expected, "{text}");
    }
}

#[test]
fn danger_is_heard_in_each_language_and_what_is_over_is_none() {
    let library = library();
    let danger = |text: &str| {
        let spelled = library.intents().classifier().spell(text);
        library.languages().recognise(&spelled).and_then(|language| language.danger(&spelled))
    };
    for (text, expected) in [
        ("hola, hay un incendio en mi casa", Some(Danger::Fire)),
        ("hola, huele mucho a gas", Some(Danger::Gas)),
        ("hola, el incendio está apagado", None),
        ("hola, el fuego está apagado pero mi hijo está herido", Some(Danger::Injury)),
        ("hola, ayer empezó y ahora hay humo", Some(Danger::Fire)),
        ("hola, hay fuego en la cocina, nadie está herido", Some(Danger::Fire)),
        ("hola, ayer entraron ladrones en mi casa", None),
        ("bom dia, o meu filho está ferido", Some(Danger::Injury)),
        ("buongiorno, c'è un ladro in casa", Some(Danger::Intruder)),
        ("hallo, es brennt in der Küche", Some(Danger::Fire)),
        ("hallo, gestern hat es gebrannt, niemand ist verletzt", None),
        ("مرحبا يوجد حريق في بيتي", Some(Danger::Fire)),
        ("hola, no hay heridos pero huele a gas", Some(Danger::Gas)),
        ("hola, nadie herido, hay un ladron dentro de mi casa", Some(Danger::Intruder)),
        ("merhaba evimde yangın var", Some(Danger::Fire)),
        ("merhaba evde gaz kokusu var", Some(Danger::Gas)),
    ] {
        assert_eq!(danger(text), expected, "{text}");
    }
}

#[test]
fn every_text_of_a_language_is_required() {
    let mut sources = super::super::sources::built_in();
    let languages = sources[FILE].replace("      received: \"Recibido", "      sent: \"Recibido");
    sources.insert(FILE.to_owned(), languages);
    let problems = Library::from_sources(sources).unwrap_err().to_string();
    assert!(problems.contains("`received` is missing"), "{problems}");
    assert!(problems.contains("`sent` means nothing here"), "{problems}");
}
