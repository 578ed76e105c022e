//! How people are reached who are not looking: what they want, where they are, what they are told, and what
//! became of it.

mod composer;
mod defaults;
mod deliveries;
mod endpoints;
mod preview;
mod rehearsal;
mod sandbox;
mod suppressions;
mod templates;
mod traces;
mod unsubscriber;
mod variables;

pub use composer::{ComposeError, Composer, ComposerPorts};
pub use defaults::CurrentDefaults;
pub use deliveries::{Deliveries, DeliveryListError};
pub use endpoints::{EndpointError, Endpoints, EndpointsPorts, RawAddress};
pub use preview::Preview;
pub use rehearsal::{Rehearsal, RehearsalPorts, Rehearsed};
pub use sandbox::{Sandbox, SandboxError};
pub use suppressions::{SuppressionError, Suppressions};
pub use templates::{RawTemplate, TemplateError, Templates};
pub use traces::{Explained, TraceError, Traces, TracesPorts};
pub use unsubscriber::{Unsubscribe, UnsubscribeError, Unsubscriber};
