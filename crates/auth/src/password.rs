use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use herald_ports::{HashError, IdGenerator, PasswordHash, PasswordHasher};

use crate::pool::{Full, Pool};

/// bcrypt reads no further, in bytes.
const LONGEST: usize = 72;

/// Passwords by bcrypt, on threads of its own.
///
/// A NUL byte ends nothing: what follows it counts, too. But bcrypt appends a NUL to a password and
/// repeats both until it has 72 bytes, so that `ab` and `ab\0ab` are the same password; only who
/// chose one of them for a password is concerned.
pub struct BcryptHasher {
    pool: Pool,
    cost: u32,
    nobodys: PasswordHash,
    ids: Arc<dyn IdGenerator>,
}

/// Why there is no hasher.
#[derive(Debug, thiserror::Error)]
pub enum PasswordConfigError {
    /// bcrypt knows costs from 4 to 31
    #[error("password cost must be between 4 and 31")]
    Cost,
    /// a thread was not started
    #[error("password threads cannot be started: {0}")]
    Threads(#[from] io::Error),
}

impl BcryptHasher {
    /// Starts `threads` threads with room for `queue` passwords that wait for one; more are refused
    /// as [`HashError::Overloaded`]. Hashing takes 2^`cost` rounds: at 12, about a quarter of a
    /// second. Takes as long itself, for it makes the hash that an unknown user is checked against.
    ///
    /// # Errors
    ///
    /// The cost does not exist, or the threads cannot be started.
    pub fn new(
        cost: u32,
        threads: NonZeroUsize,
        queue: usize,
        ids: Arc<dyn IdGenerator>,
    ) -> Result<Self, PasswordConfigError> {
        let nobodys = hash(&ids.id(), cost, ids.as_ref()).map_err(|_| PasswordConfigError::Cost)?;
        let pool = Pool::start("password", threads, queue)?;
        Ok(Self { pool, cost, nobodys, ids })
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: String) -> Result<PasswordHash, HashError> {
        let (cost, ids) = (self.cost, Arc::clone(&self.ids));
        self.pool.run(move || hash(&password, cost, ids.as_ref())).await.unwrap_or_else(overloaded)
    }

    async fn verify(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, HashError> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys.clone());
        self.pool
            .run(move || {
                // reads 72 bytes and takes its time, whatever the answer is going to be
                let matches =
                    bcrypt::verify(&password, hash.expose()).map_err(|_| HashError::Malformed)?;
                Ok(matches && exists && password.len() <= LONGEST)
            })
            .await
            .unwrap_or_else(overloaded)
    }
}

fn overloaded<T>(_: Full) -> Result<T, HashError> {
    Err(HashError::Overloaded)
}

