//! Lists of deliveries: all of them, or the dead letters.

use herald_application::{AccountError, Deliveries};
use herald_domain::{DeliveryId, DeliveryStatus, NotificationId, UserId};
use herald_ports::{DeliveryFilter, Part};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::Answer;
use super::channel::ExternalChannel;
use super::cursor::Cursor;
use super::delivery::ManagedDeliveryBody;
use super::part::PartQuery;
use crate::Services;
use crate::extract::{ReadQuery, Reader};
use crate::problem::Problem;

/// Which deliveries, whatever their status, and which part of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// by channel
    #[param(value_type = Option<ExternalChannel>, inline)]
    channel: Option<ExternalChannel>,
    /// by who is told
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$")]
    user: Option<UserId>,
    /// by the number of what they tell of
    #[param(minimum = 1)]
    notification: Option<i64>,
    #[param(ignore)]
    part: PartQuery<DeliveryId>,
}

impl ReadQuery for DeliveriesQuery {
    fn read(query: &mut Reader) -> Self {
        Self {
            channel: query.value("channel"),
            user: query.value("user"),
            notification: query.number("notification", 1..=i64::MAX),
            part: PartQuery::read(query),
        }
    }
}

/// Some deliveries.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryPage)]
pub(super) struct DeliveriesBody<'a> {
    /// the latest first
    items: Vec<ManagedDeliveryBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
}

impl DeliveriesQuery {
    /// 200 with the deliveries of that status, listed at `path`.
    pub(super) async fn answer(
        &self,
        services: &Services,
        path: &str,
        status: Option<DeliveryStatus>,
    ) -> Answer {
        let notification = self.notification.map(NotificationId::new);
        let filter = filter(services, self.channel, self.user.clone(), notification).await?;
        let (before, limit) = (self.part.after(), self.part.limit());
        let found = match filter {
            Some(filter) => {
                let filter = DeliveryFilter { status, ..filter };
                services.deliveries.list(filter, before, limit.min(Deliveries::MAX_LIMIT)).await?
            }
            None => Part { items: Vec::new(), next: None },
        };
        let body = DeliveriesBody {
            items: found.items.iter().map(ManagedDeliveryBody::from).collect(),
            next_cursor: found.next.map(|place| Cursor(place).to_string()),
        };
        let number = self.notification.map(|number| number.to_string());
        let channel = self.channel.map(herald_domain::Channel::from);
        let filters = [
            ("status", status.map(DeliveryStatus::as_str)),
            ("channel", channel.map(herald_domain::Channel::as_str)),
            ("user", self.user.as_ref().map(UserId::as_str)),
            ("notification", number.as_deref()),
        ];
        self.part.answer_filtered(path, &filters, found.next, &body)
    }
}

/// What the store is asked for; `None` if there is no such user, who then has no delivery either.
pub(super) async fn filter(
    services: &Services,
    channel: Option<ExternalChannel>,
    user: Option<UserId>,
    notification: Option<NotificationId>,
) -> Result<Option<DeliveryFilter>, Problem> {
    let user = match user {
        Some(id) => match services.accounts.by_id(id).await {
            Ok(user) => Some(user.key),
            Err(AccountError::UnknownUser) => return Ok(None),
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let channel = channel.map(Into::into);
    Ok(Some(DeliveryFilter { status: None, channel, user, notification }))
}
