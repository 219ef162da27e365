use super::{Block, Written, write};

fn numbered(pattern: &str, page: usize, of: usize) -> String {
    format!("{pattern} {page}/{of}")
}

fn written(blocks: Vec<Block>) -> Vec<u8> {
    let made = jiff::civil::date(2026, 11, 30).at(11, 0, 0, 0);
    let (title, author) = ("Récapitulatif".to_owned(), "Mutuelle des Rives".to_owned());
    let written =
        Written { title, author, language: "fr", made, blocks, page_number: numbered, numbering: "page".to_owned() };
    write(&written).unwrap()
}

fn has(pdf: &[u8], what: &str) -> bool {
    pdf.windows(what.len()).any(|part| part == what.as_bytes())
}

#[test]
fn what_people_write_becomes_a_tagged_document() {
    let rows = vec![
        ("Où".to_owned(), "cuisine, « à gauche » 👍 مطبخ \u{1}\ttab".to_owned()),
        ("Un mot très long".to_owned(), "anticonstitutionnellement".repeat(20)),
        (String::new(), String::new()),
    ];
    let pdf = written(vec![Block::Heading(1, "Récapitulatif".into()), Block::Table(rows)]);
    assert!(pdf.starts_with(b"%PDF-1.7"));
    for part in ["/StructTreeRoot", "/MarkInfo", "/Lang", "/Outlines", "/Marked true", "/DisplayDocTitle true"] {
        assert!(has(&pdf, part), "{part}");
    }
}

#[test]
fn a_long_one_has_several_pages() {
    let rows: Vec<_> = (0..200).map(|n| (format!("Question {n}"), "une réponse ".repeat(9))).collect();
    let pdf = written(vec![Block::Heading(1, "Long".into()), Block::Heading(2, "Tout".into()), Block::Table(rows)]);
    assert!(pdf.len() < 400_000, "{}", pdf.len());
}
