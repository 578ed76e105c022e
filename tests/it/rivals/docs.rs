use std::net::TcpListener;

use crate::support::Server;

/// Whatever a page loads: the values of `src` and `href`.
fn loaded(page: &str) -> Vec<&str> {
    let values = ["src=\"", "href=\""].into_iter().flat_map(|name| page.split(name).skip(1));
    values.filter_map(|rest| rest.split('"').next()).filter(|value| !value.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_needs_no_other_host() {
    let server = Server::start().await;
    let anybody = server.anonymous();
    let page = anybody.get("/docs/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let page = String::from_utf8(page.bytes).unwrap();
    let files = loaded(&page);
    assert!(files.iter().any(|file| file.ends_with(".js")), "{page}");
    assert!(files.iter().any(|file| file.ends_with(".css")), "{page}");
    for file in files {
        assert!(!file.contains("//"), "{file} is elsewhere");
        let answer = anybody.get(&format!("/docs/{}", file.trim_start_matches("./"))).await;
        assert!(!answer.expect(200).bytes.is_empty(), "{file}");
    }
    let initializer = anybody.get("/docs/swagger-initializer.js").await.expect(200);
    let initializer = String::from_utf8(initializer.bytes).unwrap();
    assert!(initializer.contains("/openapi.json"), "{initializer}");
    assert!(!initializer.contains("//petstore") && !initializer.contains("https:"));
    assert_eq!(anybody.get("/openapi.json").await.expect(200).json["openapi"], "3.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_listened_to_unless_it_is_wished() {
    // with the port taken on loopback, whether by us or not, a server says where it wanted to listen
    let _taken = TcpListener::bind("127.0.0.1:8000");
    let (started, said) = Server::builder().unset("HERALD_LISTEN").run(&["serve"]);
    assert!(!started, "{said}");
    assert!(said.contains("127.0.0.1:8000"), "{said}");
    assert!(!said.contains("0.0.0.0"), "{said}");
}
