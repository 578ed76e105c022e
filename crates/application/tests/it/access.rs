//! Who is let in, and how soon somebody is not any more.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::support::World;
use async_trait::async_trait;
use herald_application::{Access, AccountError, ApiKeys, AuthError};
use herald_contract::fixtures::CountingIds;
use herald_domain::{
    Principal, Role, Scope, Timestamp, User, UserFilter, UserId, UserKey, UserPrincipal, Username,
};
use herald_memory::MemoryStore;
use herald_ports::{
    Changed, LiveEvent, Login, NewUser, Position, StoreError, UserChange, UserPage, UserStore,
};

fn to_role(role: &str) -> UserChange {
    UserChange { role: Some(role.parse().unwrap()), ..UserChange::default() }
}

async fn person(access: &Access, token: &str) -> Result<UserPrincipal, AuthError> {
    match access.authenticate(token).await? {
        Principal::User(user) => Ok(user),
        Principal::Service(_) => panic!("a service"),
    }
}

#[tokio::test]
async fn an_unknown_subject_becomes_a_user_but_a_number_does_not() {
    let world = World::new().await;
    let user = person(&world.access, &world.minted("tenant:7")).await.unwrap();
    assert_eq!((user.id.as_str(), user.role), ("tenant:7", Role::user()));
    let reserved = person(&world.access, &world.minted("7")).await;
    assert!(matches!(reserved, Err(AuthError::Invalid)), "{reserved:?}");
}

#[tokio::test]
async fn a_role_counts_at_once_and_devices_are_told() {
    let world = World::new().await;
    let token = world.minted("alice");
    let alice = person(&world.access, &token).await.unwrap();
    world.accounts.ensure_admin("root", "first-password".into()).await.unwrap();
    world.accounts.change(&alice.id, to_role("admin")).await.unwrap();
    assert!(person(&world.access, &token).await.unwrap().role.is_admin());
    world.accounts.change(&alice.id, to_role("user")).await.unwrap();
    assert!(!person(&world.access, &token).await.unwrap().role.is_admin());
    let told = world.told.take();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(
        |event| matches!(event, LiveEvent::Revoked { user, session: None } if *user == alice.key)
    ));
}

#[tokio::test]
async fn a_change_by_another_process_counts_after_a_sync() {
    let world = World::new().await;
    let token = world.minted("alice");
    let alice = person(&world.access, &token).await.unwrap();
    let now = Timestamp::from_micros(0);
    UserStore::change(&*world.store, alice.id, to_role("admin"), now).await.unwrap();
    assert!(!person(&world.access, &token).await.unwrap().role.is_admin(), "still remembered");
    world.access.sync().await.unwrap();
    assert!(person(&world.access, &token).await.unwrap().role.is_admin());
}

