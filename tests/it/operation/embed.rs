//! The examples are run by `cargo test`, as targets of `crates/app`.

const README: &str = include_str!("../../../README.md");

#[test]
fn the_readme_shows_the_example_that_is_run() {
    let example = include_str!("../../../examples/embed.rs");
    let shown = README.split("```rust embed\n").nth(1).and_then(|rest| rest.split_once("```"));
    assert_eq!(shown.map(|(code, _)| code), Some(example));
}
