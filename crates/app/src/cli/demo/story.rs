use std::time::Duration;

use herald_domain::{Kind, Priority, RawAudience, RawDraft, Timestamp};

/// A working day, told from its beginning again when it is over.
#[derive(Default)]
pub(super) struct Story {
    told: usize,
}

/// How long a passing remark is worth showing.
const PASSING: Duration = Duration::from_secs(60);

impl Story {
    /// What happens next.
    pub(super) fn next(&mut self, now: Timestamp) -> RawDraft {
        let day = self.told / SCENES.len() + 1;
        let scene = SCENES[self.told % SCENES.len()];
        self.told += 1;
        scene.draft(day, now)
    }
}

#[derive(Clone, Copy)]
enum Scene {
    /// to whom, how urgent, what it is about, headline, message, where it leads
    Said(
        &'static [&'static str],
        Kind,
        Priority,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    ),
    /// how far a deployment is, in percent: replaces what was said of it before
    Progress(u8),
    /// worth showing for a minute only
    Passing(&'static str, &'static str),
}

use Kind::{Error, Info, Success, Warning};
use Priority::{Critical, High, Low, Medium};
use Scene::{Passing, Progress, Said};

const SCENES: [Scene; 14] = [
    Said(
        &["maya"],
        Success,
        Medium,
        "ci",
        "Build finished",
        "main is green after 4 min 12 s",
        "/runs/812",
    ),
    Said(
        &["amira"],
        Info,
        Medium,
        "tickets",
        "New ticket",
        "Invoice shows the wrong address",
        "/tickets/5521",
    ),
    Said(
        &["maya"],
        Info,
        Low,
        "reviews",
        "Review requested",
        "Jonas asks you to look at \"Retry webhooks\"",
        "/pulls/340",
    ),
    Progress(10),
    Progress(45),
    Said(
        &["tomas"],
        Success,
        Medium,
        "payments",
        "Payment received",
        "Lumen paid invoice 2026-1107: 4,200 EUR",
        "/invoices/1107",
    ),
    Progress(80),
    Progress(100),
    Said(
        &["maya", "jonas"],
        Warning,
        High,
        "alerts",
        "Disk is filling up",
        "db-2 has 12 % left, enough for two days",
        "/hosts/db-2",
    ),
    Passing("maya", "Jonas is typing a comment on \"Retry webhooks\""),
    Said(
        &["jonas", "maya"],
        Error,
        Critical,
        "alerts",
        "Checkout is down",
        "Error rate 31 %, started two minutes ago",
        "/incidents/77",
    ),
    Said(
        &["maya"],
        Info,
        Medium,
        "reviews",
        "Approved",
        "Amira approved \"Retry webhooks\"",
        "/pulls/340",
    ),
    Said(
        &["jonas", "maya"],
        Success,
        High,
        "alerts",
        "Checkout is back",
        "Error rate normal again after 6 minutes",
        "/incidents/77",
    ),
    Said(
        &["maya", "jonas", "amira", "tomas"],
        Info,
        Low,
        "announcements",
        "Maintenance tonight",
        "22:00 to 22:30, the intranet will be away",
        "https://status.example.com",
    ),
];

impl Scene {
    fn draft(self, day: usize, now: Timestamp) -> RawDraft {
        match self {
            Said(to, kind, priority, category, title, message, action_url) => RawDraft {
                kind: Some(kind),
                priority: Some(priority),
                category: Some(category.to_owned()),
                title: Some(title.to_owned()),
                action_url: Some(action_url.to_owned()),
                ..draft(to, message.to_owned())
            },
            Progress(percent) => {
                let done = usize::from(percent / 10);
                let bar = format!("{}{}", "█".repeat(done), "░".repeat(10 - done));
                let done = percent == 100;
                RawDraft {
                    kind: Some(if done { Success } else { Info }),
                    category: Some("deployments".to_owned()),
                    title: Some(if done { "Deployed" } else { "Deploying" }.to_owned()),
                    collapse_key: Some(format!("deploy-{day}")),
                    ..draft(&["maya"], format!("shop 3.{day}.0 {bar} {percent} %"))
                }
            }
            Passing(to, message) => RawDraft {
                priority: Some(Low),
                expires_at: Some(now.plus(PASSING).to_string()),
                ..draft(&[to], message.to_owned())
            },
        }
    }
}

fn draft(to: &[&str], message: String) -> RawDraft {
    RawDraft { to: RawAudience::users(to.iter().copied()), message, ..RawDraft::default() }
}

#[cfg(test)]
mod tests {
    use herald_domain::Draft;

    use super::*;

    #[test]
    fn every_scene_can_be_sent_on_every_day() {
        let mut story = Story::default();
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        for _ in 0..SCENES.len() * 3 {
            let draft = Draft::parse(story.next(now)).unwrap();
            assert_eq!(draft.check_expiry(now), Ok(()));
        }
    }
}
