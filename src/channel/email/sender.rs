//! Whether the sender is who From says: as far as the receiving server has looked, and no further.
//!
//! Only the results of the server that the configuration names are believed (RFC 8601): anybody can write such a header
//! into a message, and that server takes out those that bear its name. Of several, the topmost is its own.

/// What the receiving server found about the domain in From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Genuine,
    Forged,
    /// Nobody looked, or nothing was found either way.
    Unknown,
}

/// Reads the verdict of the server `authserv_id` on a message from `address`.
pub(super) fn verdict(results: &[String], authserv_id: &str, address: &str) -> Verdict {
    let Some(domain) = address.rsplit_once('@').map(|(_, domain)| domain) else { return Verdict::Unknown };
    if authserv_id.is_empty() {
        return Verdict::Unknown;
    }
    let Some(result) = results.iter().find_map(|header| of_server(header, authserv_id)) else {
        return Verdict::Unknown;
    };
    let methods: Vec<Method> = without_comments(&result).split(';').filter_map(Method::read).collect();
    let passed = |method: &Method| method.result == "pass";
    if let Some(dmarc) = methods.iter().find(|method| method.name == "dmarc") {
        match dmarc.result.as_str() {
            "pass" => return Verdict::Genuine,
            "fail" => return Verdict::Forged,
            _ => {}
        }
    }
    let own: Vec<&Method> = methods.iter().filter(|method| method.is_about(domain)).collect();
    if own.iter().any(|method| passed(method)) {
        Verdict::Genuine
    } else if own.iter().any(|method| method.result == "fail") {
        Verdict::Forged
    } else {
        Verdict::Unknown
    }
}

/// The results in a header of this server, without its name. Microsoft's has none.
fn of_server(header: &str, authserv_id: &str) -> Option<String> {
    let header = header.to_lowercase();
    let (first, rest) = header.split_once(';').unwrap_or((&header, ""));
    let name = first.split_whitespace().next().unwrap_or_default();
    if name.contains('=') {
        return (authserv_id == "-").then(|| header.clone());
    }
    (name == authserv_id.to_lowercase()).then(|| rest.to_owned())
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// `dkim=pass header.d=example.org`.
struct Method {
    name: String,
    result: String,
    domain: Option<String>,
}

impl Method {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (name, result) = words.next()?.split_once('=')?;
        let domain = words
            .filter_map(|word| word.split_once('='))
            .find(|(key, _)| ["header.d", "header.i", "smtp.mailfrom", "header.from"].contains(key))
            .map(|(_, value)| value.rsplit_once('@').map_or(value, |(_, domain)| domain).trim_matches('"').to_owned());
        Some(Self { name: name.to_owned(), result: result.to_owned(), domain })
    }

    /// Whether it is about this domain or one that it belongs to.
    fn is_about(&self, domain: &str) -> bool {
        ["dkim", "spf"].contains(&self.name.as_str())
            && self.domain.as_ref().is_some_and(|of| {
                of == domain || domain.ends_with(&format!(".{of}")) || of.ends_with(&format!(".{domain}"))
            })
    }
}

#[cfg(test)]
mod tests {
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
}
