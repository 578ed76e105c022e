//! What a request to an address that a user gave may reach.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::{Arc, Mutex};

use herald_contract::web::{WebReply, WebServer};
use herald_outbound::{Guarded, Reach, Settings, unanswered};
use herald_ports::DeliveryError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A DNS whose names mean what the test says: each time the next of what it said, the last for good.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>);

impl Names {
    fn say(&self, name: &str, meanings: &[&[&str]]) {
        let meanings = meanings
            .iter()
            .map(|addresses| addresses.iter().map(|address| address.parse().unwrap()).collect())
            .collect();
        self.0.lock().unwrap().insert(name.to_owned(), meanings);
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let mut names = self.0.lock().unwrap();
        let found = names.get_mut(name.as_str()).map(|meanings| {
            if meanings.len() > 1 { meanings.remove(0) } else { meanings[0].clone() }
        });
        Box::pin(async move {
            let found = found.ok_or("no such host")?;
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

fn guarded(reach: Reach, names: &Names) -> Guarded {
    Guarded::with_names(&Settings::default(), reach, names.clone()).unwrap()
}

fn reach(networks: &[&str]) -> Reach {
    let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    Reach { http: true, networks }
}

async fn ask(guarded: &Guarded, url: &str) -> Result<u16, DeliveryError> {
    // a connection that is kept would need no name
    let request = guarded.post(url)?.header("connection", "close");
    Ok(request.send().await.map_err(unanswered)?.status().as_u16())
}

fn not_public() -> DeliveryError {
    DeliveryError::Permanent { detail: "address is not public".to_owned() }
}

/// Hosts that lead into private networks, however they are written.
const PRIVATE: &[&str] = &[
    // loopback
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.0.0.1.",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0x7F.0x0.0x0.0x1",
    "127.0.1",
    "%31%32%37.0.0.1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]:443",
    // this host
    "0.0.0.0",
    "0",
    "0x0",
    "0.1.2.3",
    "[::]",
    // private, and shared by the customers of a provider
    "10.0.0.1",
    "10.255.255.255",
    "0xa.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "0300.0250.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    // link-local, and the metadata of clouds
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "169.254.43518",
    "168.63.129.16",
    "192.0.0.192",
    "[fd00:ec2::254]",
    // reserved
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    // what IPv6 has of the kind
    "[fe80::1]",
    "[febf::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[2001::1]",
    "[2001:2::1]",
    "[5f00::1]",
    "[4000::1]",
    // IPv4 in IPv6: mapped, compatible, translated, 6to4
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[::a9fe:a9fe]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::8.8.8.8]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2002:c0a8:101::1]",
];

#[test]
fn no_form_of_a_private_address_is_asked() {
    let guarded = guarded(Reach::default(), &Names::default());
    for host in PRIVATE {
        let refused = guarded.post(&format!("https://{host}/hook")).map(drop);
        assert_eq!(refused, Err(not_public()), "{host}");
    }
}

#[test]
fn an_address_is_of_the_web_and_tells_no_name() {
    let guarded = guarded(Reach::default(), &Names::default());
    for (url, detail) in [
        ("http://example.com/", "address is not https"),
        ("HTTP://example.com/", "address is not https"),
        ("ftp://example.com/", "address is not https"),
        ("file:///etc/passwd", "address is not https"),
        ("gopher://127.0.0.1:6379/_x", "address is not https"),
        ("data:text/plain,x", "address is not https"),
        ("https://user@example.com/", "address has a name or a password in it"),
        ("https://:secret@example.com/", "address has a name or a password in it"),
        ("https://example.com@127.0.0.1/", "address has a name or a password in it"),
        ("https://[fe80::1%25eth0]/", "address is no url"),
        ("https://1.2.3.4.5/", "address is no url"),
        ("https://256.1.1.1/", "address is no url"),
        ("https://0x100000000/", "address is no url"),
        ("https://exa mple.com/", "address is no url"),
        ("https://example.com:99999/", "address is no url"),
        ("https://", "address is no url"),
        ("/hook", "address is no url"),
        ("", "address is no url"),
    ] {
        let refused = guarded.post(url).map(drop);
        assert_eq!(refused, Err(DeliveryError::Permanent { detail: detail.to_owned() }), "{url}");
    }
    // what a browser reads as a private address is read so here
    for url in ["https:\\\\127.0.0.1\\x", "https:/127.0.0.1/", "https://127.0.0.1\\@example.com/"] {
        assert_eq!(guarded.post(url).map(drop), Err(not_public()), "{url}");
    }
}

#[test]
fn public_addresses_are_asked() {
    let guarded = guarded(Reach::default(), &Names::default());
    for host in [
        "example.com",
        "example.com.:8443",
        "bücher.example",
        "8.8.8.8",
        "134744072",
        "1.1.1.1:65535",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "[2606:4700::1111]",
        "[2a00:1450:4001:81b::200e]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[2002:808:808::1]",
    ] {
        assert!(guarded.post(&format!("https://{host}/hook")).is_ok(), "{host}");
    }
}

#[tokio::test]
async fn a_name_of_a_private_address_is_not_asked() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let names = Names::default();
    let guarded = guarded(reach(&[]), &names);
    let port = server.address().port();
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::1", "169.254.169.254", "fd00::1"]
    {
        names.say("internal.example", &[&[address]]);
        let refused = ask(&guarded, &format!("http://internal.example:{port}/")).await;
        assert_eq!(refused, Err(not_public()), "{address}");
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn the_machine_s_own_names_are_no_way_in() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let guarded = Guarded::new(&Settings::default(), reach(&[])).unwrap();
    for host in ["localhost", "LOCALHOST"] {
        let refused = ask(&guarded, &server.url("/").replace("127.0.0.1", host)).await;
        assert_eq!(refused, Err(not_public()), "{host}");
    }
    // not every machine knows this one
    assert!(ask(&guarded, &server.url("/").replace("127.0.0.1", "localhost.")).await.is_err());
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn of_several_addresses_only_public_ones_are_asked() {
    // 127.0.0.2 stands for a public address, for tests stay on this machine
    let private = WebServer::at("127.0.0.1:0", |_| WebReply::status(204)).await;
    let port = private.address().port();
    let public = WebServer::at(&format!("127.0.0.2:{port}"), |_| WebReply::status(204)).await;
    let names = Names::default();
    names.say("mixed.example", &[&["127.0.0.1", "127.0.0.2", "10.0.0.1"]]);
    let guarded = guarded(reach(&["127.0.0.2/32"]), &names);
    assert_eq!(ask(&guarded, &format!("http://mixed.example:{port}/")).await, Ok(204));
    assert_eq!((public.asked().len(), private.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_name_that_changes_its_meaning_leads_to_what_was_checked() {
    let private = WebServer::at("127.0.0.1:0", |_| WebReply::status(204)).await;
    let port = private.address().port();
    let public = WebServer::at(&format!("127.0.0.2:{port}"), |_| WebReply::status(204)).await;
    let names = Names::default();
    let guarded = guarded(reach(&["127.0.0.2/32"]), &names);
    for round in 1..=10 {
        names.say("rebinding.example", &[&["127.0.0.2"], &["127.0.0.1"]]);
        let url = format!("http://rebinding.example:{port}/");
        assert_eq!(ask(&guarded, &url).await, Ok(204));
        assert_eq!(ask(&guarded, &url).await, Err(not_public()));
        assert_eq!((public.asked().len(), private.asked().len()), (round, 0));
    }
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_not_followed() {
    let private = WebServer::at("127.0.0.1:0", |_| WebReply::status(204)).await;
    let to = private.url("/");
    let answers = move |_: &_| WebReply::status(302).header("location", &to);
    let public = WebServer::at("127.0.0.2:0", answers).await;
    let guarded = guarded(reach(&["127.0.0.2/32"]), &Names::default());
    assert_eq!(ask(&guarded, &public.url("/")).await, Ok(302));
    assert_eq!(private.asked().len(), 0);
}

#[tokio::test]
async fn an_operator_may_allow_networks() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let names = Names::default();
    names.say("intranet.example", &[&["127.0.0.1"]]);
    let guarded = guarded(reach(&["127.0.0.0/8", "fd00:1::/32"]), &names);
    let port = server.address().port();
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "intranet.example"] {
        assert_eq!(ask(&guarded, &format!("http://{host}:{port}/")).await, Ok(204), "{host}");
    }
    assert!(guarded.post("https://[fd00:1::7]/").is_ok());
    assert_eq!(guarded.post("https://[fd00:2::7]/").map(drop), Err(not_public()));
    assert_eq!(guarded.post("https://10.0.0.1/").map(drop), Err(not_public()));
}

#[tokio::test]
async fn a_name_that_nobody_knows_may_be_known_later() {
    let names = Names::default();
    let guarded = guarded(reach(&[]), &names);
    let unknown = ask(&guarded, "http://unknown.example/").await.unwrap_err();
    assert!(matches!(&unknown, DeliveryError::Transient { .. }), "{unknown:?}");
    assert_eq!(unknown.to_string(), "cannot connect: no such host");
    names.say("empty.example", &[&[]]);
    let empty = ask(&guarded, "http://empty.example/").await.unwrap_err();
    assert!(matches!(&empty, DeliveryError::Transient { .. }), "{empty:?}");
    assert_eq!(empty.to_string(), "cannot connect: host has no address");
}

/// A proxy would connect to what it likes; the test runs itself in the environment of one.
#[tokio::test]
async fn no_proxy_is_asked() {
    if let Ok(url) = std::env::var("GUARDED_TEST_URL") {
        let names = Names::default();
        names.say("public.example", &[&["127.0.0.1"]]);
        let guarded = guarded(reach(&["127.0.0.0/8"]), &names);
        assert_eq!(ask(&guarded, &url).await, Ok(204));
        return;
    }
    let proxy = WebServer::start(|_| WebReply::status(500)).await;
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "no_proxy_is_asked"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, proxy.url("/"));
    }
    again.env("GUARDED_TEST_URL", server.url("/").replace("127.0.0.1", "public.example"));
    let output = tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.asked().len(), proxy.asked().len()), (1, 0));
}
