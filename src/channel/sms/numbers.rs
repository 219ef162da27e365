//! Normalises senders' addresses, so that a person has the same address whatever the provider writes.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

/// The regions that are tried for a number without a country code: France, then its overseas regions, whose numbers
/// look the same and are not valid in metropolitan France.
const REGIONS: [Region; 6] = [Region::FR, Region::RE, Region::GP, Region::MQ, Region::GF, Region::YT];

/// A number of up to this many digits is a short code (38xxx), which gets no country code.
const SHORT_CODE: usize = 6;

/// E.164 for a telephone number; a short code or a name unchanged.
///
/// A number with its country code is taken as it is: the network delivered a message from it. So is one that no
/// numbering plan knows, such as those reserved for fiction.
pub(super) fn address(written: &str) -> String {
    let written = written.trim();
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let is_number = written.chars().all(|c| c.is_ascii_digit() || " +.-()/\u{a0}".contains(c));
    if !is_number || digits.len() <= SHORT_CODE {
        return written.to_owned();
    }
    if written.starts_with('+') {
        return format!("+{digits}");
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return format!("+{rest}");
    }
    if digits.starts_with('0') {
        let number = |region| PhoneNumber::parse(&digits, Some(region)).ok();
        return REGIONS
            .into_iter()
            .filter_map(number)
            .find(PhoneNumber::is_valid)
            .or_else(|| number(Region::FR))
            .map_or_else(|| digits.clone(), |number| number.format_as(PhoneNumberFormat::E164).to_string());
    }
    // The international form without its plus sign, as carriers write it.
    format!("+{digits}")
}

/// The country of a number, by its two letters: the one whose plan it belongs to or, where no plan knows it, the first with
/// its calling code. None for a short code; one that nobody knows is `??`.
pub(super) fn country(address: &str) -> Option<String> {
    if !address.starts_with('+') {
        return None;
    }
    let number = PhoneNumber::parse(address, None).ok();
    let region = number.and_then(|number| {
        let by_code = || PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code);
        number.get_region_code().or_else(by_code)
    });
    Some(region.map_or_else(|| "??".to_owned(), |region| format!("{region:?}")))
}

/// Whether a message can be sent to an address: to a number or a short code, and not to a name.
pub(super) fn can_receive(address: &str) -> bool {
    let digits = address.strip_prefix('+').unwrap_or(address);
    (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
