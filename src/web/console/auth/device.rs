//! Known devices: a browser in which somebody logged in keeps a signed cookie, by which the next log-in of the same person
//! there is counted by itself ([`super::throttle`]). It opens nothing.

use axum::http::{HeaderMap, HeaderValue};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{Cookies, random_token};
use crate::web::console::{Console, error::ConsoleError};

/// For how long a device is known after the last log-in there.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);

/// The device's own identifier, where its cookie for this login is genuine and not too old.
pub(in crate::web::console) fn known(console: &Console, headers: &HeaderMap, login: &str) -> Option<String> {
    let cookie = console.cookies().read(headers, &name(login))?;
    let (signed, mac) = cookie.rsplit_once('.')?;
    let (device, since) = signed.split_once('.')?;
    signature(console, login, signed)?.verify_slice(&hex::decode(mac).ok()?).ok()?;
    let since = Timestamp::from_second(since.parse().ok()?).ok()?;
    (console.now().duration_since(since) < KNOWN_FOR).then(|| device.to_owned())
}

/// The cookie by which the device is known from now on.
pub(in crate::web::console) fn remember(
    console: &Console,
    login: &str,
    known: Option<String>,
) -> Result<Option<HeaderValue>, ConsoleError> {
    let device = known.map_or_else(random_token, Ok)?;
    let signed = format!("{device}.{}", console.now().as_second());
    let Some(mac) = signature(console, login, &signed) else { return Ok(None) };
    let cookie = format!("{signed}.{}", hex::encode(mac.finalize().into_bytes()));
    Ok(Some(console.cookies().set(&name(login), &cookie, KNOWN_FOR.as_secs())))
}

/// The cookie's name: several people may use one device.
fn name(login: &str) -> String {
    format!("{}-{}", Cookies::DEVICE, hex::encode(&Sha256::digest(login.as_bytes())[..6]))
}

fn signature(console: &Console, login: &str, signed: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(console.device_key().as_bytes()).ok()?;
    mac.update(login.as_bytes());
    mac.update(b"\0");
    mac.update(signed.as_bytes());
    Some(mac)
}
