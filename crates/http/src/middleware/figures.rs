use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram, counter, histogram};

thread_local! {
    /// What this worker has counted so far, by route: a lookup of its own, without a lock.
    static ROUTES: RefCell<HashMap<String, Route>> = RefCell::default();
}

/// What is counted of the requests to one route.
type Route = HashMap<(&'static str, &'static str), Figures>;

struct Figures {
    requests: Counter,
    seconds: Histogram,
}

/// Counts a request by its route and not by its path: there are as many series as routes, whatever
/// is asked for.
pub(super) fn count(response: &ServiceResponse<BoxBody>, method: &Method, elapsed: Duration) {
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let key = (method_name(method), class(response.status()));
    ROUTES.with_borrow_mut(|routes| {
        if let Some(figures) = routes.get(&route).and_then(|route| route.get(&key)) {
            return figures.add(elapsed);
        }
        let figures = Figures::of(&route, key);
        figures.add(elapsed);
        routes.entry(route).or_default().insert(key, figures);
    });
}

impl Figures {
    fn of(route: &str, (method, status): (&'static str, &'static str)) -> Self {
        let route = route.to_owned();
        Self {
            requests: counter!("herald_http_requests_total",
                "route" => route.clone(), "method" => method, "status" => status),
            seconds: histogram!("herald_http_request_duration_seconds",
                "route" => route, "method" => method),
        }
    }

    fn add(&self, elapsed: Duration) {
        self.requests.increment(1);
        self.seconds.record(elapsed);
    }
}

/// The method; those that no route has are one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
