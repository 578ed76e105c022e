//! [`SettingStore`](herald_ports::SettingStore).

use crate::Stores;
use crate::fixtures::at_once;

/// What was drawn stays, each name for itself.
pub async fn a_value_is_drawn_once(stores: &Stores) {
    let draw =
        async |name, value: &str| stores.settings.draw(name, value.to_owned()).await.unwrap();
    assert_eq!(draw("one", "a").await, "a");
    assert_eq!(draw("one", "b").await, "a");
    assert_eq!(draw("two", "c").await, "c");
    assert_eq!(draw("one", "d").await, "a");
}

/// Of any number who draw at once, all are answered the same.
pub async fn drawn_at_once_it_is_one_value(stores: &Stores) {
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let answers = at_once(8, |nth| {
            let stores = stores.clone();
            async move { stores.settings.draw(name, format!("value {nth}")).await.unwrap() }
        });
        let answers = answers.await;
        assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
    }
}
