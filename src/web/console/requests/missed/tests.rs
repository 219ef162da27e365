use jiff::Timestamp;

use super::*;

impl MissedPage {
    pub(in crate::web::console) fn sample() -> Self {
        let line = |question, dossier: Option<&str>| MissedLine {
            id: "m".into(),
            dossier: dossier.map(str::to_owned),
            text: "le bidule a <lâché>".into(),
            question,
            at: When(Timestamp::UNIX_EPOCH),
            guess: if question { "declare_vol".into() } else { String::new() },
        };
        Self {
            shell: Shell::sample(),
            lines: vec![line(false, None), line(true, Some("d"))],
            intents: vec![("declare_vol".into(), "Vol, cambriolage".into())],
        }
    }
}

#[test]
fn what_people_wrote_is_escaped_and_can_be_taught() {
    let page = MissedPage::sample().render().unwrap();
    assert!(page.contains("le bidule a &#60;lâché&#62;"));
    assert!(page.contains("/console/missed/m"));
    assert_eq!(page.matches("value=\"declare_vol\"").count(), 2);
    assert_eq!(page.matches("value=\"declare_vol\" selected").count(), 1, "what is probable is chosen already");
}
