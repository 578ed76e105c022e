use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::body;
use super::explain::explain;
use crate::problem::Problem;

/// The body, read from JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { parse_json(&body::read(&request, payload).await?).map(Self) })
    }
}

/// Reads a value; what fails is read again, slowly, to find out in which field.
pub(crate) fn parse_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(json).map_err(|error| {
        let slow = &mut serde_json::Deserializer::from_slice(json);
        match serde_path_to_error::deserialize::<_, T>(slow) {
            Err(found) => explain(&found.path().to_string(), found.inner()),
            Ok(_) => explain(".", &error),
        }
    })
}
