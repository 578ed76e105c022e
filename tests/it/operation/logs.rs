use crate::support::Server;

/// Text that goes into a file has nothing in it that only a terminal understands.
#[test]
fn text_that_no_terminal_shows_has_no_colours() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let builder = Server::builder()
        .set("HERALD_LISTEN", &taken.local_addr().unwrap().to_string())
        .set("HERALD_LOG_FORMAT", "text");
    let (is_well, said) = builder.run(&["serve"]);
    assert!(!is_well && said.contains("INFO open files are limited"), "{said}");
    assert!(!said.contains('\x1b'), "{said:?}");
}
