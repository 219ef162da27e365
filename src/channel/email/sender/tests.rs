use super::{Verdict, verdict};

#[test]
fn only_the_named_server_is_believed() {
    let pass = "mx.rives.example; dmarc=pass (p=reject) header.from=example.org";
    let fail = "mx.rives.example; dmarc=fail header.from=example.org";
    for (results, server, expected) in [
        (vec![pass], "mx.rives.example", Verdict::Genuine),
        (vec![fail], "mx.rives.example", Verdict::Forged),
        (vec![fail], "MX.rives.example", Verdict::Forged),
        (vec![fail, pass], "mx.rives.example", Verdict::Forged),
        (vec!["mx.other.example; dmarc=pass", fail], "mx.rives.example", Verdict::Forged),
        (vec!["mx.other.example; dmarc=pass"], "mx.rives.example", Verdict::Unknown),
        (vec![pass], "", Verdict::Unknown),
        (vec![fail], "unchecked", Verdict::Forged),
        (vec!["mx; DMARC=FAIL (p=reject)"], "unchecked", Verdict::Forged),
        (vec!["mx; spf=fail; dkim=pass (dmarc=fail)"], "unchecked", Verdict::Genuine),
        (vec![], "unchecked", Verdict::Genuine),
        (vec![pass], "-", Verdict::Unknown),
        (vec![], "mx.rives.example", Verdict::Unknown),
        (vec!["spf=pass smtp.mailfrom=example.org; dmarc=pass action=none"], "-", Verdict::Genuine),
        (vec!["spf=fail smtp.mailfrom=example.org; dmarc=fail action=none"], "-", Verdict::Forged),
    ] {
        let results: Vec<String> = results.into_iter().map(str::to_owned).collect();
        assert_eq!(verdict(&results, server, "a@example.org"), expected, "{results:?} {server}");
    }
}

#[test]
fn without_dmarc_the_domain_s_own_results_count() {
    for (result, expected) in [
        ("dkim=pass header.d=example.org", Verdict::Genuine),
        ("dkim=pass header.i=@mail.example.org", Verdict::Genuine),
        ("spf=pass smtp.mailfrom=bounce@example.org", Verdict::Genuine),
        (
            "dmarc=none; dkim=fail (bad signature) header.d=example.org; spf=pass smtp.mailfrom=example.org",
            Verdict::Genuine,
        ),
        ("dkim=fail header.d=example.org", Verdict::Forged),
        ("spf=fail smtp.mailfrom=example.org", Verdict::Forged),
        ("spf=softfail smtp.mailfrom=example.org", Verdict::Unknown),
        ("dkim=pass header.d=attacker.example", Verdict::Unknown),
        ("dkim=pass header.d=badexample.org", Verdict::Unknown),
        ("spf=none (dmarc=pass header.d=example.org)", Verdict::Unknown),
        ("none", Verdict::Unknown),
        ("", Verdict::Unknown),
    ] {
        let results = [format!("mx; {result}")];
        assert_eq!(verdict(&results, "mx", "a@example.org"), expected, "{result}");
    }
}
