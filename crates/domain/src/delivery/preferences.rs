use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Cadence, ChannelSet, Choices, QuietHours};
use crate::{Category, Channel, Content, Mute, Rule, Timestamp, Violation};

/// What a user wants to hear of, how, and when. The default is to have said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preferences {
    /// which channels, for every category
    #[serde(default)]
    pub default: Choices,
    /// which channels, for one
    #[serde(default)]
    pub categories: BTreeMap<Category, Choices>,
    /// when not to be disturbed
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// of what not to hear at all, in the order of the categories
    #[serde(default)]
    pub mutes: Vec<Mute>,
    /// what to collect, and how often
    #[serde(default)]
    pub digest: BTreeMap<Category, Cadence>,
    /// in which language
    #[serde(default)]
    pub locale: Option<Locale>,
}

impl Preferences {
    /// The most categories that are chosen for, or collected.
    pub const MAX_CATEGORIES: usize = 100;

    /// The mute of a category that holds now.
    pub fn mute(&self, category: Option<&Category>, now: Timestamp) -> Option<&Mute> {
        self.mutes.iter().find(|mute| Some(&mute.category) == category && mute.holds(now))
    }

    /// Whether a channel is wanted, if the user has said so, and whether that was said of the category.
    pub fn choice(&self, category: Option<&Category>, channel: Channel) -> Option<(bool, bool)> {
        let of_category = category.and_then(|category| self.categories.get(category));
        let said = of_category.and_then(|choices| choices.get(channel));
        said.map(|wanted| (wanted, true))
            .or_else(|| self.default.get(channel).map(|wanted| (wanted, false)))
    }

    /// Whether the user has turned the inbox off for what says that.
    pub fn hides(&self, content: &Content) -> bool {
        let choice = || self.choice(content.category.as_ref(), Channel::InApp);
        !content.is_critical() && choice().is_some_and(|(wanted, _)| !wanted)
    }

    /// The external channels that the user has asked for, for everything or for any category.
    pub fn eager(&self) -> ChannelSet {
        let said: Vec<_> = self.categories.values().chain([&self.default]).collect();
        let is_asked_for =
            |channel: &Channel| said.iter().any(|choices| choices.get(*channel) == Some(true));
        ChannelSet::of(Channel::EXTERNAL.into_iter().filter(is_asked_for))
    }

    /// When what comes now about a category goes out, if it is to be collected.
    pub fn next_digest(&self, category: Option<&Category>, now: Timestamp) -> Option<Timestamp> {
        let cadence = self.digest.get(category?)?;
        let zone = self.quiet_hours.as_ref().map(|hours| hours.time_zone.zone());
        Some(cadence.next(now, &zone.unwrap_or(TimeZone::UTC)))
    }
}

/// A language, and perhaps a region: `en`, `pt-BR` (BCP 47).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(value_type = String, min_length = 2, max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$", example = "en")
)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(Box<str>);

impl Locale {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Itself, and what it is a kind of, most special first: `pt-BR`, `pt`.
    pub fn widening(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(&*self.0), |tag| tag.rsplit_once('-').map(|(wider, _)| wider))
    }
}

impl FromStr for Locale {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        let rest: Vec<_> = parts.collect();
        let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let alphanumeric = |part: &&str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_tag = (2..=8).contains(&language.len())
            && letters(language)
            && rest.len() <= 3
            && rest.iter().all(|part| (1..=8).contains(&part.len()) && alphanumeric(part));
        match is_tag {
            true => Ok(Self(text.into())),
            false => {
                Err(Violation::new("", Rule::Format, "must be a language such as en or pt-BR"))
            }
        }
    }
}

impl TryFrom<String> for Locale {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        text.parse()
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_channel_anywhere_is_eager() {
        let mut wanted = Preferences::default();
        assert_eq!(wanted.eager(), ChannelSet::NONE);
        wanted.default =
            Choices::from([(Channel::InApp, true), (Channel::Sms, false), (Channel::Push, true)]);
        let ci = Choices::from([(Channel::Sms, true), (Channel::Push, false)]);
        wanted.categories = [("ci".parse().unwrap(), ci)].into();
        assert_eq!(wanted.eager(), ChannelSet::of([Channel::Sms, Channel::Push]));
    }

    #[test]
    fn a_locale_is_a_kind_of_its_language() {
        let locale: Locale = "zh-Hant-TW".parse().unwrap();
        assert_eq!(locale.widening().collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
        for bad in ["", "e", "english9", "en_US", "en-", "-en", "en-US\r\nBcc: x", "abcdefghi"] {
            assert!(bad.parse::<Locale>().is_err(), "{bad}");
        }
    }
}
