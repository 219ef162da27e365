//! A desk's rota: who is told of what cannot wait while nobody looks, one after the other.

use super::{
    diagnostics::Diagnostics,
    yaml::{Fields, Node},
};
use crate::domain::message::Channel;

/// After how long the next of a rota is told, where the file does not say.
const AFTER_MINUTES: i64 = 10;

/// Who is on call, in the order in which they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rota {
    /// After so many minutes without somebody who takes it, the next one is told.
    pub after_minutes: i64,
    pub members: Vec<OnCall>,
}

/// Somebody who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    pub login: String,
    pub channel: Channel,
    pub address: String,
    /// By which account they are told; the first of the channel where none is named.
    pub account: Option<String>,
}

impl Rota {
    pub(super) fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let place = fields.place_of("after_minutes");
        #[expect(clippy::cast_possible_truncation, reason = "minutes that a person wrote")]
        let after_minutes = fields.number("after_minutes", problems).map_or(AFTER_MINUTES, |number| number as i64);
        if !(1..=1_440).contains(&after_minutes) {
            problems.error(file, place, "`after_minutes` is from 1 to 1440".to_owned());
        }
        let mut members = Vec::new();
        for node in fields.list("members", problems) {
            let mut fields = Fields::of(file, node, problems);
            let login = fields.required("login", problems);
            let account = fields.string("account", problems);
            let ways =
                [(Channel::Sms, fields.string("sms", problems)), (Channel::Email, fields.string("email", problems))];
            fields.finish(problems);
            let mut ways = ways.into_iter().filter_map(|(channel, address)| Some((channel, address?)));
            match (ways.next(), ways.next()) {
                (Some((channel, address)), None) if is_address(channel, &address) => {
                    members.push(OnCall { login, channel, address, account });
                }
                (Some((Channel::Sms, _)), None) => {
                    problems.error(file, node.place, "`sms` is a number as +33639980190".to_owned());
                }
                (Some(_), None) => problems.error(file, node.place, "`email` is an address".to_owned()),
                _ => problems.error(file, node.place, "whoever is on call has either `sms` or `email`".to_owned()),
            }
        }
        fields.finish(problems);
        if members.is_empty() {
            problems.error(file, node.place, "a rota needs `members`".to_owned());
        }
        Self { after_minutes: after_minutes.clamp(1, 1_440), members }
    }
}

fn is_address(channel: Channel, address: &str) -> bool {
    match channel {
        Channel::Sms => address
            .strip_prefix('+')
            .is_some_and(|rest| (8..=15).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())),
        _ => address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')),
    }
}
