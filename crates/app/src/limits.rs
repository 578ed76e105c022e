use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets the process hold as many connections as the system allows it to; logs how many files that
/// is. A service manager's soft limit is often 1,024, whatever the hard one is.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit of open files");
            limit.current
        }
    };
    match limit {
        Some(files) => tracing::info!(files, "open files are limited"),
        None => tracing::info!("open files are not limited"),
    }
}
