use super::*;

#[tokio::test]
async fn the_right_password_opens_and_no_other() {
    let stored = hash("chaton-gris-42".into()).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert!(verify("chaton-gris-42".into(), Some(stored.clone())).await);
    assert!(!verify("chaton-gris-43".into(), Some(stored)).await);
}

#[tokio::test]
async fn nobody_has_no_password() {
    assert!(!verify("nobody's password".into(), None).await);
}

#[tokio::test]
async fn a_short_and_a_huge_password_are_refused() {
    assert!(matches!(hash("court".into()).await, Err(PasswordError::TooShort)));
    assert!(matches!(hash("x".repeat(300)).await, Err(PasswordError::TooLong)));
}
