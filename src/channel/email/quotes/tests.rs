//! The mails in `tests/mails`, each as a certain mail program writes it, with the person's own words as the expected
//! result.

use std::{fs, path::Path};

use super::super::parse::parse;

#[test]
fn each_program_s_mail_gives_the_person_s_own_words() {
    let mut wrong = Vec::new();
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails");
    let mut seen = 0;
    for entry in fs::read_dir(mails).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            let mail = parse(&fs::read(&path).unwrap().into()).unwrap();
            let expected = fs::read_to_string(path.with_extension("txt")).unwrap();
            if mail.text != expected.trim() {
                wrong.push(format!("{}:\n{}\n-- instead of --\n{expected}", path.display(), mail.text));
            }
            seen += 1;
        }
    }
    assert!(seen >= 25, "the mails were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_looks_quoted_is_kept() {
    for (text, subject) in [
        ("De la cuisine : le plafond\nÀ voir : la photo", ""),
        ("Le 12 mars, mon voisin m'a écrit :\nj'arrive", "Re: x"),
        ("Le syndic a écrit :\nil passe demain", "Re: x"),
        ("Envoyé par la poste hier, vous devriez avoir le constat demain.", "Re: x"),
        ("________________\n\nje continue ici", "Re: x"),
        ("--\nrien que cela", "Re: x"),
        ("> cité seul, sans réponse à rien", "Photos"),
        ("From: moi\nTo: vous", "Re: x"),
    ] {
        assert_eq!(super::own_words(text, subject), text.trim(), "{subject}");
    }
}

#[test]
fn numbers_are_given_only_to_answers_that_stand_between_questions() {
    let below = "> 1. Fuite\n> 2. Débordement\n> 3. Autre\n\nFuite";
    assert_eq!(super::own_words(below, "Re: x"), "Fuite");
    let between = "> 1) Quand ?\nhier\n> 2) Où ?\n2. à la cave\n> 3) Qui ?\nmoi\nmon fils";
    assert_eq!(super::own_words(between, "Re: x"), "1. hier\n2. à la cave\n3. moi\nmon fils");
}