#[tokio::test]
async fn logging_out_ends_one_login_and_no_other() {
    let world = World::new().await;
    world.accounts.register("alice", "wonderland".into(), None).await.unwrap();
    let phone = world.accounts.login("alice", "wonderland".into()).await.unwrap();
    let laptop = world.accounts.login("ALICE", "wonderland".into()).await.unwrap();
    let user = person(&world.access, &phone.access).await.unwrap();
    person(&world.access, &laptop.access).await.unwrap();
    world.accounts.logout(&user).await.unwrap();
    assert!(matches!(person(&world.access, &phone.access).await, Err(AuthError::Invalid)));
    assert!(matches!(world.access.confirm(&user).await, Err(AuthError::Invalid)));
    person(&world.access, &laptop.access).await.unwrap();
    assert!(world.accounts.refresh(&phone.refresh).await.is_err());
    world.accounts.refresh(&laptop.refresh).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_login() {
    let world = World::new().await;
    world.accounts.register("alice", "wonderland".into(), None).await.unwrap();
    let first = world.accounts.login("alice", "wonderland".into()).await.unwrap();
    let second = world.accounts.refresh(&first.refresh).await.unwrap();
    person(&world.access, &second.access).await.unwrap();
    let reused = world.accounts.refresh(&first.refresh).await.map(drop);
    assert!(matches!(reused, Err(AccountError::Auth(AuthError::Invalid))), "{reused:?}");
    assert!(matches!(person(&world.access, &second.access).await, Err(AuthError::Invalid)));
    assert!(world.accounts.refresh(&second.refresh).await.is_err());
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let world = World::new().await;
    let ids = Arc::new(CountingIds::default());
    let keys = ApiKeys::new(world.store.clone(), world.access.clone(), world.clock.clone(), ids);
    let (key, secret) = keys.create("ci-bot", vec![Scope::Send]).await.unwrap();
    let service = world.access.authenticate(&secret).await.unwrap();
    assert!(service.may_send_to_others());
    keys.revoke(key.id).await.unwrap();
    assert!(matches!(world.access.authenticate(&secret).await, Err(AuthError::Invalid)));
}

#[tokio::test]
async fn an_administrator_is_made_sure_of_and_keeps_the_password() {
    let world = World::new().await;
    world.accounts.register("root", "first-password".into(), None).await.unwrap();
    world.accounts.ensure_admin("root", "other-password".into()).await.unwrap();
    let pair = world.accounts.login("root", "first-password".into()).await.unwrap();
    assert!(person(&world.access, &pair.access).await.unwrap().role.is_admin());
}

#[tokio::test]
async fn who_is_deleted_is_refused_at_once_and_not_brought_back() {
    let world = World::new().await;
    let token = world.minted("alice");
    let alice = person(&world.access, &token).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    world.accounts.delete(&alice.id).await.unwrap();
    let told = world.told.take();
    assert!(
        matches!(&told[..], [LiveEvent::Revoked { user, session: None }] if *user == alice.key),
        "{told:?}"
    );
    let refused =
        async |token: &str| matches!(person(&world.access, token).await, Err(AuthError::Invalid));
    assert!(refused(&token).await);
    assert!(matches!(world.access.confirm(&alice).await, Err(AuthError::Invalid)));
    assert!(world.store.by_id(alice.id.clone()).await.unwrap().is_none());

    // a younger token is somebody else's
    world.clock.advance(Duration::from_secs(1));
    let again = person(&world.access, &world.minted("alice")).await.unwrap();
    assert_ne!(again.key, alice.key);
    assert!(refused(&token).await, "though there is such a user now");
    assert!(matches!(world.access.confirm(&alice).await, Err(AuthError::Invalid)));
    person(&world.access, &world.minted("alice")).await.unwrap();
}

#[tokio::test]
async fn the_logins_of_who_is_deleted_end() {
    let world = World::new().await;
    let alice = world.accounts.register("alice", "wonderland".into(), None).await.unwrap();
    let phone = world.accounts.login("alice", "wonderland".into()).await.unwrap();
    let user = person(&world.access, &phone.access).await.unwrap();
    let ticket = world.accounts.issue_ticket(&user).await.unwrap();
    world.accounts.delete(&alice.id).await.unwrap();
    assert!(matches!(person(&world.access, &phone.access).await, Err(AuthError::Invalid)));
    assert!(world.accounts.refresh(&phone.refresh).await.is_err());
    assert!(world.accounts.redeem_ticket(&ticket).await.is_err());
    let login = world.accounts.login("alice", "wonderland".into()).await.map(drop);
    assert!(matches!(login, Err(AccountError::WrongCredentials)), "{login:?}");
    let unknown = world.accounts.delete(&alice.id).await;
    assert!(matches!(unknown, Err(AccountError::UnknownUser)), "{unknown:?}");
    world.accounts.register("alice", "looking glass".into(), None).await.unwrap();
}

#[tokio::test]
async fn who_is_disabled_is_refused_until_enabled() {
    let world = World::new().await;
    let token = world.minted("alice");
    let alice = person(&world.access, &token).await.unwrap();
    let set = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    world.accounts.change(&alice.id, set(true)).await.unwrap();
    assert!(matches!(person(&world.access, &token).await, Err(AuthError::Disabled)));
    world.accounts.change(&alice.id, set(false)).await.unwrap();
    person(&world.access, &token).await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_is_told_so() {
    let world = World::new().await;
    world.accounts.ensure_admin("root", "first-password".into()).await.unwrap();
    let root = world.accounts.find("root").await.unwrap();
    let deleted = world.accounts.delete(&root.id).await;
    assert!(matches!(deleted, Err(AccountError::LastAdmin)), "{deleted:?}");
    let demoted = world.accounts.change(&root.id, to_role("user")).await;
    assert!(matches!(demoted, Err(AccountError::LastAdmin)), "{demoted:?}");
}

/// A store in which a user is promoted just after being read, as another request may do.
struct PromotedMeanwhile {
    inner: Arc<MemoryStore>,
    world: OnceLock<Arc<World>>,
}

#[async_trait]
impl UserStore for PromotedMeanwhile {
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let user = self.inner.by_id(id.clone()).await?;
        if let (Some(world), Some(_)) = (self.world.get(), &user) {
            world.accounts.change(&id, to_role("admin")).await.unwrap();
        }
        Ok(user)
    }
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError> {
        self.inner.register(new).await
    }
    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.inner.ensure(id, now).await
    }
    async fn admit(
        &self,
        id: UserId,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        self.inner.admit(id, issued_at, now).await
    }
    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        self.inner.by_key(key).await
    }
    async fn by_keys(&self, keys: Vec<UserKey>) -> Result<Vec<User>, StoreError> {
        self.inner.by_keys(keys).await
    }
    async fn by_ids(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        self.inner.by_ids(ids).await
    }
    async fn list(
        &self,
        filter: UserFilter,
        position: Position<UserKey>,
        limit: usize,
    ) -> Result<UserPage, StoreError> {
        UserStore::list(&*self.inner, filter, position, limit).await
    }
    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError> {
        self.inner.login(username).await
    }
    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        UserStore::change(&*self.inner, id, change, now).await
    }
    async fn delete(&self, id: UserId, now: Timestamp) -> Result<Changed, StoreError> {
        UserStore::delete(&*self.inner, id, now).await
    }
}

#[tokio::test]
async fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
    let inner = Arc::new(MemoryStore::default());
    let users = Arc::new(PromotedMeanwhile { inner: inner.clone(), world: OnceLock::new() });
    let world = Arc::new(World::over(inner.clone(), users.clone()).await);
    inner.ensure("alice".parse().unwrap(), Timestamp::from_micros(0)).await.unwrap();
    assert!(users.world.set(world.clone()).is_ok());
    let token = world.minted("alice");
    person(&world.access, &token).await.unwrap();
    assert!(person(&world.access, &token).await.unwrap().role.is_admin(), "remembered too long");
}
