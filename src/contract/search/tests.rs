use jiff::civil::date;

use super::{Asker, is_holder, name_key, name_keys, number_key, pick};
use crate::contract::read_policies;

#[test]
fn keys_forgive_how_people_write() {
    assert_eq!(number_key("ph-204 518"), number_key("PH204518"));
    assert_eq!(name_key("LE GALL"), name_key("Le Gall"));
    assert_eq!(name_key("Lefèvre"), name_key("lefevre"));
    assert_eq!(name_keys("Julie Moreau"), ["juliemoreau", "moreau", "julie"]);
    for written in ["Maëlle Le Gall", "LE GALL Maëlle", "le gall"] {
        assert!(name_keys(written).contains(&name_key("Le Gall")), "{written}");
    }
}

#[test]
fn namesakes_are_told_apart_or_not_found() {
    let csv = "insurer,number,last_name,first_name,birth_date,address,postcode,city,starts_on,perils\n\
               a,1,Martin,Anne,1980-01-01,x,69001,Lyon,2020-01-01,fire\n\
               a,2,Martin,Paul,1981-02-02,x,69001,Lyon,2020-01-01,fire\n";
    let policies = read_policies(csv.as_bytes()).unwrap();
    let number = |birth, postcode| pick(&policies, birth, postcode).map(|policy| policy.number.as_str());
    assert_eq!(number(Some(date(1981, 2, 2)), None), Some("2"));
    assert_eq!(number(Some(date(1980, 1, 1)), Some("69001")), Some("1"));
    assert_eq!(number(Some(date(1999, 9, 9)), Some("69001")), None);
    assert_eq!(number(None, Some("69001")), None);
    assert_eq!(number(None, Some("75001")), None);
    assert_eq!(number(None, None), None);
}

#[test]
fn a_number_alone_proves_nobody() {
    let csv = "insurer,number,last_name,first_name,birth_date,phone,email,address,postcode,city,starts_on,perils\n\
               a,7541289,Moreau,Julie,1984-03-12,+33639980101,julie@example.org,x,69003,Lyon,2020-01-01,fire\n";
    let policy = &read_policies(csv.as_bytes()).unwrap()[0];
    let (number, name, born) = (Some("754 12 89"), Some("Julie Moreau"), Some(date(1984, 3, 12)));
    let nobody = Asker::default();
    for (asker, holder) in [
        (Asker { number, ..nobody }, false),
        (Asker { number, name, ..nobody }, false),
        (Asker { birth_date: born, ..nobody }, false),
        (Asker { number, birth_date: born, ..nobody }, true),
        (Asker { name, birth_date: born, ..nobody }, true),
        (Asker { name, birth_date: Some(date(1984, 3, 13)), ..nobody }, false),
        (Asker { number, phone: Some("+33639980101"), ..nobody }, true),
        (Asker { number, phone: Some("+33639980102"), ..nobody }, false),
        (Asker { email: Some("Julie@Example.org"), ..nobody }, true),
    ] {
        assert_eq!(is_holder(policy, &asker), holder, "{asker:?}");
    }
}
