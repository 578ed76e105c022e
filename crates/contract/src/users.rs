//! [`UserStore`](herald_ports::UserStore): who can receive, and who can log in.

use std::collections::HashSet;

use herald_domain::{Email, Role, User, UserId, UserKey};
use herald_ports::{Changed, NewUser, Revocation, Revoked, UserChange};

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, later, new_user, user_id, username};

/// The id of who registers is the decimal of the key, and the user is found by it, as given.
pub async fn registering_gives_the_decimal_of_the_key_as_id(stores: &Stores) {
    let email: Email = "alice@example.com".parse().unwrap();
    let new = NewUser {
        email: Some(email.clone()),
        role: Role::admin(),
        now: later(7),
        ..new_user("Alice")
    };
    let alice = stores.users.register(new).await.unwrap().unwrap();
    assert_eq!(alice.id, UserId::of_registered(alice.key));
    assert_eq!(alice.username, Some(username("Alice")));
    assert_eq!(alice.email, Some(email));
    assert_eq!(alice.role, Role::admin());
    assert_eq!((alice.company.as_ref(), alice.disabled_at), (None, None));
    assert_eq!(alice.created_at, later(7));
    let found = stores.users.by_id(alice.id.clone()).await.unwrap();
    assert_eq!(found, Some(alice));
}

/// A user is found by the key, too.
pub async fn a_user_is_found_by_the_key(stores: &Stores) {
    let alice = stores.register("alice").await;
    let by_key = |key| stores.users.by_key(key);
    assert_eq!(by_key(alice.key).await.unwrap(), Some(alice));
    assert_eq!(by_key(UserKey::new(999)).await.unwrap(), None);
}

/// A name is taken in every case of its letters.
pub async fn a_name_is_taken_in_any_case(stores: &Stores) {
    stores.register("alice").await;
    for name in ["alice", "ALICE", "aLiCe"] {
        let again = stores.users.register(new_user(name)).await.unwrap();
        assert_eq!(again, None, "{name}");
    }
}

/// Of many who register one name at once, one gets it.
pub async fn a_name_registered_many_times_at_once_goes_to_one(stores: &Stores) {
    for round in 0..ROUNDS {
        let registered = at_once(16, |_| {
            let (stores, new) = (stores.clone(), new_user(&format!("alice{round}")));
            async move { stores.users.register(new).await.unwrap() }
        })
        .await;
        assert_eq!(registered.iter().flatten().count(), 1);
    }
}

/// A login is found by its name in any case, with the hash that was given.
pub async fn a_login_is_found_by_its_name_in_any_case(stores: &Stores) {
    let alice = stores.register("Alice").await;
    for name in ["Alice", "alice", "ALICE"] {
        let login = stores.users.login(username(name)).await.unwrap().unwrap();
        assert_eq!(login.user, alice);
        assert_eq!(login.password.expose(), "hash of Alice");
    }
    assert!(stores.users.login(username("bob")).await.unwrap().is_none());
}

/// A user whom only an application knows has no login, under no name.
pub async fn an_application_s_user_has_no_login(stores: &Stores) {
    stores.ensure("alice").await;
    let login = stores.users.login(username("alice")).await.unwrap();
    assert!(login.is_none());
}

/// `ensure` creates a user with nothing but its id, and leaves one that exists as it is.
pub async fn ensure_creates_a_user_once(stores: &Stores) {
    assert_eq!(stores.users.by_id(user_id("app:7")).await.unwrap(), None);
    let user = stores.users.ensure(user_id("app:7"), NOW).await.unwrap();
    let created = user.clone().unwrap();
    assert_eq!(created.id, user_id("app:7"));
    assert_eq!((&created.username, &created.email), (&None, &None));
    assert_eq!(created.role, Role::user());
    assert_eq!(created.created_at, NOW);
    let again = stores.users.ensure(user_id("app:7"), later(9)).await;
    assert_eq!(again.unwrap(), user);
}

/// Asked many times at once, `ensure` creates one user.
pub async fn ensure_at_once_creates_one_user(stores: &Stores) {
    for round in 0..ROUNDS {
        let keys = at_once(16, |_| {
            let (stores, id) = (stores.clone(), format!("alice{round}"));
            async move { stores.ensure(&id).await }
        })
        .await;
        assert_eq!(keys.into_iter().collect::<HashSet<_>>().len(), 1);
    }
}

/// Ids of digits alone are never created from outside; those of registered users are found.
pub async fn reserved_ids_are_not_created(stores: &Stores) {
    let alice = stores.register("alice").await;
    assert_eq!(stores.users.ensure(alice.id.clone(), NOW).await.unwrap(), Some(alice));
    let unknown = user_id("999999");
    assert_eq!(stores.users.ensure(unknown.clone(), NOW).await.unwrap(), None);
    assert_eq!(stores.users.by_id(unknown).await.unwrap(), None);
}

/// Ids differ by the case of their letters, other than names.
pub async fn ids_are_told_apart_by_case(stores: &Stores) {
    let (lower, upper) = (stores.ensure("alice").await, stores.ensure("Alice").await);
    assert_ne!(lower, upper);
}

/// A change of role or company is kept, and notes one revocation of the whole user.
pub async fn a_change_of_role_or_company_is_noted(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    let change = UserChange { role: Some(Role::admin()), ..UserChange::default() };
    let changed = change_alice(stores, change).await;
    assert_eq!((changed.role, changed.company), (Role::admin(), None));
    let change =
        UserChange { company: Some(Some("acme".parse().unwrap())), ..UserChange::default() };
    let changed = change_alice(stores, change).await;
    assert_eq!(changed.role, Role::admin());
    assert_eq!(changed.company, Some("acme".parse().unwrap()));
    assert_eq!(stores.users.by_id(user_id("alice")).await.unwrap(), Some(changed));

    let (_, noted) = stores.sessions.revocations_since(Some(start)).await.unwrap();
    assert_eq!(noted.len(), 2);
    let whole_user = |revocation: &Revocation| revocation.what == Revoked::User(alice);
    assert!(noted.iter().all(whole_user), "{noted:?}");
}

/// What changes nothing is noted nowhere.
pub async fn a_change_to_what_is_so_already_is_not_noted(stores: &Stores) {
    stores.ensure("alice").await;
    let change = UserChange {
        role: Some(Role::admin()),
        company: Some(Some("acme".parse().unwrap())),
        ..UserChange::default()
    };
    change_alice(stores, change.clone()).await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    change_alice(stores, change).await;
    change_alice(stores, UserChange::default()).await;
    let since = stores.sessions.revocations_since(Some(start)).await;
    assert_eq!(since.unwrap(), (start, vec![]));
}

/// Who does not exist is not changed.
pub async fn an_unknown_user_is_not_changed(stores: &Stores) {
    let changed = stores.users.change(user_id("nobody"), UserChange::default(), NOW).await;
    assert_eq!(changed.unwrap(), Changed::Unknown);
}

async fn change_alice(stores: &Stores, change: UserChange) -> User {
    stores.change("alice", change).await
}
