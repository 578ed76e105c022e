use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::Epoch;
use herald_ports::{Accepted, Append, IdGenerator, StoreError};

use crate::config::{OpenError, StoreConfig};
use crate::conn::{Conn, on_conn};
use crate::dialect::{self, Purpose, Target};
use crate::failure::Failure;
use crate::gate::Gate;
use crate::readers::Readers;
use crate::schema::meta;
use crate::writer::Writer;

/// Every store in one database.
///
/// A write that was answered `Ok` is on the disk, and visible to every read that begins afterwards.
/// Writes that are refused as overloaded did not happen. Dropping the store lets the writer finish
/// what is queued in the background; [`DieselStore::close`] waits for it.
pub struct DieselStore {
    pub(crate) epoch: Epoch,
    readers: Readers,
    writer: Arc<Writer>,
    target: Target,
    /// none where the database is a file
    gate: Option<Gate>,
}

/// How busy a store is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// writes that wait for the writer
    pub writes_queued: usize,
    /// reads that run
    pub reads_in_flight: usize,
    /// the size of the write-ahead log's file, in bytes
    pub wal_bytes: u64,
}

impl DieselStore {
    /// Opens the database, creating and migrating it as needed. Blocks; `ids` is asked for the
    /// epoch of a new database.
    pub fn open(config: &StoreConfig, ids: &dyn IdGenerator) -> Result<Self, OpenError> {
        // what blocks on PostgreSQL must not do so on a thread that runs futures, as the caller's may
        let opened =
            std::thread::scope(|scope| scope.spawn(|| Self::open_here(config, ids.id())).join());
        opened.unwrap_or_else(|_| Err(OpenError::Prepare("opening panicked".to_owned())))
    }

    fn open_here(config: &StoreConfig, epoch: String) -> Result<Self, OpenError> {
        let target = Target::of(config)?;
        let mut conn = target.connect(Purpose::Write)?;
        dialect::migrate(&mut conn)?;
        let epoch = draw_epoch(&mut conn, epoch)
            .map_err(|failure| OpenError::Prepare(StoreError::from(failure).to_string()))?;
        let gate = match &target {
            Target::Sqlite { .. } => None,
            Target::Postgres(server) => Some(Gate::watch(Arc::clone(server))?),
        };
        Ok(Self {
            gate,
            epoch,
            readers: Readers::open(target.clone(), config.readers)?,
            writer: Arc::new(Writer::start(conn, target.clone(), config.queue)?),
            target,
        })
    }

    /// How busy it is. Asks the file system for a size, and nobody else.
    pub fn load(&self) -> Load {
        Load {
            writes_queued: self.writer.queued(),
            reads_in_flight: self.readers.in_flight(),
            wal_bytes: self.target.log_bytes(),
        }
    }

    /// Whether the database can be read.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|conn| epoch(conn).map(|_| ())).await
    }

    /// Whether the database can be written, by a transaction without content.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.write(|_| Ok(())).await
    }

    /// Writes what is queued, refusing all that comes later, and moves the log into the database.
    pub async fn close(&self) {
        let writer = Arc::clone(&self.writer);
        if tokio::task::spawn_blocking(move || writer.close()).await.is_err() {
            tracing::error!("closing the store panicked");
        }
    }

    /// Whether nobody else writes while a write of ours goes on.
    pub(crate) fn writes_alone(&self) -> bool {
        matches!(self.target, Target::Sqlite { .. })
    }

    /// Waits for what is done with the database, as long as that can be reached.
    async fn pass<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match &self.gate {
            Some(gate) => gate.pass(work).await,
            None => work.await,
        }
    }

    /// See [`Readers::run`].
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        self.pass(self.readers.run(read)).await
    }

    /// See [`Writer::send`].
    pub(crate) async fn write_send(&self, append: Append) -> Result<Accepted, StoreError> {
        self.pass(self.writer.send(append)).await
    }

    /// See [`Writer::run_background`].
    pub(crate) async fn write_background<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        self.pass(self.writer.run_background(work)).await
    }

    /// See [`Writer::run`].
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        self.pass(self.writer.run(work)).await
    }
}

/// Draws the epoch of a new database; of several processes at once, one.
fn draw_epoch(conn: &mut Conn, new: String) -> Result<Epoch, Failure> {
    let row = (meta::name.eq("epoch"), meta::value.eq(new));
    on_conn!(conn, c => diesel::insert_into(meta::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    epoch(conn)
}

fn epoch(conn: &mut Conn) -> Result<Epoch, Failure> {
    let value: String = on_conn!(conn, c => meta::table
        .filter(meta::name.eq("epoch"))
        .select(meta::value)
        .get_result(c))?;
    Ok(Epoch::new(value))
}