/// Not the library's `non_truncating_hash`, which counts the NUL that it appends, and so refuses a
/// password of 72 bytes that bcrypt reads whole.
fn hash(password: &str, cost: u32, ids: &dyn IdGenerator) -> Result<PasswordHash, HashError> {
    if password.len() > LONGEST {
        return Err(HashError::Malformed);
    }
    let mut salt = [0; 16];
    salt.copy_from_slice(&ids.secret()[..16]);
    bcrypt::hash_with_salt(password, cost, salt)
        .map(|parts| PasswordHash::new(parts.to_string()))
        .map_err(|_| HashError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use herald_ports::SystemRandom;

    /// The lowest cost that bcrypt knows.
    const QUICK: u32 = 4;

    fn hasher() -> BcryptHasher {
        let threads = NonZeroUsize::MIN;
        BcryptHasher::new(QUICK, threads, 8, Arc::new(SystemRandom)).unwrap()
    }

    async fn opens(hasher: &BcryptHasher, password: &str, hash: &PasswordHash) -> bool {
        let hash = Some(hash.clone());
        hasher.verify(password.to_owned(), hash).await.unwrap()
    }

    #[tokio::test]
    async fn only_the_password_itself_opens() {
        let hasher = hasher();
        for password in ["", "a", "correct horse battery staple", "pässwörd", "密码🔑", "a\0b"]
        {
            let hash = hasher.hash(password.to_owned()).await.unwrap();
            assert!(opens(&hasher, password, &hash).await, "{password:?}");
            for wrong in [format!("{password}x"), format!("x{password}"), "a\0c".to_owned()] {
                assert!(!opens(&hasher, &wrong, &hash).await, "{wrong:?}");
            }
        }
        let with_nul = hasher.hash("a\0b".to_owned()).await.unwrap();
        assert!(!opens(&hasher, "a", &with_nul).await);
    }

    #[tokio::test]
    async fn a_password_of_72_bytes_counts_to_the_last() {
        let hasher = hasher();
        // 72 bytes each, in letters of one, two, three and four bytes
        for letter in ["x", "é", "码", "🔑"] {
            let longest = letter.repeat(LONGEST / letter.len());
            let hash = hasher.hash(longest.clone()).await.unwrap();
            assert!(opens(&hasher, &longest, &hash).await, "{letter}");

            let mut other_end = longest.clone();
            other_end.pop();
            assert!(!opens(&hasher, &other_end, &hash).await, "{letter}");
            other_end.push_str(&"y".repeat(letter.len()));
            assert!(!opens(&hasher, &other_end, &hash).await, "{letter}");

            let too_long = format!("{longest}x");
            assert!(!opens(&hasher, &too_long, &hash).await, "{letter}");
            assert!(hasher.hash(too_long).await.is_err(), "{letter}");
        }
    }

    #[tokio::test]
    async fn the_same_password_is_hashed_differently_each_time() {
        let hasher = hasher();
        let first = hasher.hash("password".to_owned()).await.unwrap();
        let second = hasher.hash("password".to_owned()).await.unwrap();
        assert_ne!(first.expose(), second.expose());
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_takes_the_same_work() {
        let hasher = hasher();
        for password in ["", "password", &"x".repeat(100)] {
            assert_eq!(hasher.verify(password.to_owned(), None).await, Ok(false));
        }
        let real = hasher.hash("password".to_owned()).await.unwrap();
        let cost = |hash: &PasswordHash| hash.expose()[..7].to_owned();
        assert_eq!(cost(&hasher.nobodys), cost(&real));
        assert_eq!(cost(&real), "$2b$04$");
    }

    #[tokio::test]
    async fn nobody_has_not_even_the_password_of_the_stand_in() {
        struct Known;
        impl IdGenerator for Known {
            fn secret(&self) -> [u8; 32] {
                [7; 32]
            }
        }
        let hasher = BcryptHasher::new(QUICK, NonZeroUsize::MIN, 1, Arc::new(Known)).unwrap();
        let password = "07".repeat(16);
        assert!(opens(&hasher, &password, &hasher.nobodys).await);
        assert_eq!(hasher.verify(password, None).await, Ok(false));
    }

    #[tokio::test]
    async fn hashes_of_other_systems_are_read() {
        // from the test vectors of jBCrypt, with the prefixes in use
        for prefix in ["$2a$", "$2b$", "$2y$"] {
            let hash = format!("{prefix}06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe");
            assert!(opens(&hasher(), "a", &PasswordHash::new(hash)).await);
        }
    }

    #[tokio::test]
    async fn a_malformed_hash_is_an_error() {
        let hasher = hasher();
        let strange = "é".repeat(30);
        for hash in ["", "canary", "$2b$04$short", strange.as_str()] {
            let answer = hasher.verify("password".to_owned(), Some(PasswordHash::new(hash))).await;
            assert_eq!(answer, Err(HashError::Malformed), "{hash:?}");
        }
        assert_eq!(hasher.verify("password".to_owned(), None).await, Ok(false));
    }

    #[test]
    fn a_cost_that_does_not_exist_is_refused() {
        for cost in [0, 3, 32] {
            let hasher = BcryptHasher::new(cost, NonZeroUsize::MIN, 1, Arc::new(SystemRandom));
            assert!(matches!(hasher, Err(PasswordConfigError::Cost)), "{cost}");
        }
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_turned_away() {
        let hasher =
            BcryptHasher::new(QUICK, NonZeroUsize::MIN, 1, Arc::new(SystemRandom)).unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, starts) = tokio::sync::oneshot::channel();
        let holds_the_thread = hasher.pool.run(move || {
            started.send(()).unwrap();
            held.recv().unwrap();
        });
        let comes_later = async {
            starts.await.unwrap();
            let takes_the_place = hasher.hash("password".to_owned());
            let is_too_late = async {
                let answers = (
                    hasher.hash("late".to_owned()).await,
                    hasher.verify("late".to_owned(), None).await,
                );
                release.send(()).unwrap();
                answers
            };
            tokio::join!(biased; takes_the_place, is_too_late)
        };
        let (held, (hashed, refused)) = tokio::join!(holds_the_thread, comes_later);
        assert_eq!(held, Ok(()));
        assert!(hashed.is_ok());
        assert_eq!(refused, (Err(HashError::Overloaded), Err(HashError::Overloaded)));
    }
}
