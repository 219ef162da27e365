use super::*;

#[test]
fn a_network_holds_the_addresses_that_begin_as_it_does() {
    for (network, address, holds) in [
        ("127.0.0.0/8", "127.9.8.7", true),
        ("127.0.0.0/8", "::ffff:127.0.0.1", true),
        ("127.0.0.0/8", "128.0.0.1", false),
        ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false),
        ("0.0.0.0/0", "203.0.113.7", true),
        ("0.0.0.0/0", "::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("::1", "::2", false),
    ] {
        assert_eq!(
            network.parse::<Network>().unwrap().contains(address.parse().unwrap()),
            holds,
            "{network} {address}"
        );
    }
}

#[test]
fn what_is_no_network_is_refused() {
    for text in ["", "example.org", "10.0.0.0/33", "::/129", "10.0.0.0/x", "10.0.0.0/-1"] {
        assert_eq!(text.parse::<Network>(), Err(NotANetwork(text.to_owned())));
    }
}
