use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body;
use super::explain::{explain, malformed};
use super::object::Object;
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

/// Reads an object; what fails is read again, slowly, to find out in which field.
pub(crate) fn parse_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    match serde_json::from_slice(json) {
        Ok(Object(value)) => Ok(value),
        Err(error) => Err(diagnose::<T>(json, &error)),
    }
}

fn diagnose<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> Problem {
    // a wrong value may come before the place where it ceases to be JSON
    if let Err(error) = serde_json::from_slice::<Value>(json) {
        return malformed(&error);
    }
    let slow = &mut serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, Object<T>>(slow) {
        Err(found) => explain(&found.path().to_string(), &found.inner().to_string()).into(),
        Ok(_) => explain(".", &error.to_string()).into(),
    }
}
