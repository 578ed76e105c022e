//! The secret of access tokens, for those who configure none.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use herald_ports::IdGenerator;
use secrecy::SecretString;

use crate::JwtConfig;

/// The file's name within the data folder.
const FILE: &str = "jwt-secret";

/// The secret kept in the data folder, made at the first call.
///
/// The file `jwt-secret` is readable by its owner only, appears whole or not at all, is on disk
/// when this returns, and is never written again: of any number of processes that start at once,
/// all get the same secret.
///
/// # Errors
///
/// The folder does not exist or cannot be written, or the file may be read by others than its
/// owner, or holds no secret. The text names the file.
pub fn load_or_create(data_dir: &Path, ids: &dyn IdGenerator) -> io::Result<SecretString> {
    let path = data_dir.join(FILE);
    let secret = match load(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(data_dir, &path, ids).and_then(|()| load(&path))
        }
        loaded => loaded,
    };
    secret.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn load(path: &Path) -> io::Result<SecretString> {
    let mut file = File::open(path)?;
    refuse_if_shared(&file)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let secret = text.trim_end();
    if secret.len() < JwtConfig::SECRET_MIN {
        let text = "does not hold a secret; remove it to have a new one made";
        return Err(io::Error::new(ErrorKind::InvalidData, text));
    }
    Ok(SecretString::from(secret))
}

fn create(data_dir: &Path, path: &Path, ids: &dyn IdGenerator) -> io::Result<()> {
    // only the owner may read what `tempfile` makes
    let mut file = tempfile::Builder::new().prefix(".jwt-secret-").tempfile_in(data_dir)?;
    // two ids are the 256 bits that HS256 wants
    writeln!(file, "{}{}", ids.id(), ids.id())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        // another process was faster: its secret counts
        Err(lost) if lost.error.kind() == ErrorKind::AlreadyExists => {}
        Err(failed) => return Err(failed.error),
    }
    sync_folder(data_dir)
}

#[cfg(unix)]
fn refuse_if_shared(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let text = "is accessible to others than its owner; run chmod 600 on it";
    Err(io::Error::new(ErrorKind::PermissionDenied, text))
}

#[cfg(not(unix))]
fn refuse_if_shared(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Makes the new name durable. Elsewhere than on Unix a folder cannot be synchronised.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::Barrier;
    use std::thread;

    use super::*;
    use herald_ports::SystemRandom;
    use secrecy::ExposeSecret;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_secret_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = load_or_create(folder.path(), &SystemRandom).unwrap();
        let again = load_or_create(folder.path(), &SystemRandom).unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), 64);
        assert_eq!(mode(&folder.path().join(FILE)), 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let other = tempfile::tempdir().unwrap();
        let elsewhere = load_or_create(other.path(), &SystemRandom).unwrap();
        assert_ne!(first.expose_secret(), elsewhere.expose_secret());
    }

    #[test]
    fn all_who_start_at_once_get_the_same() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let start = Barrier::new(8);
            let secrets: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|_| {
                        scope.spawn(|| {
                            start.wait();
                            load_or_create(folder.path(), &SystemRandom).unwrap()
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            for secret in &secrets {
                assert_eq!(secret.expose_secret(), secrets[0].expose_secret());
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        load_or_create(folder.path(), &SystemRandom).unwrap();
        let path = folder.path().join(FILE);
        for shared in [0o644, 0o640, 0o604, 0o620] {
            set_mode(&path, shared);
            let error = load_or_create(folder.path(), &SystemRandom).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert!(error.to_string().contains("jwt-secret"), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        set_mode(&path, 0o400);
        load_or_create(folder.path(), &SystemRandom).unwrap();
    }

    #[test]
    fn a_file_without_a_secret_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for content in [&b""[..], b"\n", b"canary-too-short\n", b"\xff\xfe"] {
            fs::write(&path, content).unwrap();
            set_mode(&path, 0o600);
            let error = load_or_create(folder.path(), &SystemRandom).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_broken_link_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        symlink(folder.path().join("not-mounted-yet"), &path).unwrap();
        assert!(load_or_create(folder.path(), &SystemRandom).is_err());
        assert!(path.is_symlink());
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_or_create(&folder.path().join("data"), &SystemRandom).unwrap_err();
        assert!(error.to_string().contains("data/jwt-secret"), "{error}");
    }
}
