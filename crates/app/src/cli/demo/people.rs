use anyhow::Result;
use herald_domain::UserId;
use herald_ports::{Clock, SystemClock, UserChange};

use crate::wire::{Storage, UseCases};

/// Who is there: id, role and company.
pub(super) const PEOPLE: [(&str, &str, &str); 4] = [
    ("maya", "developer", "nordwind"),
    ("jonas", "operations", "nordwind"),
    ("amira", "support", "lumen"),
    ("tomas", "finance", "lumen"),
];

/// Adds everybody, as an application's backend would: by ids of its own.
pub(super) async fn let_in(storage: &Storage, cases: &UseCases) -> Result<()> {
    for (id, role, company) in PEOPLE {
        let id: UserId = id.parse()?;
        storage.users.ensure(id.clone(), SystemClock.now()).await?;
        let change = UserChange {
            role: Some(role.parse()?),
            company: Some(Some(company.parse()?)),
            ..UserChange::default()
        };
        cases.accounts.change(&id, change).await?;
    }
    Ok(())
}
