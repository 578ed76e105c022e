use std::time::Duration;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::Timestamp;
use herald_ports::{Lease, LeaseStore, StoreClock, StoreError};

use crate::conn::{Conn, on_conn};
use crate::dialect::now;
use crate::failure::Failure;
use crate::schema::leases;
use crate::store::DieselStore;

#[async_trait]
impl LeaseStore for DieselStore {
    async fn hold(&self, lease: Lease, holder: &str, length: Duration) -> Result<bool, StoreError> {
        let holder = holder.to_owned();
        self.write(move |conn| hold(conn, lease, &holder, length)).await
    }

    async fn release(&self, lease: Lease, holder: &str) -> Result<(), StoreError> {
        let holder = holder.to_owned();
        self.write(move |conn| release(conn, lease, &holder)).await
    }
}

#[async_trait]
impl StoreClock for DieselStore {
    async fn time(&self) -> Result<Timestamp, StoreError> {
        self.read(now).await
    }
}

fn hold(conn: &mut Conn, lease: Lease, holder: &str, length: Duration) -> Result<bool, Failure> {
    let now = now(conn)?;
    let until = now.plus(length).as_micros();
    let is_free = leases::holder.eq(holder).or(leases::until.le(now.as_micros()));
    let taken = on_conn!(conn, c => diesel::update(leases::table)
        .filter(leases::name.eq(lease.as_str()))
        .filter(is_free)
        .set((leases::holder.eq(holder), leases::until.eq(until)))
        .execute(c))?;
    if taken > 0 {
        return Ok(true);
    }
    let row = (leases::name.eq(lease.as_str()), leases::holder.eq(holder), leases::until.eq(until));
    // whoever had it never, and is the first
    let first = on_conn!(conn, c => diesel::insert_into(leases::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(first > 0)
}

fn release(conn: &mut Conn, lease: Lease, holder: &str) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(leases::table)
        .filter(leases::name.eq(lease.as_str()))
        .filter(leases::holder.eq(holder))
        .execute(c))?;
    Ok(())
}
