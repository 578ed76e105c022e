//! Handshakes that are refused, and how.

use serde_json::json;

use crate::frames::Wire;
use crate::frames::wire::bearer;
use crate::support::{Server, mint_claims};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_handshake_is_told_so_and_the_connection_closed_in_order() {
    let server = Server::start().await;
    let alice = bearer(&server.user("alice"));
    let expired = format!("Bearer {}", mint_claims("alice", -60, &json!({})));
    let service = bearer(&server.service().await);
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);
    let cases: &[Case<'_>] = &[
        ("version 8", &[("sec-websocket-version", "8")], 426, "upgrade_required"),
        ("no version", &[("sec-websocket-version", "")], 400, "malformed_request"),
        ("no key", &[("sec-websocket-key", "")], 400, "malformed_request"),
        ("no upgrade", &[("upgrade", "")], 400, "malformed_request"),
        ("other upgrade", &[("upgrade", "h2c")], 400, "malformed_request"),
        ("no connection", &[("connection", "")], 400, "malformed_request"),
        ("origin", &[("origin", "https://evil.example")], 403, "forbidden"),
        ("no page", &[("origin", "null")], 403, "forbidden"),
        ("protocol", &[("sec-websocket-protocol", "mqtt")], 400, "malformed_request"),
        ("protocols", &[("sec-websocket-protocol", "herald.v2, mqtt")], 400, "malformed_request"),
        ("expired", &[("authorization", &expired)], 401, "token_expired"),
        ("nonsense", &[("authorization", "Bearer x")], 401, "token_invalid"),
        ("basic", &[("authorization", "Basic eA==")], 401, "token_required"),
        (
            "two tokens",
            &[("authorization", &alice), ("authorization", &alice)],
            401,
            "token_invalid",
        ),
        ("service", &[("authorization", &service)], 403, "forbidden"),
    ];
    for (case, headers, status, code) in cases {
        let (raw, answer) = Wire::ask(server.address, "", headers).await;
        assert_eq!(answer.status, *status, "{case}: {}", answer.json);
        let answer = answer.expect_problem(*status, code);
        if *status == 426 {
            assert_eq!(answer.header("sec-websocket-version"), "13", "RFC 6455 section 4.4");
        }
        if answer.header("connection") == "close" {
            assert!(raw.end().await.unwrap().is_empty(), "{case}");
        }
    }
    let (_, answer) = Wire::ask(server.address, "?token=x", &[]).await;
    assert_eq!(answer.expect_problem(422, "validation").json["errors"][0]["field"], "token");
    let (_, answer) = Wire::ask(server.address, "?ticket=x", &[]).await;
    answer.expect_problem(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_on_the_list_and_our_own_may_open_sockets() {
    let server = Server::builder()
        .set("HERALD_ALLOWED_ORIGINS", r#"["https://app.example.com"]"#)
        .start()
        .await;
    let alice = bearer(&server.user("alice"));
    for origin in ["https://app.example.com", "http://herald"] {
        let headers = [("authorization", &*alice), ("origin", origin)];
        Wire::open(server.address, "", &headers).await;
    }
    for origin in ["https://app.example.com.evil.example", "http://app.example.com", "https://x"] {
        let headers = [("authorization", &*alice), ("origin", origin)];
        let (_, answer) = Wire::ask(server.address, "", &headers).await;
        answer.expect_problem(403, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_is_agreed_on_if_one_is_offered() {
    let server = Server::start().await;
    let alice = bearer(&server.user("alice"));
    for (offers, agreed) in
        [(&["mqtt, herald.v1"][..], "herald.v1"), (&["mqtt", "herald.v1"], "herald.v1"), (&[], "")]
    {
        let mut headers = vec![("authorization", &*alice)];
        headers.extend(offers.iter().map(|offer| ("sec-websocket-protocol", *offer)));
        let (_, answer) = Wire::ask(server.address, "", &headers).await;
        assert_eq!(answer.expect(101).header("sec-websocket-protocol"), agreed);
    }
}
