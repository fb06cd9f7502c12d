//! After the script: people go on editing, so that there is something to watch, until somebody stops the demo.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::report::{Report, ms};
use super::scenario::{Pair, SOON, Scenario, named};

/// How long people think between two edits.
const PAUSE: Duration = Duration::from_secs(3);

const TITLES: [&str; 6] = [
    "Basket forgets its items",
    "Faster search",
    "Invoice as PDF",
    "Sign in with a passkey",
    "Warn before the session ends",
    "Dark mode for the check-out",
];

/// Edits an item now and then, on alternating sides, and tells when it arrived. Ends with Ctrl-C.
pub(super) async fn carry_on(scenario: &Scenario<'_>, report: &Report) {
    hints(scenario, report);
    tokio::select! {
        () = edit_for_ever(scenario, report) => {}
        _ = tokio::signal::ctrl_c() => report.say(""),
    }
}

fn hints(scenario: &Scenario<'_>, report: &Report) {
    let world = scenario.world;
    let Ok(Pair { jira, targetprocess }) = scenario.pair(0) else { return };
    report.say(&format!(
        "\n  Watch it  {}/\n  Try it    curl -u ada@example.com:token-ada -X PUT {}/rest/api/3/issue/{jira} \\\n              \
         -H 'content-type: application/json' -d '{{\"fields\":{{\"summary\":\"Hello from Jira\"}}}}'\n            \
         curl -X POST '{}/api/v1/UserStories/{targetprocess}?access_token=token-bob&format=json' \\\n              \
         -H 'content-type: application/json' -d '{{\"Name\":\"Hello from Targetprocess\"}}'\n  \
         Read it   curl {}/_sim/item/{jira}   curl {}/_sim/item/{targetprocess}\n  Stop      Ctrl-C\n\n  \
         Meanwhile ada and bob go on:",
        world.address, world.jira.url, world.targetprocess.url, world.jira.url, world.targetprocess.url
    ));
}

async fn edit_for_ever(scenario: &Scenario<'_>, report: &Report) {
    let Ok(pairs) = scenario.pairs() else { return };
    let world = scenario.world;
    for (turn, pair) in pairs.iter().cycle().enumerate() {
        tokio::time::sleep(PAUSE).await;
        let title = format!("{} ({})", TITLES.get(turn % TITLES.len()).unwrap_or(&""), turn + 1);
        let started = Instant::now();
        let (who, key, wanted) = ("ada", &pair.jira, &pair.targetprocess);
        let came = if turn % 2 == 0 {
            let edit = json!({"as": who, "item": key, "fields": {"summary": title}});
            let edited = world.jira.quiet_edit(&edit).await;
            (
                who,
                key,
                edited,
                world.targetprocess.until(wanted, SOON, |item| item["title"] == json!(title)).await,
            )
        } else {
            let edit = json!({"as": "bob", "item": named(wanted), "fields": {"Name": title}});
            let edited = world.targetprocess.quiet_edit(&edit).await;
            ("bob", wanted, edited, world.jira.until(key, SOON, |item| item["title"] == json!(title)).await)
        };
        match came {
            (who, key, Ok(_), Ok(_)) => {
                report.say(&format!(
                    "  {who} called {key} \"{title}\"; on the other side after {}",
                    ms(started.elapsed())
                ));
            }
            (_, _, Err(why), _) | (_, _, _, Err(why)) => report.say(&format!("  {why}")),
        }
    }
}
