use super::*;
use crate::flow::program::{diagnostics::Strictness, library::Library, sources::built_in};

#[test]
fn faults_are_found_where_they_are() {
    for (text, near) in [
        ("D’où vient l’eau\u{a0}?", None),
        ("D'où vient l’eau\u{a0}?", Some("D'où vient")),
        ("D’où vient l’eau ?", Some("vient l’eau ?")),
        ("D’où vient l’eau?", Some("vient l’eau?")),
        ("Dites «\u{a0}aide\u{a0}».", None),
        ("Dites « aide\u{a0}».", Some("Dites « aide")),
        ("Dites «\u{a0}aide ».", Some("aide ».")),
        ("Dites \"aide\"", Some("Dites \"aide\"")),
        ("Un chiffre\u{a0}: 1, 2...", Some("1, 2...")),
        ("Le numéro\u{202f}: 3", Some("numéro\u{202f}:")),
        ("Le numéro\u{a0}: {{ value if x == 'a' else \"b\" }}", None),
        ("{{ label }} : {{ value }}", Some("… : …")),
        ("{{ label }}: {{ value }}", Some("…: …")),
        ("{% if a %}C’est{% endif %} {{ list }}\u{a0}; fin", None),
        ("à 18:30, voir https://example.org/?a=1", None),
        ("{{ insurer.assistance }}.", None),
        ("1\u{a0}520\u{a0}€, dès 18\u{a0}h\u{a0}30, 01 99 00 12 34, 12 heures, 3 hommes", None),
        ("1 520\u{a0}€", Some("1 520\u{a0}€")),
        ("2 000 euros", Some("2 000 euros")),
        ("380 €", Some("380 €")),
        ("de 9 h à midi", Some("de 9 h à midi")),
        ("à {{ hour }} h", Some("à … h")),
    ] {
        let found = fault(text);
        assert_eq!(found.is_some(), near.is_some(), "{text}: {found:?}");
        if let (Some((_, found)), Some(near)) = (found, near) {
            assert!(found.contains(near), "{text}: {found}");
        }
    }
}

#[test]
fn the_shipped_flows_are_written_as_french_is() {
    let (_, problems) = Library::compile(built_in(), Strictness::Files);
    let faults: Vec<_> = problems.iter().map(ToString::to_string).filter(|text| text.contains("French text")).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_check_names_the_text_and_leaves_people_s_words_and_stored_revisions_alone() {
    let mut sources = built_in();
    let handovers = sources["handovers.yaml"].clone() + "  odd: { fr: \"l'heure\", en: hour }\n";
    let line = handovers.lines().count();
    sources.insert("handovers.yaml".to_owned(), handovers);
    let said = |strictness| {
        let (_, problems) = Library::compile(sources.clone(), strictness);
        problems.iter().map(ToString::to_string).filter(|text| text.contains("French text")).collect::<Vec<_>>()
    };
    let expected =
        format!("handovers.yaml:{line}:14: warning: a French text has a straight apostrophe: write ’, near `l'heure`");
    assert_eq!(said(Strictness::Files), [expected]);
    assert!(said(Strictness::Stored).is_empty());
}

/// The pages' own texts. English stands beside French there: what has a space before double punctuation, or guillemets,
/// is French.
#[test]
fn the_pages_are_written_as_french_is() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let computed = regex::Regex::new(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}").unwrap();
    let marks = regex::Regex::new(r"(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->|<[^>]*>").unwrap();
    let strings = regex::Regex::new(r#""((?:[^"\\\n]|\\.)*)""#).unwrap();
    let mut folders = vec![root.join("src/web"), root.join("src/channel")];
    let (mut looked_at, mut faults) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy();
            let texts: Vec<String> = if name.ends_with(".html") || name == "message.txt" {
                let page = computed.replace_all(&std::fs::read_to_string(&path).unwrap(), "\u{2060}").into_owned();
                marks.split(&page).map(str::to_owned).collect()
            } else if ["words.yaml", "strings-fr.js"].contains(&&*name) {
                let page = std::fs::read_to_string(&path).unwrap();
                strings.captures_iter(&page).map(|string| string[1].to_owned()).collect()
            } else {
                continue;
            };
            looked_at += 1;
            // Arabic has guillemets too, without spaces.
            let is_arabic = |text: &str| text.contains(|c| ('\u{600}'..='\u{6ff}').contains(&c));
            let is_french = |text: &&String| {
                [" :", " ;", " ?", " !", "«"].iter().any(|mark| text.contains(mark)) && !is_arabic(text)
            };
            for text in texts.iter().filter(is_french) {
                faults.extend(fault(text).map(|(what, near)| format!("{}: {what}, near `{near}`", path.display())));
            }
        }
    }
    assert!(looked_at > 10 && faults.is_empty(), "{looked_at} files\n{}", faults.join("\n"));
}
