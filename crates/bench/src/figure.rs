use serde::Serialize;

/// What a figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// no less
    AtLeast(f64),
    /// no more
    AtMost(f64),
    /// no more than so many times the floor's
    TimesFloor(f64),
    /// no less than that share of the floor's
    ShareOfFloor(f64),
}

/// One thing measured, once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    /// what
    pub(crate) name: String,
    /// in which unit
    pub(crate) unit: &'static str,
    /// how much
    pub(crate) value: f64,
    /// the same of the floor
    pub(crate) floor: Option<f64>,
    /// what it must be
    pub(crate) target: Option<Target>,
}

impl Figure {
    /// Something of Herald.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self { name: name.into(), unit, value, floor: None, target: None }
    }

    /// The same of the floor.
    pub(crate) fn floor(mut self, value: f64) -> Self {
        self.floor = Some(value);
        self
    }

    /// What it must be, if it is held to anything.
    pub(crate) fn target(mut self, target: impl Into<Option<Target>>) -> Self {
        self.target = target.into();
        self
    }
}

/// One thing measured in several rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// what
    pub(crate) name: String,
    /// in which unit
    pub(crate) unit: &'static str,
    /// the median
    pub(crate) value: f64,
    /// every round
    pub(crate) rounds: Vec<f64>,
    /// the floor's median
    pub(crate) floor: Option<f64>,
    /// the median of Herald's value over the floor's of the same round
    pub(crate) ratio: Option<f64>,
    /// what it must be
    pub(crate) target: Option<Target>,
    /// whether it is
    pub(crate) met: Option<bool>,
}

/// The medians of what was measured in each round, in the order of the first.
pub(crate) fn summarise(rounds: &[Vec<Figure>]) -> Vec<Summary> {
    let first = rounds.first().map_or(&[][..], Vec::as_slice);
    first.iter().map(|figure| summary(figure, rounds)).collect()
}

fn summary(of: &Figure, rounds: &[Vec<Figure>]) -> Summary {
    let same: Vec<_> = rounds.iter().flatten().filter(|figure| figure.name == of.name).collect();
    let values: Vec<_> = same.iter().map(|figure| figure.value).collect();
    let floors: Vec<_> = same.iter().filter_map(|figure| figure.floor).collect();
    let ratios: Vec<_> =
        same.iter().filter_map(|figure| Some(figure.value / figure.floor?)).collect();
    let value = median(&values).unwrap_or(f64::NAN);
    let ratio = median(&ratios);
    let met = of.target.map(|target| match target {
        Target::AtLeast(least) => value >= least,
        Target::AtMost(most) => value <= most,
        Target::TimesFloor(most) => ratio.is_some_and(|ratio| ratio <= most),
        Target::ShareOfFloor(least) => ratio.is_some_and(|ratio| ratio >= least),
    });
    Summary {
        name: of.name.clone(),
        unit: of.unit,
        value,
        rounds: values,
        floor: median(&floors),
        ratio,
        target: of.target,
        met,
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_three_rounds_is_held_to_the_target() {
        let round =
            |value| vec![Figure::new("x", "/s", value).floor(10.0).target(Target::TimesFloor(2.0))];
        let summary = summarise(&[round(30.0), round(10.0), round(20.0)]).remove(0);
        assert_eq!((summary.value, summary.ratio, summary.met), (20.0, Some(2.0), Some(true)));
    }
}
