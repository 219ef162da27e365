use super::*;

#[tokio::test]
async fn no_password_is_shown() {
    let server = toml::from_str("host = 'localhost'\nuser = 'anne'\npassword = 'S3CRET'").unwrap();
    let mailer = Mailer::new(server, None);
    let transport = mailer.transport().await.unwrap();
    assert!(!format!("{mailer:?} {transport:?}").contains("S3CRET"));
}
