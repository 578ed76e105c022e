use herald_domain::{Rule, Violation};

use crate::extract::Segment;

/// The longest id that a broker gives.
const MAX: usize = 64;

/// The id of a dead job, as it stands in a path.
pub(super) struct DeadJobId(pub(super) String);

impl Segment for DeadJobId {
    fn parse(text: &str) -> Result<Self, Violation> {
        let is_one = (1..=MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_one {
            return Err(Violation::new("", Rule::Format, "must be 1 to 64 letters and digits"));
        }
        Ok(Self(text.to_owned()))
    }
}
