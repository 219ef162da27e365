use super::{ImportError, cents, read_policies};

const HEADER: &str = "insurer,number,last_name,address,postcode,city,starts_on,perils,deductible\n";

#[test]
fn the_example_is_imported() {
    let policies = read_policies(include_bytes!("../../../flows/demo/policies.csv").as_slice()).unwrap();
    assert!(policies.iter().any(|policy| policy.number == "7541289"));
}

#[test]
fn semicolons_and_a_byte_order_mark_are_taken() {
    let file = format!("\u{feff}{}a;1;Moreau;x;69003;Lyon;2022-01-01;fire;150,50\n", HEADER.replace(',', ";"));
    let policies = read_policies(file.as_bytes()).unwrap();
    assert_eq!(policies[0].covers["fire"].deductible, Some(15_050));
}

#[test]
fn every_wrong_line_is_named_with_its_column() {
    let file = format!(
        "{HEADER}a,1,,x,69003,Lyon,2022-01-01,fire,150\na,2,Petit,x,6900,Lyon,01/02/2022,fire:x,1k\n\
         a,3,Roux,x,69003,Lyon,2022-01-01,fire,\na,3,Roux,x,69003,Lyon,2022-01-01,fire,\n"
    );
    let Err(ImportError::Lines(lines)) = read_policies(file.as_bytes()) else { panic!("must fail") };
    let text = lines.join("\n");
    for expected in [
        "line 2, column last_name: is empty",
        "line 3, column postcode: `6900`",
        "line 3, column starts_on: `01/02/2022`",
        "line 3, column perils: `fire:x` is not peril:deductible:limit:days",
        "line 3, column deductible: `1k`",
        "line 5, column number: stands on an earlier line",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
}

#[test]
fn a_wrong_header_is_told() {
    let missing = read_policies("insurer,number\n".as_bytes()).unwrap_err().to_string();
    assert!(missing.contains("`last_name` is missing"), "{missing}");
    let unknown = read_policies("insurer,numbre\n".as_bytes()).unwrap_err().to_string();
    assert!(unknown.contains("`numbre` is not known"), "{unknown}");
}

#[test]
fn amounts_are_read_to_the_cent() {
    for (text, expected) in
        [("150", Some(15_000)), ("150.5", Some(15_050)), ("0,05", Some(5)), ("1.234", None), ("-1", None), ("", None)]
    {
        assert_eq!(cents(text), expected, "{text}");
    }
}
