use super::{
    super::{Command, Danger},
    friday, vocabulary,
};

#[test]
fn danger_is_heard_when_it_is_there_now() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, expected) in [
        ("il y a le feu", Danger::Fire),
        ("y a le feu la maintenant", Danger::Fire),
        ("Il y a encore le feu dans la cuisine !", Danger::Fire),
        ("ma maison est en feu", Danger::Fire),
        ("feu", Danger::Fire),
        ("the kitchen is on fire", Danger::Fire),
        ("le feu a repris, il y a des flammes", Danger::Fire),
        ("le feu n'est pas éteint, il y a le feu partout", Danger::Fire),
        ("ca sent le gaz chez moi", Danger::Gas),
        ("ça sent très fort le gaz", Danger::Gas),
        ("je sais pas ça sent le gaz", Danger::Gas),
        ("il y a une fuite de gaz", Danger::Gas),
        ("fil électrique à terre", Danger::Electricity),
        ("il y a un câble par terre devant la maison", Danger::Electricity),
        ("l'eau coule sur le tableau électrique", Danger::Electricity),
        ("il y a un blessé", Danger::Injury),
        ("non il y a un blessé", Danger::Injury),
        ("il y a deux blessés", Danger::Injury),
        ("ma femme est blessée", Danger::Injury),
        ("il ne respire plus", Danger::Injury),
        ("le plafond menace de s'effondrer", Danger::Collapse),
        ("au secours il est bloqué ds la voiture", Danger::Distress),
        ("AU SECOURS", Danger::Distress),
        ("mon fils saigne de la tête", Danger::Injury),
        ("j'ai pris une décharge en touchant le frigo", Danger::Electricity),
        ("il n'y a plus de fuite d'eau mais ça sent le gaz", Danger::Gas),
        ("personne n'est blessé mais il y a le feu", Danger::Fire),
        ("les voleurs sont encore dans la maison", Danger::Intruder),
        ("on est en train de me cambrioler", Danger::Intruder),
        ("j'entends quelqu'un en bas il a cassé la fenêtre", Danger::Intruder),
        ("il y a quelqu'un dans ma maison j'ai peur", Danger::Intruder),
        ("quelqu'un est entré chez moi", Danger::Intruder),
        ("ils essaient de forcer la porte", Danger::Intruder),
        ("quelqu'un force ma porte", Danger::Intruder),
        ("someone is in my house", Danger::Intruder),
        ("j'ai peur il y a quelqu'un dans ma maison", Danger::Intruder),
        ("ma voisine m'appelle il y a quelqu'un dans ma maison", Danger::Intruder),
        ("les voleurs sont encore dans la maison je suis parti chez la voisine", Danger::Intruder),
        ("mon fils est encore dans la maison", Danger::Distress),
        ("des tuiles sont tombées sur ma fille", Danger::Injury),
        ("ma fille est brûlée au visage", Danger::Injury),
        ("je sens une odeur de brulé dans le tableau électrique", Danger::Electricity),
        ("pas de gaz mais ça sent le brûlé", Danger::Fire),
        ("ça sent le cramé dans la cage d'escalier", Danger::Fire),
        ("le feu a repris", Danger::Fire),
        ("le plafond vient de tomber sur mon fils", Danger::Injury),
    ] {
        assert_eq!(vocabulary.read(text, &ctx).danger(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_denied_supposed_or_over_is_no_danger() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for text in [
        "non pas de blessé",
        "il n'y a pas de blessé",
        "aucun blessé",
        "personne n'est blessé",
        "je ne suis pas blessé",
        "feu éteint",
        "le feu est éteint depuis hier",
        "il y a eu un feu hier, il est éteint",
        "radiateur à gaz",
        "la chaudière à gaz fuit de l'eau",
        "pas de fuite de gaz",
        "il n'y a pas de fuite de gaz ni de blessé",
        "jme suis fait rentrer dedans au feu rouge par AB-123-CD il a signé le constat",
        "feu rouge",
        "feu de cuisine hier",
        "feu de cuisine hier, pompiers venus, plus de hotte ni placards",
        "que faire s'il y a le feu ?",
        "suis-je couvert en cas d'incendie en cours de bail",
        "bjr incendie sur mon balcon a cause d'un megot, store et mobilier brulés",
        "Explosion de la bonbonne de gaz dans l'abri de jardin, tout est détruit",
        "no one is injured",
        "il n'y a plus de fuite de gaz",
        "plus d'odeur de gaz depuis ce matin",
        "personne n'a été blessé",
        "pas d'étincelles",
        "il n'y a plus de flammes",
        "il n'y a plus de fumée",
        "on n'est pas en danger",
        "je suis mort de rire",
        "j'ai failli mourir de rire",
        "la batterie est morte",
        "les feux avant sont cassés",
        "there is no smell of gas",
        "there is no fire",
        "bjr g une fuite ds la sdb ca coule chez le voisin du dessous jfais koi",
        "ma cuisine a brûlé hier soir, le feu est éteint",
        "ça sentait le brûlé hier, plus rien ce matin",
        "j'ai été cambriolé cette nuit, ils sont partis",
        "on a forcé la porte hier",
        "ils ont forcé la porte et tout retourné",
        "on a tenté de forcer ma porte cette nuit",
        "ils ont essayé d'entrer chez moi",
        "j'essaie de rentrer chez moi, la serrure est bloquée",
        "les pompiers sont en train de forcer ma porte",
        "l'eau est encore dans la cave",
        "la voiture est encore dans le garage",
        "il y a quelqu'un chez moi toute la journée",
        "je suis tombée sur elle dans l'escalier",
        "ils ont tout retourné ils ont pris la télé on a appelé les gendarmes ils sont là demain",
        "j'ai entendu du bruit chez les voisins",
        "Bonjour",
        "",
    ] {
        assert_eq!(vocabulary.read(text, &ctx).danger(), None, "{text}");
    }
}

#[test]
fn a_person_is_called_by_whoever_wants_one_and_by_nobody_else() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, called) in [
        ("un conseiller svp", true),
        ("je voudrais un conseiller", true),
        ("je veux absolument parler à un humain", true),
        ("pouvez-vous me rappeler svp", true),
        ("vous pouvez m'appeler ?", true),
        ("me rappeler", true),
        ("il faudrait me rappeler", true),
        ("rappelez moi au 06 12 34 56 78", true),
        ("je n'arrive pas à joindre quelqu'un", true),
        ("je ne sais pas, je voudrais un conseiller", true),
        ("I want to speak to somebody", true),
        ("l'expert doit me rappeler lundi", false),
        ("mon voisin refuse de me rappeler", false),
        ("le garagiste va me rappeler", false),
        ("le syndic n'a pas voulu m'appeler", false),
        ("un conseiller m'a dit de déclarer ici", false),
        ("j'ai appelé un conseiller hier", false),
        ("mon conseiller bancaire me suit", false),
        ("je ne veux pas parler à un conseiller", false),
        ("pas besoin d'un conseiller", false),
        ("I don't want to talk to an agent", false),
    ] {
        let command = vocabulary.read(text, &ctx).command();
        assert_eq!(command == Some(Command::Human), called, "{text}: {command:?}");
    }
}
