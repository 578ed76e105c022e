//! [`TemplateStore`](herald_ports::TemplateStore).

use herald_domain::Channel;
use herald_ports::Template;

use crate::Stores;
use crate::fixtures::{NOW, at_once, later};

/// Templates are told by channel, category and language, those for everything first.
pub async fn templates_are_listed_in_order(stores: &Stores) {
    let places = [
        (Channel::Email, None, None),
        (Channel::Email, None, Some("de")),
        (Channel::Email, Some("billing"), None),
        (Channel::Email, Some("ci"), Some("pt-BR")),
        (Channel::Sms, None, Some("en")),
        (Channel::Push, Some("ci"), None),
        (Channel::Webhook, None, None),
    ];
    let mut expected = Vec::new();
    for (channel, category, locale) in places.into_iter().rev() {
        expected.insert(0, put(stores, template(channel, category, locale, "text")).await);
    }
    assert_eq!(stores.templates.templates().await.unwrap(), expected);
    let listed = expected.iter().map(|one| {
        (
            one.channel,
            one.category.as_ref().map(|name| name.as_str()),
            one.locale.as_ref().map(|tag| tag.as_str()),
        )
    });
    assert!(listed.eq(places));
}

/// What is written again keeps its number, and nothing of what was there.
pub async fn a_template_replaces_the_one_before(stores: &Stores) {
    let first = template(Channel::Email, Some("ci"), None, "first");
    let first = Template { subject: Some("s".into()), html: Some("<p>".into()), ..first };
    let first = put(stores, first).await;
    let other = put(stores, template(Channel::Email, None, None, "other")).await;
    let second =
        Template { updated_at: later(9), ..template(Channel::Email, Some("ci"), None, "second") };
    // the number that is given means nothing
    let second = put(stores, Template { id: other.id, ..second }).await;
    assert_eq!(second.id, first.id);
    assert_eq!((second.subject.as_ref(), second.html.as_ref()), (None, None));
    assert_eq!(stores.templates.templates().await.unwrap(), [other, second]);
}

/// Written many times at once, it is one template.
pub async fn written_at_once_it_is_one_template(stores: &Stores) {
    let answers = at_once(8, |nth| {
        let stores = stores.clone();
        async move { put(&stores, template(Channel::Sms, None, Some("en"), &nth.to_string())).await }
    });
    let answers = answers.await;
    let left = stores.templates.templates().await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(answers.iter().all(|one| one.id == left[0].id) && answers.contains(&left[0]));
}

/// What is removed is gone.
pub async fn a_template_is_removed(stores: &Stores) {
    let one = put(stores, template(Channel::Sms, None, None, "one")).await;
    let two = put(stores, template(Channel::Sms, Some("ci"), None, "two")).await;
    let remove = async || stores.templates.remove_template(one.id).await.unwrap();
    assert!(remove().await);
    assert!(!remove().await);
    assert_eq!(stores.templates.templates().await.unwrap(), [two]);
}

fn template(
    channel: Channel,
    category: Option<&str>,
    locale: Option<&str>,
    text: &str,
) -> Template {
    Template {
        id: 0,
        channel,
        category: category.map(|name| name.parse().unwrap()),
        locale: locale.map(|tag| tag.parse().unwrap()),
        subject: None,
        text: text.to_owned(),
        html: None,
        updated_at: NOW,
    }
}

async fn put(stores: &Stores, template: Template) -> Template {
    let put = stores.templates.put_template(template.clone()).await.unwrap();
    assert_eq!(put, Template { id: put.id, ..template });
    put
}
