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
        ("Il m'a dit vers 14h30 :\nle plafond va tomber", "Re: x"),
        ("Le 19/11 à 14h30 le plombier a dit :\nil faut couper", "Re: x"),
    ] {
        assert_eq!(super::own_words(text, subject, super::is_reply(subject)), text.trim(), "{subject}");
    }
}

#[test]
fn numbers_are_given_only_to_answers_that_stand_between_questions() {
    let below = "> 1. Fuite\n> 2. Débordement\n> 3. Autre\n\nFuite";
    assert_eq!(super::own_words(below, "Re: x", true), "Fuite");
    let between = "> 1) Quand ?\nhier\n> 2) Où ?\n2. à la cave\n> 3) Qui ?\nmoi\nmon fils";
    assert_eq!(super::own_words(between, "Re: x", true), "1. hier\n2. à la cave\n3. moi\nmon fils");
}

#[test]
fn an_attribution_without_a_blank_line_takes_nothing_of_the_answer() {
    let quoted = "> 1. Y a-t-il un blessé ?\n> 2. L'eau coule-t-elle ?";
    for (own, attribution) in [
        ("Non, personne.", "Le 19 nov. 2026 à 11:35, Sinistres <s@example.org> a écrit :"),
        ("Non.\nPersonne.\nL'eau est coupée.\nMerci", "Le 19 nov. 2026 à 11:35, Sinistres <s@example.org> a écrit :"),
        ("Non", "Le ven. 20 nov. 2026 à 14:05, Sinistres Rives\n<sinistres@rives.example> a écrit :"),
        ("Le plafond qui goutte est celui du salon.", "- Le 2026-11-19 23:25, Test a écrit :"),
        ("Non", "\n\nLe 19 nov. 2026 à 11:35, Sinistres dit :"),
        ("Non", "2026-11-19 23:51 GMT+01:00 Sinistres <s@example.org>:"),
        ("Nein", "Am 19.11.2026 um 11:35 schrieb Sinistres <s@example.org>:"),
        ("No", "El jue, 19 nov 2026 a las 11:35, Sinistres (<s@example.org>) escribió:"),
    ] {
        let text = format!("{own}\n{attribution}\n{quoted}");
        assert_eq!(super::own_words(&text, "Re: x", true), own, "{attribution}");
    }
}

#[test]
fn the_headers_of_other_languages_are_cut() {
    for headers in [
        "Von: Sinistres\nGesendet: Freitag, 20. November 2026 14:05\nAn: Anne\nBetreff: Votre déclaration",
        "De: Sinistres\nEnviado el: viernes, 20 de noviembre de 2026\nPara: Anne\nAsunto: Votre déclaration",
        "Da: Sinistres\nInviato: venerdì 20 novembre 2026\nA: Anne\nOggetto: Votre déclaration",
        "De: Sinistres\nEnviada: sexta-feira, 20 de novembro de 2026\nPara: Anne\nAssunto: Votre déclaration",
        "Van: Sinistres\nVerzonden: vrijdag 20 november 2026\nAan: Anne\nOnderwerp: Votre déclaration",
        "From: Sinistres\nSent: Friday\nTo: Anne\nSubject: Votre déclaration",
        "----- Message initial -----\nDe : Sinistres\nEnvoyé : vendredi",
    ] {
        let text = format!("Non, personne.\n\n{headers}\n\nY a-t-il un blessé, un feu ?");
        assert_eq!(super::own_words(&text, "Re: x", true), "Non, personne.", "{headers}");
    }
}

#[test]
fn marks_in_a_message_that_answers_nothing_are_the_person_s() {
    for text in
        ["La pression est\n>3 bars et l'eau est montée", "Mon voisin m'écrit ceci :\n> j'ai coupé l'eau\n> hier"]
    {
        assert_eq!(super::own_words(text, "Fuite", false), text);
    }
}

#[test]
fn an_answer_of_which_every_line_is_marked_is_not_lost() {
    let own = "> Non, personne.\n> L'eau est coupée depuis ce matin.";
    assert_eq!(super::own_words(own, "Re: x", true), "Non, personne.\nL'eau est coupée depuis ce matin.");
    let ours = "> 1. Y a-t-il un blessé ?\n>\n> Pour répondre, répondez simplement à cet e-mail.\n> Votre référence : K7QF-93MX";
    assert_eq!(super::own_words(ours, "Re: x", true), "", "our own questions are not the person's words");
}
