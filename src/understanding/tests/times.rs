use jiff::{ToSpan, civil::date};

use super::{
    super::{Answer, Listening, Vocabulary, Want},
    friday, vocabulary, want,
};
use crate::domain::{
    fact::{Moment, Precision, Value},
    language::Language,
    message::Input,
};

fn hear(vocabulary: &Vocabulary, text: &str, prefer_past: bool, ctx: &Listening) -> Option<Moment> {
    let want = Want { prefer_past, ..want(Input::DateTime) };
    match vocabulary.answer(&vocabulary.read(text, ctx), &want, ctx) {
        Answer::Value(Value::Moment(moment)) => Some(moment),
        _ => None,
    }
}

/// `start[/end] precision`, as the tables below write a moment.
fn told(moment: Option<Moment>) -> String {
    let Some(moment) = moment else { return "-".to_owned() };
    let instant = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M").to_string().replace(" 00:00", "");
    let end = moment.end.map(|end| format!("/{}", instant(end))).unwrap_or_default();
    let precision = serde_json::to_string(&moment.precision).unwrap();
    format!("{}{end} {}", instant(moment.start), precision.trim_matches('"'))
}

#[test]
fn a_loss_is_looked_for_in_the_past() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, expected) in [
        ("hier", "2026-11-19 day"),
        ("avant-hier", "2026-11-18 day"),
        ("aujourd'hui", "2026-11-20 day"),
        ("hier soir", "2026-11-19 18:00/2026-11-20 part_of_day"),
        ("hier soir vers 18h30", "2026-11-19 18:30 hour"),
        ("hier soir à 8h", "2026-11-19 20:00 hour"),
        ("hier aprem", "2026-11-19 12:00/2026-11-19 18:00 part_of_day"),
        ("ce matin", "2026-11-20 06:00/2026-11-20 12:00 part_of_day"),
        ("ce matin à 7h15", "2026-11-20 07:15 minute"),
        ("cette nuit", "2026-11-19 22:00/2026-11-20 06:00 part_of_day"),
        ("cette nuit vers 3h", "2026-11-20 03:00 hour"),
        ("pendant la nuit", "2026-11-19 22:00/2026-11-20 06:00 part_of_day"),
        ("dans la nuit de mardi à mercredi", "2026-11-17 22:00/2026-11-18 06:00 part_of_day"),
        ("la nuit du 3 au 4 novembre", "2026-11-03 22:00/2026-11-04 06:00 part_of_day"),
        ("lundi", "2026-11-16 day"),
        ("lundi dernier", "2026-11-16 day"),
        ("samedi", "2026-11-14 day"),
        ("vendredi", "2026-11-13 day"),
        ("samedi matin", "2026-11-14 06:00/2026-11-14 12:00 part_of_day"),
        ("depuis samedi", "2026-11-14 day"),
        ("mardi de la semaine dernière", "2026-11-10 day"),
        ("le 3/11", "2026-11-03 day"),
        ("3/11", "2026-11-03 day"),
        ("le 24/12", "2025-12-24 day"),
        ("03/11/2026", "2026-11-03 day"),
        ("3.11.26", "2026-11-03 day"),
        ("03-11-2026", "2026-11-03 day"),
        ("2026-11-03", "2026-11-03 day"),
        ("2026-11-03T18:30", "2026-11-03 18:30 minute"),
        ("12/05/80", "1980-05-12 day"),
        ("12 mai 1980", "1980-05-12 day"),
        ("3 novembre", "2026-11-03 day"),
        ("1er novembre", "2026-11-01 day"),
        ("le premier novembre", "2026-11-01 day"),
        ("trois novembre", "2026-11-03 day"),
        ("le vingt-trois octobre", "2026-10-23 day"),
        ("mardi 3 novembre 2026 à 7h", "2026-11-03 07:00 hour"),
        ("le 3", "2026-11-03 day"),
        ("le 25", "2026-10-25 day"),
        ("c'est arrivé le 3, vers midi", "2026-11-03 12:00 hour"),
        ("il y a trois jours", "2026-11-17 day"),
        ("y a 15 j", "2026-11-05 day"),
        ("ya 2 jours", "2026-11-18 day"),
        ("il y a environ deux heures", "2026-11-20 08:00 hour"),
        ("il y a 20 minutes", "2026-11-20 09:40 minute"),
        ("il y a une semaine", "2026-11-09 week"),
        ("il y a deux mois", "2026-09-01 month"),
        ("depuis 3 jours", "2026-11-17 day"),
        ("vers 18h30", "2026-11-19 18:30 hour"),
        ("18h30", "2026-11-19 18:30 minute"),
        ("18:30", "2026-11-19 18:30 minute"),
        ("à 7h", "2026-11-20 07:00 hour"),
        ("sept heures et demie", "2026-11-20 07:30 minute"),
        ("dix-huit heures trente", "2026-11-19 18:30 minute"),
        ("7h du soir", "2026-11-19 19:00 hour"),
        ("midi", "2026-11-19 12:00 hour"),
        ("minuit", "2026-11-20 hour"),
        ("hier midi", "2026-11-19 12:00 hour"),
        ("hier entre 8h et 19h", "2026-11-19 08:00/2026-11-19 19:00 hour"),
        ("vers 18h30 samedi", "2026-11-14 18:30 hour"),
        ("la semaine dernière", "2026-11-09 week"),
        ("cette semaine", "2026-11-16 week"),
        ("le week-end dernier", "2026-11-14/2026-11-16 day"),
        ("ce week end", "2026-11-14/2026-11-16 day"),
        ("ce we", "2026-11-14/2026-11-16 day"),
        ("le mois dernier", "2026-10-01 month"),
        ("l'année dernière", "2025-01-01 year"),
        ("mi-juillet", "2026-07-11/2026-07-21 week"),
        ("début septembre", "2026-09-01/2026-09-11 week"),
        ("fin octobre", "2026-10-21/2026-11-01 week"),
        ("en juillet", "2026-07-01 month"),
        ("juillet 2025", "2025-07-01 month"),
        ("juillet", "2026-07-01 month"),
        ("en 2024", "2024-01-01 year"),
        ("yesterday evening", "2026-11-19 18:00/2026-11-20 part_of_day"),
        ("last night", "2026-11-19 22:00/2026-11-20 06:00 part_of_day"),
        ("last monday", "2026-11-16 day"),
        ("on saturday at 6:30 pm", "2026-11-14 18:30 minute"),
        ("3 days ago", "2026-11-17 day"),
        ("two weeks ago", "2026-11-02 week"),
        ("november 3rd", "2026-11-03 day"),
        ("November 3, 2025", "2025-11-03 day"),
        ("the 3rd of november", "2026-11-03 day"),
        ("since last week", "2026-11-09 week"),
        ("this morning", "2026-11-20 06:00/2026-11-20 12:00 part_of_day"),
    ] {
        assert_eq!(told(hear(&vocabulary, text, true, &ctx)), expected, "{text}");
    }
}

