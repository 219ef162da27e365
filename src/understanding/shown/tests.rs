use super::*;

#[test]
fn a_label_or_its_number_is_a_shown_answer() {
    let label = |fr: &str, en: &str| Label { fr: fr.to_owned(), en: en.to_owned() };
    let labels = [label("Dégât des eaux, fuite", "Water damage, leak"), label("Non", "No")];
    let shown = ShownAnswers::new(&labels);
    let holds = |text: &str| shown.holds(&Text::new(text), Language::Fr);
    for text in ["Dégât des eaux, fuite", "degat des eaux fuite !", "NON", " non. ", "1", "2"] {
        assert!(holds(text), "{text}");
    }
    for text in ["", "?", "!", "non ?", "non merci", "fuite", "dégât des eaux", "0", "3", "1 2", "Water damage, leak"]
    {
        assert!(!holds(text), "{text}");
    }
    assert!(shown.holds(&Text::new("water damage leak"), Language::En));
}
