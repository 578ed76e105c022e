/// Why a store did not do what it was asked.
///
/// That something does not exist, or exists already, is an ordinary answer of the method concerned
/// and no error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// more is waiting to be written than the store takes; nothing happened, ask again later
    #[error("store is overloaded")]
    Overloaded,
    /// there is no room left for what was to be written; reading goes on
    #[error("store is full")]
    Full,
    /// the store cannot be reached or is locked; ask again later
    #[error("store is unavailable: {0}")]
    Unavailable(String),
    /// the store holds what no version of Herald writes, or a statement of ours is wrong
    #[error("store is corrupt: {0}")]
    Corrupt(String),
}
