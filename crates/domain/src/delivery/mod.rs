//! Whether, when and how often somebody is told by a way that leads out of Herald.

mod cadence;
mod choices;
mod decide;
mod defaults;
mod preferences;
mod quiet_hours;
mod raw;
mod reason;
mod retry;
mod route;
mod set;
mod status;

pub use cadence::Cadence;
pub use choices::Choices;
pub use decide::{Case, Decision, Verdict, decide};
pub use defaults::Defaults;
pub use preferences::{Locale, Preferences};
pub use quiet_hours::{QuietHours, TimeOfDay, TimeZoneName, Weekday};
pub use raw::{RawPreferences, RawQuietHours};
pub use reason::Reason;
pub use retry::{Next, RetryPolicy};
pub use route::Route;
pub use set::ChannelSet;
pub use status::{Attempt, DeliveryStatus, Outcome};
