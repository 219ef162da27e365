use super::*;
use crate::domain::fact::Address;

#[test]
fn a_loss_at_the_insured_place_has_the_postcode_of_the_policy() {
    let insured = Value::Text("69003".into());
    let at_home =
        Value::Address(Address { line: "À l'adresse du contrat".into(), insured: true, ..Address::default() });
    let spot = Value::Address(Address { line: "au rond-point".into(), ..Address::default() });
    for (place, expected) in [(&at_home, Some("69003")), (&spot, None)] {
        let fact = |name: &str| match name {
            "loss_place" => Some(place),
            "insured_postcode" => Some(&insured),
            _ => None,
        };
        assert_eq!(loss_postcode(fact), expected);
        assert_eq!(survey_place(fact).unwrap().postcode, expected);
    }
}

#[test]
fn an_expert_goes_where_the_vehicle_stands_and_to_the_loss_else() {
    let lyon = Value::Address(Address {
        line: "12 rue X".into(),
        postcode: Some("69003".into()),
        city: Some("Lyon".into()),
        ..Address::default()
    });
    let text = |text: &str| Some(Value::Text(text.into()));
    let bron = Value::Address(Address { line: "1 rue Y".into(), postcode: Some("69500".into()), ..Address::default() });
    let [loss_place, vehicle] = ["loss_place", "vehicle_location"];
    for (loss, stands, expected) in [
        (None, None, None),
        (Some(&lyon), None, Some((loss_place, "12 rue X, 69003 Lyon", Some("69003")))),
        (Some(&lyon), Some(Value::Unknown), Some((loss_place, "12 rue X, 69003 Lyon", Some("69003")))),
        (Some(&lyon), text("?"), Some((loss_place, "12 rue X, 69003 Lyon", Some("69003")))),
        (Some(&lyon), text(" dépanneur à Voiron"), Some((vehicle, "dépanneur à Voiron", Some("69003")))),
        (
            Some(&lyon),
            text("Garage du Lac, 3 rue Z 38000 Grenoble"),
            Some((vehicle, "Garage du Lac, 3 rue Z 38000 Grenoble", Some("38000"))),
        ),
        (None, text("fourrière de Grenoble"), Some((vehicle, "fourrière de Grenoble", None))),
        (Some(&lyon), Some(bron), Some((vehicle, "1 rue Y, 69500", Some("69500")))),
    ] {
        let found = survey_place(|name| if name == loss_place { loss } else { stands.as_ref() });
        let found = found.as_ref().map(|place| (place.fact.as_str(), place.line.as_str(), place.postcode));
        assert_eq!(found, expected, "{stands:?}");
    }
}
