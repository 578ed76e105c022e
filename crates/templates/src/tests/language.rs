use serde_json::json;

use super::*;

#[test]
fn what_is_not_there_is_empty() {
    let variables =
        json!({ "there": null, "user": { "id": "ann", "name": null }, "list": [null, "b"] });
    for empty in [
        "{{ nothing }}",
        "{{ nothing.at.all }}",
        "{{ nothing[0]['x'] }}",
        "{{ there }}",
        "{{ there.more }}",
        "{{ user.name }}",
        "{{ user.name.first }}",
        "{{ list[0] }}",
        "{{ none }}",
        "{% for each in nothing %}x{% endfor %}",
        "{% for each in there %}x{% endfor %}",
        "{% if nothing or there or user.name %}x{% endif %}",
        "{% if there is defined or there is web_url %}x{% endif %}",
        "{% if nothing == 'x' %}x{% endif %}",
        "{{ nothing | upper }}{{ there | lower }}{{ there | trim | capitalize | one_line }}",
        "{{ nothing | truncate(5) }}{{ nothing | first_line }}{{ nothing | wrap }}",
        "{{ nothing | date }}{{ nothing | urlencode }}{{ nothing | replace('a', 'b') }}",
        "{{ nothing | join(', ') }}{{ nothing | first }}{{ nothing | last }}{{ nothing | default }}",
    ] {
        assert_eq!(render_text(empty, &variables).unwrap(), "", "{empty}");
    }
    assert_eq!(render_text("{{ nothing | length }}", &variables).unwrap(), "0");
    assert_eq!(render_text("{{ there | default('x') }}", &variables).unwrap(), "x");
    assert_eq!(render_text("{{ user.name | json }}", &variables).unwrap(), "null");
    // values that are no object have no members
    assert_eq!(render_text("{{ a }}{{ b.c }}", &json!("text")).unwrap(), "");
}

#[test]
fn filters_do_what_they_say() {
    let variables = json!({
        "text": "  the quick brown fox\njumps  ",
        "at": "2026-11-22T04:44:09.5+01:00",
        "list": ["a", 2, true],
        "price": "19.90",
        "map": { "b": 1, "a": "<x>" },
    });
    for (source, expected) in [
        ("{% for name, value in map | items %}{{ name }}={{ value }};{% endfor %}", "a=<x>;b=1;"),
        ("{% for name, value in nothing | items %}x{% endfor %}", ""),
        ("{{ list }} {{ map }}", "[…] {…}"),
        ("{{ text | upper | trim }}", "THE QUICK BROWN FOX\nJUMPS"),
        ("{{ text | trim | capitalize | first_line }}", "The quick brown fox"),
        ("{{ text | one_line }}", "the quick brown fox jumps"),
        ("{{ text | trim | truncate(17) }}", "the quick brown…"),
        ("{{ text | trim | truncate(16) }}", "the quick brown…"),
        ("{{ text | trim | truncate(14) }}", "the quick bro…"),
        ("{{ text | trim | truncate(14, end='') }}", "the quick brow"),
        ("{{ text | trim | truncate(length=9) }}", "the quic…"),
        ("{{ 'été' | truncate(3) }}{{ 'étés' | truncate(3) }}", "étéét…"),
        ("{{ 'abc' | truncate(0) }}{{ 'abc' | truncate(2, '....') }}", "ab"),
        ("{{ text | one_line | wrap(10) }}", "the quick\nbrown fox\njumps"),
        ("{{ at | date }}", "2026-11-22 03:44"),
        ("{{ at | date('%-d %b %Y, %H:%M %Z', 'Europe/Berlin') }}", "22 Nov 2026, 04:44 CET"),
        ("{{ at | date(time_zone='America/New_York') }}", "2026-11-21 22:44"),
        ("{{ at | date('%H:%M', nothing) }}", "03:44"),
        ("{{ 'yesterday' | date }}", "yesterday"),
        ("{{ list | join(', ') }}|{{ list | join }}", "a, 2, True|a2True"),
        ("{{ list | length }}{{ 'été' | length }}{{ map | length }}", "332"),
        ("{{ list | first }}{{ list | last }}", "aTrue"),
        ("{{ map | json }}", r#"{"a":"<x>","b":1}"#),
        ("{{ 'a b&c/d' | urlencode }}", "a%20b%26c/d"),
        ("{{ 'a-b-c' | replace('-', '+') }}", "a+b+c"),
        ("{{ (price | float * 2) | round(1) }}", "39.8"),
        ("{{ '3' | int * 4 + 1 }}", "13"),
        ("{{ '' | default('x') }}{{ text2 | d('y') }}", "y"),
        ("{{ 'yes' if 'a' in list else 'no' }}", "yes"),
        ("{% set name = 'Ann' ~ '!' %}Hello {{ name }}", "Hello Ann!"),
    ] {
        assert_eq!(render_text(source, &variables).unwrap(), expected, "{source}");
    }
}

#[test]
fn a_wrapped_text_has_no_long_line_and_no_space_at_an_end() {
    let address = format!("https://example.org/{}", "x".repeat(100));
    let text = format!("{}  \n\n   indented {address} {}", "word ".repeat(40), "é ".repeat(80));
    let wrapped = render_text("{{ text | wrap }}", &json!({ "text": text })).unwrap();
    for line in wrapped.lines() {
        assert!(line.chars().count() <= 72 || line == address, "{line}");
        assert_eq!(line, line.trim_end());
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&wrapped), words(&text));
    assert!(wrapped.contains("\n\n   indented\n"), "{wrapped}");
}

/// Texts that try to become markup or code where they stand.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "</style><script>alert(1)</script>",
    "<![endif]--><script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in y %}",
    "&lt;script&gt;",
    "a\n<b>\r\n<i>",
    "javascript:alert(1)//\"<'&",
];

