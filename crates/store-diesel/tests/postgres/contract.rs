//! The store keeps the contract of every port.

use herald_contract::Stores;

use crate::database::Database;
use crate::open;

fn stores() -> Option<Stores> {
    let database = Database::new()?;
    Some(Stores::of(open(database.url()), database))
}

herald_contract::contract_suite!(stores());
