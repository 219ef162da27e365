use super::*;

#[test]
fn only_a_known_proxy_is_believed() {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let ours: [Network; 3] = ["127.0.0.1", "10.0.0.2", "172.16.0.0/12"].map(|network| network.parse().unwrap());
    for (peer, forwarded, found) in [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 172.20.1.9", "198.51.100.1"),
        ("172.31.0.4", "198.51.100.1", "198.51.100.1"),
        ("172.32.0.4", "198.51.100.1", "172.32.0.4"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        assert_eq!(client(ip(peer), &headers, &ours), ip(found), "{peer} {forwarded}");
    }
}
