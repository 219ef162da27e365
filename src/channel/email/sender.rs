//! Whether the sender is who From says, by what the receiving server checked.
//!
//! Only the results of the server that the configuration names are trusted (RFC 8601, 5): anybody can write such a
//! header into a message, and that server removes those with its own name. Of several with its name, the topmost is the
//! server's own. Where the configuration says that nobody checks, senders are who they say, but for those whom any server
//! found to be forged: nobody writes that of themselves.

/// What stands in place of the server's name where nobody checks the senders.
pub(super) const UNCHECKED: &str = "unchecked";

/// What the receiving server found about the domain in From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Genuine,
    Forged,
    /// The server checked nothing, or its checks decided nothing.
    Unknown,
}

/// Reads the verdict of the server `authserv_id` on a message from `address`.
pub(super) fn verdict(results: &[String], authserv_id: &str, address: &str) -> Verdict {
    let Some(domain) = address.rsplit_once('@').map(|(_, domain)| domain) else { return Verdict::Unknown };
    if authserv_id == UNCHECKED {
        return if results.iter().any(|header| has_failed(header)) { Verdict::Forged } else { Verdict::Genuine };
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

/// Whether a server, whatever its name, found that DMARC failed.
fn has_failed(header: &str) -> bool {
    let header = without_comments(&header.to_lowercase());
    header.split(';').filter_map(Method::read).any(|method| method.name == "dmarc" && method.result == "fail")
}

/// The results in a header of this server, without its name. Microsoft's headers have no name.
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

/// One result: `dkim=pass header.d=example.org`.
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

    /// Whether the result is about this domain or a parent domain of it.
    fn is_about(&self, domain: &str) -> bool {
        ["dkim", "spf"].contains(&self.name.as_str())
            && self.domain.as_ref().is_some_and(|of| {
                of == domain || domain.ends_with(&format!(".{of}")) || of.ends_with(&format!(".{domain}"))
            })
    }
}

#[cfg(test)]
mod tests;
