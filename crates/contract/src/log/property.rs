use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Handle;

/// How many inputs are tried, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 32;

/// Checks a property for many inputs, the same at every run, and panics with the smallest that
/// makes it panic.
///
/// The runner is not async, so it has a thread where it may block.
pub(super) async fn holds<S, F>(inputs: S, property: impl Fn(S::Value) -> F + Send + 'static)
where
    S: Strategy + Send + 'static,
    F: Future<Output = ()>,
{
    let runtime = Handle::current();
    let check = move || {
        let mut config = Config { failure_persistence: None, ..Config::default() };
        if std::env::var_os("PROPTEST_CASES").is_none() {
            config.cases = CASES;
        }
        let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, seed)
            .run(&inputs, |input| {
                runtime.block_on(property(input));
                Ok(())
            })
            .map_err(|broken| broken.to_string())
    };
    if let Err(broken) = tokio::task::spawn_blocking(check).await.unwrap() {
        panic!("{broken}");
    }
}
