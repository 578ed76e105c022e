use std::thread;

use serde_json::json;

use super::*;

/// The reason for which a template is refused, on a thread with the stack that threads usually have.
fn refused(source: String, variables: Value) -> String {
    let render = move || render_html(&source, &variables).unwrap_err();
    thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(render).unwrap().join().unwrap().detail
}

#[test]
fn an_endless_loop_ends() {
    let list: Vec<_> = (0..1_000).collect();
    let variables = json!({ "list": list, "text": "x".repeat(4_000) });
    for source in [
        "{% for a in list %}{% for b in list %}{% for c in list %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in text %}{% for b in text %}{% for c in text %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in list %}{% for b in list %}{% set c = text | upper | lower | upper %}{% endfor %}{% endfor %}",
    ] {
        assert_eq!(refused(source.to_owned(), variables.clone()), "line 1: takes too long");
    }
}

#[test]
fn a_giant_output_ends() {
    let list: Vec<_> = (0..1_000).collect();
    let variables = json!({ "list": list, "text": "<".repeat(16_000) });
    for source in [
        "{% for a in list %}{{ text }}{% endfor %}",
        "{% for a in list %}{% for b in list %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
        "{{ text | replace('<', text) }}",
        "{{ [text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text] | join }}",
        "{{ [text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text] | json }}",
    ] {
        let why = refused(source.to_owned(), variables.clone());
        assert!(why.ends_with("comes to more than 256 KiB"), "{source}: {why}");
    }
}

#[test]
fn all_parts_together_are_bounded() {
    let text = "x".repeat(200_000);
    let variables = json!({ "text": text });
    let source = "{{ text }}";
    let text = Sources { subject: None, text: source, html: None };
    assert!(JinjaRenderer::new().render(text, &variables).is_ok());
    let both = Sources { html: Some(source), ..text };
    let error = JinjaRenderer::new().render(both, &variables).unwrap_err();
    assert_eq!(error.to_string(), "html: comes to more than 256 KiB");
}

#[test]
fn no_value_grows_from_step_to_step() {
    let kept = "what was put together cannot be put together with more and kept";
    for (source, why) in [
        ("{% set a = 'x' %}".to_owned() + &"{% set a = a ~ a %}".repeat(25), kept),
        ("{% set a = 'x' %}".to_owned() + &"{% set a = a + a %}".repeat(25), kept),
        ("{% set a = 'x' %}".to_owned() + &"{% set a = [a, a] %}".repeat(25), kept),
        ("{% set a = 'x' %}".to_owned() + &"{% set a = {'a': a, 'b': a} %}".repeat(12), kept),
        (
            "{% for x in list %}{% set b = a ~ 'x' %}{% set a = b ~ b %}{% endfor %}".to_owned(),
            kept,
        ),
        ("{% for x in list %}{% set b = a %}{% set a = b ~ b %}{% endfor %}".to_owned(), kept),
        ("{% with a = 'x' ~ x %}{% with b = [a] %}{% endwith %}{% endwith %}".to_owned(), kept),
        ("{% for a in [x] %}{% for b in [[a, a]] %}{% endfor %}{% endfor %}".to_owned(), kept),
        ("{% set a, b = [x, x] %}{% set c = a ~ b %}".to_owned(), kept),
        ("{{ 'x' * 100000000 }}".to_owned(), "* is for numbers"),
        ("{{ x * y }}{{ [1] * 100000000 }}".to_owned(), "* is for numbers"),
        (format!("{{{{ {}x }}}}", "x ~ ".repeat(40)), "puts too much together"),
        (format!("{{{{ [{}x] }}}}", "x, ".repeat(40)), "puts too much together"),
        (
            "{% for x in list recursive %}{{ loop(list) }}{% endfor %}".to_owned(),
            "a loop cannot be recursive",
        ),
    ] {
        let found = refused(source.clone(), json!({ "list": [1, 2, 3], "x": "x" }));
        assert!(found.contains(why), "{source}: {found}");
    }
    let chain: String = (0..100).map(|n| format!("{{% set a{n} = a{} %}}", n + 1)).collect();
    let why = refused(chain + "{% set a100 = x ~ x %}", json!({}));
    assert_eq!(why, "has too many variables that depend on each other");
}

