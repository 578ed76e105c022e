use std::future::{Ready, ready};
use std::ops::RangeInclusive;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use herald_domain::{Rule, Violation, Violations};

use crate::problem::Problem;

/// The query, each parameter read and every one known.
pub(crate) struct QueryParams<T>(pub(crate) T);

/// No parameters at all: one that is given is refused, for ignoring it may do harm.
pub(crate) struct NoQuery;

/// What can be read from a query.
pub(crate) trait ReadQuery: Sized {
    /// Takes what it knows; what is wrong is noted, and `Self` then not used.
    fn read(query: &mut Reader) -> Self;
}

impl<T: ReadQuery> FromRequest for QueryParams<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Reader::of(request).read().map(Self))
    }
}

impl FromRequest for NoQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.query_string().is_empty() {
            return ready(Ok(Self));
        }
        ready(Reader::of(request).read())
    }
}

impl ReadQuery for NoQuery {
    fn read(_: &mut Reader) -> Self {
        Self
    }
}

/// Reads a query parameter by parameter, noting all that is wrong.
pub(crate) struct Reader {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    broken: Violations,
}

impl Reader {
    fn of(request: &HttpRequest) -> Self {
        // every query is a sequence of pairs of some text
        let pairs = Query::from_query(request.query_string()).map(Query::into_inner);
        let pairs = pairs.unwrap_or_default();
        Self { pairs, known: Vec::new(), broken: Violations::default() }
    }

    fn read<T: ReadQuery>(mut self) -> Result<T, Problem> {
        let value = T::read(&mut self);
        for (name, _) in std::mem::take(&mut self.pairs) {
            let violation = if self.known.contains(&&*name) {
                Violation::new(name, Rule::Contradiction, "must be given once only")
            } else if self.known.is_empty() {
                Violation::new(name, Rule::Unknown, "is not a parameter here; there is none")
            } else {
                let detail = format!("is not a parameter here; there is {}", self.known.join(" "));
                Violation::new(name, Rule::Unknown, detail)
            };
            self.broken.push(violation);
        }
        self.broken.into_result()?;
        Ok(value)
    }

    /// A parameter as text.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let place = self.pairs.iter().position(|(known, _)| known == name)?;
        Some(self.pairs.remove(place).1)
    }

    /// A parameter that is one value of a type.
    pub(crate) fn value<T: FromStr<Err = Violation>>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name)?;
        self.broken.take(name, text.parse())
    }

    /// A parameter that is `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let text = self.text(name)?;
        let flag =
            text.parse().map_err(|_| Violation::new("", Rule::Format, "must be true or false"));
        self.broken.take(name, flag)
    }

    /// A parameter that is a whole number within bounds.
    pub(crate) fn number<T>(&mut self, name: &'static str, range: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let text = self.text(name)?;
        let number = match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            Ok(_) => Err(Rule::OutOfRange),
            Err(_) => Err(Rule::Format),
        };
        self.broken.take(
            name,
            number.map_err(|rule| {
                let detail = format!("must be a number from {} to {}", range.start(), range.end());
                Violation::new("", rule, detail)
            }),
        )
    }

    /// A whole number within bounds that must be given.
    pub(crate) fn required_number<T>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        self.require(name);
        self.number(name, range)
    }

    /// One value of a type that must be given.
    pub(crate) fn required<T: FromStr<Err = Violation>>(
        &mut self,
        name: &'static str,
    ) -> Option<T> {
        self.require(name);
        self.value(name)
    }

    fn require(&mut self, name: &'static str) {
        if self.pairs.iter().all(|(given, _)| given != name) {
            self.broken.push(Violation::new(name, Rule::Required, "must be given"));
        }
    }

    /// Notes that something is wrong.
    pub(crate) fn refuse(&mut self, violation: Violation) {
        self.broken.push(violation);
    }
}
