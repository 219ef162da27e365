use super::*;

#[test]
fn names_are_made_harmless() {
    for (declared, kind, name) in [
        ("IMG_0042.HEIC", MediaType::Heif, "IMG_0042.heic"),
        ("photo été.jpeg", MediaType::Jpeg, "photo été.jpeg"),
        ("../../etc/passwd", MediaType::Png, "passwd.png"),
        (r"C:\Users\anne\dégât.png", MediaType::Png, "dégât.png"),
        ("facture.pdf.exe", MediaType::Pdf, "facture.pdf.pdf"),
        ("facture\u{202e}fdp.exe", MediaType::Pdf, "facturefdp.pdf"),
        ("a\r\nSet-Cookie: b.jpg", MediaType::Jpeg, "aSet-Cookie_ b.jpg"),
        ("Devis M. Durand", MediaType::Pdf, "Devis M. Durand.pdf"),
        ("...", MediaType::Mp4, "document.mp4"),
        ("", MediaType::Jpeg, "document.jpg"),
        (".jpg", MediaType::Jpeg, "jpg.jpg"),
        ("CON.\0", MediaType::Jpeg, "CON.jpg"),
    ] {
        assert_eq!(sanitise(declared, kind), name, "{declared:?}");
    }
    let long = sanitise(&"é".repeat(4000), MediaType::Jpeg);
    assert_eq!(long.chars().count(), MAX_CHARS);
    assert!(long.ends_with("é.jpg"));
}
