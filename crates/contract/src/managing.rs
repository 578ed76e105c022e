//! [`UserStore`](herald_ports::UserStore): what an administrator does with users.

use herald_domain::{Company, Prefix, Role, User, UserFilter, UserKey};
use herald_ports::{Changed, NewUser, Position, Revocation, Revoked, UserChange};

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, later, new_user, user_id};

/// The cursor walks all users in the order of their keys; pages by number count them.
pub async fn users_are_listed_by_key(stores: &Stores) {
    for nth in 0..7 {
        stores.ensure(&format!("user{}", 9 - nth)).await;
    }
    let everybody = UserFilter::default;
    let (mut walked, mut cursor) = (Vec::new(), None);
    loop {
        let position = Position::Cursor(cursor);
        let page = stores.users.list(everybody(), position, 3).await.unwrap();
        assert!(page.users.len() <= 3 && page.total.is_none(), "{page:?}");
        walked.extend(page.users);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(ids(&walked), ["user9", "user8", "user7", "user6", "user5", "user4", "user3"]);
    assert!(walked.is_sorted_by_key(|user| user.key));
    for (offset, length) in [(0, 3), (3, 3), (6, 1), (7, 0), (99, 0)] {
        let page = stores.users.list(everybody(), Position::Offset(offset), 3).await.unwrap();
        assert_eq!((page.users.len(), page.total), (length, Some(7)), "from {offset}");
        assert_eq!(page.next.is_some(), offset < 4, "from {offset}");
    }
}

/// Each filter lets its users through, alone and with others.
pub async fn each_filter_shows_its_users(stores: &Stores) {
    let people = [
        ("a", "admin", Some("acme"), false),
        ("b", "user", Some("acme"), true),
        ("c", "user", Some("lumen"), false),
        ("d", "user", None, true),
        ("e", "support", Some("acme"), false),
    ];
    for (id, role, company, disabled) in people {
        stores.ensure(id).await;
        let change = UserChange {
            role: Some(role.parse().unwrap()),
            company: Some(company.map(|name| name.parse().unwrap())),
            disabled: Some(disabled),
            ..UserChange::default()
        };
        stores.change(id, change).await;
    }
    let role = |role: &str| Some(role.parse::<Role>().unwrap());
    let company = |name: &str| Some(name.parse::<Company>().unwrap());
    let all = UserFilter::default;
    for (filter, expected) in [
        (UserFilter { company: company("acme"), ..all() }, &["a", "b", "e"][..]),
        (UserFilter { role: role("user"), ..all() }, &["b", "c", "d"]),
        (UserFilter { disabled: Some(true), ..all() }, &["b", "d"]),
        (UserFilter { disabled: Some(false), ..all() }, &["a", "c", "e"]),
        (UserFilter { company: company("acme"), role: role("user"), ..all() }, &["b"]),
        (UserFilter { company: company("acme"), disabled: Some(false), ..all() }, &["a", "e"]),
        (UserFilter { search: prefix("E"), company: company("acme"), ..all() }, &["e"]),
        (UserFilter { search: prefix("e"), role: role("user"), ..all() }, &[]),
        (UserFilter { company: company("nobody"), ..all() }, &[]),
    ] {
        let mut walked = Vec::new();
        for offset in [0, 2] {
            let position = Position::Offset(offset);
            let page = stores.users.list(filter.clone(), position, 2).await.unwrap();
            assert_eq!(page.total, Some(expected.len() as u64), "{filter:?}");
            walked.extend(page.users);
        }
        assert_eq!(ids(&walked), expected, "{filter:?}");
    }
}

/// Users are found by what their id, name or address begins with, in any case, each once.
pub async fn the_search_is_by_what_begins_so(stores: &Stores) {
    stores.ensure("Alina").await;
    let email = Some("ALICE+News@example.com".parse().unwrap());
    let alice = NewUser { email, ..new_user("Alice") };
    let alice = stores.users.register(alice).await.unwrap().unwrap();
    let email = Some("alfred@example.com".parse().unwrap());
    stores.ensure("malice").await;
    stores.change("malice", UserChange { email: Some(email), ..UserChange::default() }).await;
    let id = alice.id.as_str();
    for (text, expected) in [
        ("al", &["Alina", id, "malice"][..]),
        ("ALI", &["Alina", id]),
        ("alice", &[id]),
        ("alice+", &[id]),
        ("alf", &["malice"]),
        ("malice", &["malice"]),
        ("example", &[]),
        ("al%", &[]),
        ("al_", &[]),
        ("é", &[]),
        (id, &[id]),
    ] {
        let filter = UserFilter { search: prefix(text), ..UserFilter::default() };
        let page = stores.users.list(filter, Position::Offset(0), 9).await.unwrap();
        assert_eq!(ids(&page.users), expected, "{text}");
        assert_eq!(page.total, Some(expected.len() as u64), "{text}");
    }
}

/// Many users are found at once, those who exist.
pub async fn many_are_found_at_once(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let names = ["bob", "nobody", "alice"].map(user_id).to_vec();
    let mut found = stores.users.by_ids(names).await.unwrap();
    found.sort_by_key(|user| user.key);
    assert_eq!(ids(&found), ["alice", "bob"]);
    let keys = vec![bob, UserKey::new(999), alice];
    let mut by_keys = stores.users.by_keys(keys).await.unwrap();
    by_keys.sort_by_key(|user| user.key);
    assert_eq!(by_keys, found);
    assert_eq!(stores.users.by_ids(vec![]).await.unwrap(), vec![]);
    assert_eq!(stores.users.by_keys(vec![]).await.unwrap(), vec![]);
}

/// Addresses are set and taken away; that is no matter of rights, and noted nowhere.
pub async fn addresses_come_and_go(stores: &Stores) {
    stores.ensure("alice").await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    let set = UserChange {
        email: Some(Some("alice@example.com".parse().unwrap())),
        phone: Some(Some("+4915123456789".parse().unwrap())),
        ..UserChange::default()
    };
    let alice = stores.change("alice", set).await;
    assert_eq!(alice.phone.as_ref().unwrap().as_str(), "+4915123456789");
    assert_eq!(alice.email.as_ref().unwrap().as_str(), "alice@example.com");
    assert_eq!(stores.users.by_key(alice.key).await.unwrap(), Some(alice));
    let alice =
        stores.change("alice", UserChange { phone: Some(None), ..UserChange::default() }).await;
    assert!(alice.phone.is_none() && alice.email.is_some());
    let noted = stores.sessions.revocations_since(Some(start)).await;
    assert_eq!(noted.unwrap(), (start, vec![]));
}

/// Disabling and enabling are noted, each once; who is disabled is so since the first time.
pub async fn disabling_is_noted_once(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    let disable = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    for (disabled, at, since) in
        [(true, 1, Some(later(1))), (true, 2, Some(later(1))), (false, 3, None), (false, 4, None)]
    {
        let changed = stores.users.change(user_id("alice"), disable(disabled), later(at)).await;
        match changed.unwrap() {
            Changed::Done(user) => assert_eq!(user.disabled_at, since),
            other => panic!("not changed: {other:?}"),
        }
    }
    let (_, noted) = stores.sessions.revocations_since(Some(start)).await.unwrap();
    assert_eq!(noted.len(), 2, "{noted:?}");
    assert!(noted.iter().all(|noted| noted.what == Revoked::User(alice)));
}

/// The last administrator who may act is neither demoted nor disabled nor deleted; one who is
/// disabled does not count.
pub async fn the_last_administrator_stays(stores: &Stores) {
    stores.ensure_admin("alice").await;
    stores.ensure_admin("bob").await;
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    stores.change("bob", disable.clone()).await;
    let demote = UserChange { role: Some(Role::user()), ..UserChange::default() };
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    for change in [&demote, &disable] {
        let refused = stores.users.change(user_id("alice"), change.clone(), NOW).await;
        assert_eq!(refused.unwrap(), Changed::LastAdmin);
    }
    let refused = stores.users.delete(user_id("alice"), NOW).await.unwrap();
    assert_eq!(refused, Changed::LastAdmin);
    let noted = stores.sessions.revocations_since(Some(start)).await;
    assert_eq!(noted.unwrap(), (start, vec![]));
    // anything else may be changed, and who cannot act may go
    let company = Some(Some("acme".parse().unwrap()));
    stores.change("alice", UserChange { company, ..UserChange::default() }).await;
    let gone = stores.users.delete(user_id("bob"), NOW).await.unwrap();
    assert!(matches!(gone, Changed::Done(_)), "{gone:?}");

    stores.ensure_admin("carol").await;
    stores.change("alice", demote).await;
    assert_eq!(stores.users.delete(user_id("carol"), NOW).await.unwrap(), Changed::LastAdmin);
}

/// Of administrators who demote each other at once, one stays.
pub async fn demoted_at_once_one_stays(stores: &Stores) {
    stores.ensure_admin("admin0").await;
    for round in 0..ROUNDS {
        for nth in 0..4 {
            stores.ensure_admin(&format!("admin{nth}")).await;
        }
        let changed = at_once(4, |nth| {
            let stores = stores.clone();
            let demote = UserChange { role: Some(Role::user()), ..UserChange::default() };
            async move {
                stores.users.change(user_id(&format!("admin{nth}")), demote, NOW).await.unwrap()
            }
        })
        .await;
        let stayed = changed.iter().filter(|changed| **changed == Changed::LastAdmin);
        assert_eq!(stayed.count(), 1, "round {round}: {changed:?}");
    }
}

/// Who is deleted is found by nothing any more, which is noted; the name is free.
pub async fn who_is_deleted_is_gone(stores: &Stores) {
    let alice = stores.register("alice").await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    let deleted = stores.users.delete(alice.id.clone(), NOW).await.unwrap();
    assert_eq!(deleted, Changed::Done(alice.clone()));
    assert_eq!(stores.users.by_key(alice.key).await.unwrap(), None);
    assert_eq!(stores.users.by_id(alice.id.clone()).await.unwrap(), None);
    assert_eq!(stores.users.admit(alice.id.clone(), later(9), later(9)).await.unwrap(), None);
    assert!(stores.users.login(alice.username.clone().unwrap()).await.unwrap().is_none());
    let page = stores.users.list(UserFilter::default(), Position::Offset(0), 9).await.unwrap();
    assert_eq!((page.users, page.total), (vec![], Some(0)));
    let (_, noted) = stores.sessions.revocations_since(Some(start)).await.unwrap();
    let whole_user = |noted: &Revocation| noted.what == Revoked::User(alice.key);
    assert!(noted.len() == 1 && noted.iter().all(whole_user), "{noted:?}");

    let again = stores.users.delete(alice.id.clone(), NOW).await.unwrap();
    assert_eq!(again, Changed::Unknown);
    let namesake = stores.register("Alice").await;
    assert!(namesake.key > alice.key && namesake.id != alice.id);
}

/// An id that was given back may be taken by another user, who has nothing of the first.
pub async fn an_id_that_was_given_back_begins_anew(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    stores.tell("alice", "before").await;
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    let id = stores.tell("alice", "after").await;
    let again = stores.users.by_id(user_id("alice")).await.unwrap().unwrap();
    assert!(again.key > alice);
    let inbox = stores.whole_inbox(again.key).await;
    assert_eq!((inbox.items.len(), inbox.head.rev.get()), (1, 1));
    assert_eq!(inbox.items[0].id(), id);
    assert_eq!(again.tokens_after, Some(later(1)));
}

/// A token from before a deletion brings nobody back, and a later one does; the user who then comes
/// holds later ones only.
pub async fn an_old_token_brings_nobody_back(stores: &Stores) {
    let admit = async |issued_at| {
        let admitted = stores.users.admit(user_id("alice"), later(issued_at), later(99));
        admitted.await.unwrap()
    };
    let first = admit(0).await.unwrap();
    assert!(first.tokens_after.is_none());
    stores.users.delete(user_id("alice"), later(50)).await.unwrap();
    for issued_at in [0, 49, 50] {
        assert_eq!(admit(issued_at).await, None, "{issued_at}");
    }
    assert_eq!(stores.users.by_id(user_id("alice")).await.unwrap(), None);
    let second = admit(51).await.unwrap();
    assert!(second.key > first.key);
    // whom there is, is answered; that the token is not theirs, the caller sees
    let found = admit(50).await.unwrap();
    assert_eq!(found, second);
    assert!(!found.may_hold(later(50)) && found.may_hold(later(51)));

    stores.users.delete(user_id("alice"), later(60)).await.unwrap();
    assert_eq!(admit(60).await, None, "the latest deletion counts");
    assert!(admit(61).await.is_some());
}

fn ids(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.id.as_str()).collect()
}

fn prefix(text: &str) -> Option<Prefix> {
    Some(text.parse().unwrap())
}
