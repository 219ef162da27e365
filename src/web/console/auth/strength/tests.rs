use super::*;

#[test]
fn what_others_try_first_is_refused() {
    for common in [
        "qwertyuiop",
        "azertyuiop12",
        "motdepasse2026",
        "MotDePasse!!",
        "P@ssw0rd2026",
        "1234567890",
        "9876543210a",
        "aaaaaaaaaaaa",
        "abababababab",
        "chatchatchat",
        "Bienvenue2026!",
        "1qaz2wsx3edc",
    ] {
        assert_eq!(weakness(common, "camille", "Camille Morel"), Some(Weak::Common), "{common}");
    }
    for own in ["camille-chaton-42", "chaton.MOREL.42", "mon guichet 42"] {
        assert_eq!(weakness(own, "camille", "Camille Morel"), Some(Weak::Name), "{own}");
    }
}

#[test]
fn what_only_its_owner_knows_is_taken() {
    for good in ["chaton-gris-42", "trois pommes et un vélo", "Kd8#mQ2vxT", "rue-des-lilas-au-soir"] {
        assert_eq!(weakness(good, "camille", "Camille Morel"), None, "{good}");
    }
}

#[test]
fn the_list_is_sorted_and_plain() {
    let lines: Vec<_> = include_str!("../passwords.txt").lines().collect();
    assert!(
        lines.is_sorted() && lines.len() > 5000 && lines.iter().all(|line| line.is_ascii() && *line == line.trim())
    );
}
