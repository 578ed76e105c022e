//! The dependency rule: who may know whom.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// The crates of ours that each crate may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("herald-domain", &[]),
    ("herald-ports", &["herald-domain"]),
    ("herald-application", &["herald-domain", "herald-ports"]),
    ("herald-broker", &["herald-domain", "herald-ports"]),
    ("herald-contract", &["herald-broker", "herald-domain", "herald-ports"]),
    ("herald-realtime", &["herald-application", "herald-domain", "herald-ports"]),
    ("herald-memory", &["herald-domain", "herald-ports"]),
    ("herald-store-diesel", &["herald-domain", "herald-ports"]),
    ("herald-queue-amqp", &["herald-broker", "herald-domain", "herald-ports"]),
    ("herald-queue-nats", &["herald-broker", "herald-domain", "herald-ports"]),
    ("herald-outbound", &["herald-domain", "herald-ports"]),
    ("herald-email", &["herald-domain", "herald-outbound", "herald-ports"]),
    ("herald-fcm", &["herald-domain", "herald-outbound", "herald-ports"]),
    ("herald-sandbox", &["herald-domain", "herald-ports"]),
    ("herald-sms", &["herald-domain", "herald-outbound", "herald-ports"]),
    ("herald-webhook", &["herald-domain", "herald-outbound", "herald-ports"]),
    ("herald-webpush", &["herald-domain", "herald-outbound", "herald-ports"]),
    ("herald-auth", &["herald-domain", "herald-ports"]),
    ("herald-templates", &["herald-domain", "herald-ports"]),
    ("herald-bench", &[]),
    ("herald-http", &["herald-application", "herald-domain", "herald-ports", "herald-realtime"]),
    (
        "herald-app",
        &[
            "herald-application",
            "herald-auth",
            "herald-broker",
            "herald-domain",
            "herald-email",
            "herald-fcm",
            "herald-http",
            "herald-memory",
            "herald-outbound",
            "herald-ports",
            "herald-queue-amqp",
            "herald-queue-nats",
            "herald-realtime",
            "herald-sandbox",
            "herald-sms",
            "herald-store-diesel",
            "herald-templates",
            "herald-webhook",
            "herald-webpush",
        ],
    ),
];

/// Crates of ours that know no framework, and what none of them may depend on, however far down.
const INNER: &[&str] = &["herald-domain", "herald-ports", "herald-application", "herald-realtime"];
const FRAMEWORKS: &[&str] =
    &["actix-", "diesel", "lapin", "reqwest", "async-nats", "lettre", "rusqlite"];

fn metadata() -> Value {
    // what other platforms need is not on this machine
    let host = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names<'a>(values: &'a Value, of: impl Fn(&'a Value) -> Option<&'a str>) -> BTreeSet<&'a str> {
    values.as_array().unwrap().iter().filter_map(of).collect()
}

#[test]
fn every_crate_knows_only_whom_it_may() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages.iter().filter(|package| package["source"].is_null());
    let mut seen = BTreeSet::new();
    for package in ours {
        let name = package["name"].as_str().unwrap();
        seen.insert(name);
        let normal = names(&package["dependencies"], |dependency| {
            let ours = dependency["kind"].is_null() && !dependency["path"].is_null();
            dependency["name"].as_str().filter(|_| ours)
        });
        let allowed = ALLOWED.iter().find(|(crate_name, _)| *crate_name == name);
        let allowed: BTreeSet<_> = allowed
            .unwrap_or_else(|| panic!("{name} is not in the table of this test"))
            .1
            .iter()
            .copied()
            .collect();
        let forbidden: Vec<_> = normal.difference(&allowed).collect();
        assert!(forbidden.is_empty(), "{name} must not depend on {forbidden:?}");
    }
    let table: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen, table, "the table names crates that do not exist");
}

#[test]
fn no_framework_is_below_the_adapters() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let name_of = |id: &str| {
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["id"] == id).unwrap();
        package["name"].as_str().unwrap().to_owned()
    };
    for inner in INNER {
        let start = nodes.iter().find(|node| name_of(node["id"].as_str().unwrap()) == *inner);
        let mut todo = vec![start.unwrap()];
        let mut done = BTreeSet::new();
        while let Some(node) = todo.pop() {
            let id = node["id"].as_str().unwrap();
            if !done.insert(id) {
                continue;
            }
            let name = name_of(id);
            let framework = FRAMEWORKS.iter().any(|framework| name.starts_with(framework));
            assert!(!framework, "{inner} reaches {name}");
            for dependency in node["deps"].as_array().unwrap() {
                let kinds = dependency["dep_kinds"].as_array().unwrap();
                if kinds.iter().any(|kind| kind["kind"].is_null()) {
                    let next = nodes.iter().find(|node| node["id"] == dependency["pkg"]);
                    todo.push(next.unwrap());
                }
            }
        }
    }
}
