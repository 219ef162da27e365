use super::*;

#[test]
fn what_tls_found_is_told_with_what_to_do() {
    for (found, told) in [
        (rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer), "`authority`"),
        (rustls::Error::InvalidCertificate(CertificateError::NotValidForName), "`host`"),
        (rustls::Error::InvalidCertificate(CertificateError::Expired), "out of date"),
        (rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType), "starttls"),
    ] {
        // Wrapped as the libraries do.
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, found));
        let told_of = of_tls(&wrapped).unwrap().to_string();
        assert!(told_of.contains(told), "{told_of}");
    }
    assert!(of_tls(&io::Error::other("a broken line")).is_none());
}

#[test]
fn an_authority_without_a_certificate_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [file.path(), Path::new("/nowhere/at/all")] {
        assert!(matches!(authority(Some(path)), Err(LoginError::Authority)));
    }
    assert_eq!(authority(None).unwrap(), []);
}
