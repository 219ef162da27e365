//! An account through which any sender posts messages as JSON or as a form, with a secret in the `Authorization` header.
//!
//! The replies stand in the answer to the post; nothing is pushed to the sender.

use serde_json::Value as Json;
use subtle::ConstantTimeEq;

use crate::{
    config::Webhook,
    domain::{
        language::Language,
        message::{Body, Channel, Endpoint},
    },
    intake::{Inbound, InboundKind},
};

/// The longest identifier and address that a sender may use.
const MOST_IDENTIFIER: usize = 200;

/// Why a post is not a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("send the account's secret as `Authorization: Bearer SECRET`")]
    Unauthorized,
    #[error("the body must be a JSON object or a form (application/x-www-form-urlencoded)")]
    Malformed,
    #[error("the field `{0}` must be there, as text of at most {MOST_IDENTIFIER} characters")]
    Field(String),
    #[error("the field `{0}` must be text")]
    Text(String),
}

/// Whether `authorization` holds the account's secret, in constant time.
pub fn verify(account: &Webhook, authorization: Option<&str>) -> Result<(), WebhookError> {
    let given = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    let same = given.as_bytes().ct_eq(account.secret.as_bytes());
    if bool::from(same) { Ok(()) } else { Err(WebhookError::Unauthorized) }
}

/// Reads a post. Fields that are not mapped are ignored: senders add some.
pub fn decode(account: &Webhook, content_type: &str, body: &[u8]) -> Result<Inbound, WebhookError> {
    let fields = if content_type.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body);
        Json::Object(pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect())
    } else {
        serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)?
    };
    let fields = fields.as_object().ok_or(WebhookError::Malformed)?;
    let identifier = |name: &str| match fields.get(name) {
        Some(Json::String(text)) if !text.trim().is_empty() && text.chars().count() <= MOST_IDENTIFIER => {
            Ok(text.trim().replace('\0', ""))
        }
        Some(Json::Number(number)) => Ok(number.to_string()),
        _ => Err(WebhookError::Field(name.to_owned())),
    };
    let text = match fields.get(&account.fields.text) {
        Some(Json::String(text)) => text.clone(),
        _ => return Err(WebhookError::Text(account.fields.text.clone())),
    };
    Ok(Inbound {
        endpoint: Endpoint {
            channel: Channel::Sms,
            account: account.account.clone(),
            address: identifier(&account.fields.from)?,
        },
        provider_id: identifier(&account.fields.id)?,
        insurer: account.insurer.clone(),
        language: Language::Fr,
        token: None,
        settle: false,
        kind: InboundKind::Message(Body { text, ..Body::default() }),
    })
}

#[cfg(test)]
mod tests {
    use super::{WebhookError, decode, verify};
    use crate::{config::Webhook, intake::InboundKind};

    fn account() -> Webhook {
        toml::from_str("account = 'a'\ninsurer = 'rives'\nsecret = 's3cret'").unwrap()
    }

    #[test]
    fn the_secret_is_asked_for() {
        assert_eq!(verify(&account(), Some("Bearer s3cret")), Ok(()));
        for wrong in [None, Some("Bearer s3cre"), Some("s3cret"), Some("Bearer "), Some("Basic s3cret")] {
            assert_eq!(verify(&account(), wrong), Err(WebhookError::Unauthorized), "{wrong:?}");
        }
    }

    #[test]
    fn json_and_forms_are_read_alike() {
        let json = br#"{"id": "m1", "from": "+33639980001", "text": "bonjour", "unknown": [1]}"#;
        let form = b"id=m1&from=%2B33639980001&text=bonjour&unknown=1";
        for (kind, body) in [
            ("application/json; charset=utf-8", json.as_slice()),
            ("application/x-www-form-urlencoded", form.as_slice()),
        ] {
            let inbound = decode(&account(), kind, body).unwrap();
            assert_eq!((inbound.provider_id.as_str(), inbound.endpoint.address.as_str()), ("m1", "+33639980001"));
            assert!(matches!(inbound.kind, InboundKind::Message(body) if body.text == "bonjour"));
        }
    }

    #[test]
    fn what_is_no_message_is_refused_by_name() {
        let field = |name: &str| WebhookError::Field(name.into());
        for (body, error) in [
            ("", WebhookError::Malformed),
            ("[]", WebhookError::Malformed),
            ("{\"from\": \"a\", \"text\": \"t\"}", field("id")),
            ("{\"id\": \"\", \"from\": \"a\", \"text\": \"t\"}", field("id")),
            ("{\"id\": \"1\", \"from\": {}, \"text\": \"t\"}", field("from")),
            ("{\"id\": \"1\", \"from\": \"a\"}", WebhookError::Text("text".into())),
            ("{\"id\": \"1\", \"from\": \"a\", \"text\": 3}", WebhookError::Text("text".into())),
        ] {
            assert_eq!(decode(&account(), "application/json", body.as_bytes()).unwrap_err(), error, "{body}");
        }
        let long = format!("{{\"id\": \"{}\", \"from\": \"a\", \"text\": \"t\"}}", "x".repeat(201));
        assert_eq!(decode(&account(), "application/json", long.as_bytes()).unwrap_err(), field("id"));
    }
}
