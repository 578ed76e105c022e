use herald_domain::Mute;
use serde::Serialize;
use utoipa::ToSchema;

/// What the caller wants to hear of.
#[derive(Serialize, ToSchema)]
#[schema(as = Preferences)]
pub(super) struct PreferencesBody {
    /// the categories that are muted, in their order
    pub(super) mutes: Vec<Mute>,
}