#[test]
fn what_is_nested_deep_is_refused_and_no_stack_is_exhausted() {
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("{{{{ {}x }}}}", "not ".repeat(16_000)),
        format!("{{{{ {}x }}}}", "-".repeat(30_000)),
        format!("{{{{ x{} }}}}", "~x".repeat(30_000)),
        format!("{{{{ x{} }}}}", ".x".repeat(30_000)),
        format!("{{{{ x{} }}}}", "[0]".repeat(20_000)),
        format!("{{{{ x{} }}}}", "|d".repeat(30_000)),
        format!("{{{{ x{} }}}}", " if x".repeat(12_000)),
        format!("{{{{ x{} }}}}", " and x".repeat(10_000)),
        format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(5_000)),
        "{% if x %}".repeat(6_000),
        "{% for x in y %}".repeat(4_000),
        "{% with %}".repeat(6_000),
        "{#".repeat(30_000),
        "x".repeat(70_000),
    ] {
        let start: String = source.chars().take(20).collect();
        assert!(!refused(source, json!({})).is_empty(), "{start}");
    }
}

#[test]
fn as_much_as_is_allowed_exhausts_no_stack() {
    let nested = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let sources = [
        format!("{{{{ {}1{} }}}}", "(".repeat(40), ")".repeat(40)),
        format!("{{{{ {}x }}}}", "not ".repeat(100)),
        format!("{{{{ x{} }}}}", ".x".repeat(90)),
        format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(100)),
        nested("{% if 1 %}", "{% endif %}", 60),
        nested("{% for a in [1] %}", "{% endfor %}", 30),
        nested("{% with b = 1 %}", "{% endwith %}", 30),
    ];
    let render = move || {
        for source in sources {
            render_html(&source, &json!({})).unwrap_or_else(|error| panic!("{source}: {error}"));
        }
    };
    thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(render).unwrap().join().unwrap();
}

#[test]
fn formats_of_dates_cannot_be_giant() {
    let variables = json!({ "at": "2026-11-22T04:44:00Z" });
    for format in ["%999999999Y", "%0255d", "%", "%N%N%f%999f", &"%c".repeat(10_000)] {
        let source = format!("{{{{ at | date('{format}') }}}}");
        if let Ok(text) = render_text(&source, &variables) {
            assert!(text.len() <= 256 * 1024, "{format}: {}", text.len());
        }
    }
}

#[test]
fn a_template_is_the_same_each_time_and_for_everybody() {
    let renderer = JinjaRenderer::new();
    let sources = Sources { subject: Some("{{ x }}"), text: "{{ x }}", html: Some("{{ x }}") };
    thread::scope(|scope| {
        for thread in 0..4 {
            let renderer = &renderer;
            scope.spawn(move || {
                for turn in 0..200 {
                    let value = format!("<{thread} {turn}>");
                    let rendered = renderer.render(sources, &json!({ "x": value })).unwrap();
                    assert_eq!(rendered.subject.unwrap(), value);
                    assert_eq!(rendered.text, value);
                    assert_eq!(rendered.html.unwrap(), format!("&lt;{thread} {turn}&gt;"));
                }
            });
        }
    });
}

#[test]
fn large_values_do_not_make_a_step_long() {
    let notification = json!({ "message": "x".repeat(4_000), "data": vec!["0123456789"; 1_600] });
    let variables = json!({ "list": vec![notification; 100] });
    for step in [
        "{% if list == list[:] %}{% endif %}",
        "{% if list[:] ~ list %}{% endif %}",
        "{% set x = list | upper %}",
    ] {
        let source =
            format!("{{% for a in list %}}{{% for b in list %}}{step}{{% endfor %}}{{% endfor %}}");
        assert_eq!(refused(source, variables.clone()), "line 1: takes too long", "{step}");
    }
}