#[test]
fn an_appointment_is_looked_for_in_the_future() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, expected) in [
        ("ok pr mardi 14h", "2026-11-24 14:00 hour"),
        ("dac pour jeudi", "2026-11-26 day"),
        ("demain matin", "2026-11-21 06:00/2026-11-21 12:00 part_of_day"),
        ("après-demain", "2026-11-22 day"),
        ("le 25", "2026-11-25 day"),
        ("le 3/11", "2027-11-03 day"),
        ("dans 3 jours", "2026-11-23 day"),
        ("la semaine prochaine", "2026-11-23 week"),
        ("la semaine pro", "2026-11-23 week"),
        ("ce week-end", "2026-11-21/2026-11-23 day"),
        ("lundi prochain", "2026-11-23 day"),
        ("à 7h", "2026-11-21 07:00 hour"),
        ("next tuesday", "2026-11-24 day"),
        ("in two weeks", "2026-11-30 week"),
        ("tomorrow at 2pm", "2026-11-21 14:00 hour"),
    ] {
        assert_eq!(told(hear(&vocabulary, text, false, &ctx)), expected, "{text}");
    }
}

#[test]
fn what_is_no_date_or_two_dates_is_not_guessed() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for text in [
        "31/02/2026",
        "le 30 février",
        "45/10",
        "3",
        "un jour",
        "jamais",
        "entre lundi et mercredi",
        "12 rue de Paris",
        "0612345678",
        "pendant 2h",
        "18,30",
        "99999999999999999999/11/2026",
    ] {
        assert_eq!(told(hear(&vocabulary, text, true, &ctx)), "-", "{text}");
    }
    let english = Listening { language: Language::En, ..ctx };
    assert_eq!(told(hear(&vocabulary, "11/23/2025", true, &english)), "2025-11-23 day");
    assert_eq!(told(hear(&vocabulary, "11/23/2025", true, &ctx)), "-");
    assert_eq!(told(hear(&vocabulary, "03/11/2025", true, &english)), "2025-11-03 day");
}

#[test]
fn any_date_written_in_french_is_read_back() {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    let (vocabulary, ctx) = (vocabulary(), friday());
    let mut day = date(1999, 12, 25);
    while day < date(2032, 1, 5) {
        let month = MONTHS[usize::try_from(day.month()).unwrap() - 1];
        let weekday = DAYS[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap()];
        let number = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
        for text in [
            format!("le {weekday} {number} {month} {}", day.year()),
            day.strftime("le %d/%m/%Y").to_string(),
            day.strftime("%Y-%m-%d").to_string(),
        ] {
            let moment = Moment { start: day.at(0, 0, 0, 0), end: None, precision: Precision::Day };
            assert_eq!(hear(&vocabulary, &text, true, &ctx), Some(moment), "{text}");
        }
        let text = format!("{number} {month}");
        let read = hear(&vocabulary, &text, true, &ctx).unwrap().start.date();
        assert!(read <= ctx.now.date() && read.month() == day.month() && read.day() == day.day(), "{text}: {read}");
        day += 3.days();
    }
}