#[test]
fn nothing_gets_into_a_page_unescaped() {
    for hostile in HOSTILE {
        let variables =
            json!({ "x": hostile, "list": [hostile], "map": { "k": hostile }, *hostile: 1 });
        for source in [
            "{{ x }}",
            "{{ x ~ x }}",
            "{{ 'a' ~ x }}",
            "{{ list }}{{ map }}",
            "{{ map.k }}{{ list[0] }}",
            "{{ list | join('') }}{{ list | first }}{{ list | last }}",
            "{{ map | json }}{{ list | json }}",
            "{{ x | upper }}{{ x | lower }}{{ x | capitalize }}{{ x | trim }}",
            "{{ x | truncate(20) }}{{ x | first_line }}{{ x | one_line }}{{ x | wrap(10) }}",
            "{{ x | replace('a', '<') }}{{ x | date }}{{ nothing | default(x) }}",
            "{{ x | lines_html | upper }}{{ x | lines_html | replace('&lt;', '<') }}",
            "{{ x | lines_html ~ x }}",
            "{% set y = x %}{% with z = y %}{{ z }}{% endwith %}",
            "{% for letter in x %}{{ letter }}{% endfor %}",
            "{% for key in map %}{{ key }}{{ map[key] }}{% endfor %}",
            "{{ 'x' if x else '' }}{{ x if x }}{{ x[:] }}",
        ] {
            let html = render_html(source, &variables).unwrap();
            assert!(!html.contains(['<', '>', '"', '\'']), "{source}: {html}");
        }
        let html = render_html("{{ x | lines_html }}", &variables).unwrap();
        assert!(!html.replace("<br>", "").contains(['<', '>', '"', '\'']), "{html}");
        // elsewhere it is what it is
        assert_eq!(render_text("{{ x }}.", &variables).unwrap(), format!("{hostile}."));
    }
}

#[test]
fn nothing_can_be_called_safe() {
    for source in [
        "{{ x | safe }}",
        "{{ x | escape }}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{% filter upper %}{{ x }}{% endfilter %}",
    ] {
        assert!(render_html(source, &json!({ "x": "<b>" })).is_err(), "{source}");
    }
    assert!(render_text("{{ x | lines_html }}", &json!({ "x": "<b>" })).is_err());
}

#[test]
fn a_subject_is_one_line() {
    for hostile in [
        "Hello\r\nBcc: eve@example.org",
        "Hello\nBcc: eve@example.org",
        "Hello\rBcc: eve@example.org",
        "Hello\u{2028}Bcc: eve@example.org",
        "Hello\u{85}Bcc: eve@example.org",
        "Hello\u{0}\u{1b}\u{7f}Bcc: eve@example.org\r\n\r\n",
    ] {
        for source in ["{{ x }}", "{{ x | upper }}\n\n{{ x }}\r\n", "\r\n {{ x }}"] {
            let subject = render_all(source, &json!({ "x": hostile })).subject.unwrap();
            assert!(!subject.contains(|letter: char| letter.is_control()), "{subject:?}");
            assert!(!subject.contains('\u{2028}'), "{subject:?}");
            assert!(subject.to_lowercase().starts_with("hello bcc: eve"), "{subject:?}");
        }
    }
    assert_eq!(render_all(" {{ x }}\n", &json!({})).subject, None, "a blank one is none");

    let long = json!({ "x": "é".repeat(500) });
    let subject = render_all("{{ x }}", &long).subject.unwrap();
    assert_eq!(subject.chars().count(), 200);
    assert!(subject.ends_with('…'));
}

#[test]
fn errors_name_the_part_and_the_line() {
    let renderer = JinjaRenderer::new();
    for (bad, why) in [
        ("{% if x %}", "unexpected end of input"),
        ("{{ x", "unexpected end of input"),
        ("{{ x | shout }}", "there is no filter shout"),
        ("{{ x is odd_looking }}", "there is no test odd_looking"),
        ("{{ now() }}", "there are no functions"),
        ("{{ x.y() }}", "there are no functions"),
        ("{% include '/etc/passwd' %}", "unknown statement include"),
        ("{% extends 'x' %}", "unknown statement extends"),
        ("{% import 'x' as y %}", "unknown statement import"),
        ("{% macro x() %}{% endmacro %}", "unknown statement macro"),
    ] {
        let source = format!("one\n{{{{ two }}}}\n{bad}");
        let good = "good";
        for (sources, part) in [
            (Sources { subject: Some(&source), text: good, html: None }, "subject"),
            (Sources { subject: None, text: &source, html: Some(good) }, "text"),
            (Sources { subject: Some(good), text: good, html: Some(&source) }, "html"),
        ] {
            let error = renderer.check(sources).unwrap_err();
            assert_eq!(error.part, part);
            assert!(error.detail.starts_with("line 3: "), "{bad}: {error}");
            assert!(error.detail.contains(why), "{bad}: {error}");
            assert_eq!(renderer.render(sources, &json!({})).unwrap_err(), error);
        }
    }
    // what only a value can show
    for (bad, why) in [
        ("{{ x | date('%H', 'Europe/Atlantis') }}", "no time zone Europe/Atlantis"),
        ("{{ x | date('%!') }}", "directive"),
        ("{{ x - 1 }}", ""),
        ("{{ x | truncate(5, colour=1) }}", "colour"),
    ] {
        let variables = json!({ "x": "2026-11-22T04:44:00Z" });
        let error = render_text(&format!("one\n\n{bad}"), &variables).unwrap_err();
        assert!(error.detail.starts_with("line 3: "), "{bad}: {error}");
        assert!(error.detail.contains(why), "{bad}: {error}");
    }
}
