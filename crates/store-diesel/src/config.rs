use std::fmt;
use std::time::Duration;

/// Where the database is, and how much may happen at once.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:` and the path of a file, whose folder must exist; the file is created. Or the
    /// `postgres://` URL of a database that exists, with the parameters that psql knows: `sslmode`,
    /// `sslrootcert` and so on. It may hold a password.
    pub url: String,
    /// how many reads run at once, each on a connection of its own
    pub readers: u32,
    /// how many writes may wait for the writer; one more is refused as overloaded
    pub queue: usize,
    /// how long a write waits while another process writes to the same SQLite database
    pub busy_timeout: Duration,
}

impl StoreConfig {
    /// The database at `url`, with what suits a machine of a few cores.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 8, queue: 4_096, busy_timeout: Duration::from_secs(1) }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// no backend is known by this URL
    #[error(
        "database url must be sqlite: and the path of a file, or postgres://USER@HOST/DATABASE"
    )]
    Url,
    /// the URL is of PostgreSQL, but not right; or the certificates that it names are not
    #[error("database url: {0}")]
    Postgres(String),
    /// the file cannot be created, read or written; or the server does not let us in
    #[error("cannot open the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// the tables cannot be brought to this version
    #[error("cannot migrate the database: {0}")]
    Migrate(String),
    /// the database answered, but not as it should
    #[error("cannot prepare the database: {0}")]
    Prepare(String),
    /// the operating system gave no thread
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
