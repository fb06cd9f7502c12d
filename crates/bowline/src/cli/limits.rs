//! What is left of a connection's limits, for people.

use serde_json::Value;

use super::out::at;

/// A line for each thing that is limited; the part that is ours first.
pub(crate) fn shown(view: &Value) -> String {
    let mut lines = vec![format!(
        "share of this process  {} %, {} calls under way",
        at(view, "/part"),
        at(view, "/calls")
    )];
    for lane in list(view, "/waiting").filter(|lane| lane["calls"] != 0) {
        lines.push(format!("waiting                {} in lane {}", at(lane, "/calls"), at(lane, "/lane")));
    }
    for quota in list(view, "/quotas") {
        let of = if quota["of"] == "app" { "all sites" } else { "this site" };
        let (left, size, resets) = (at(quota, "/left"), at(quota, "/size"), at(quota, "/resets_at"));
        lines.push(format!("points                 {left} of {size} on {of}, anew {resets}"));
    }
    for limit in list(view, "/limits") {
        let (left, size, about) = (at(limit, "/left"), at(limit, "/size"), at(limit, "/about"));
        lines.push(format!("limit                  {left} of {size} for {about}"));
    }
    for held in list(view, "/held") {
        let operation = held["operation"].as_str().map(|name| format!(" {name}")).unwrap_or_default();
        lines.push(format!(
            "left alone             {}{operation} until {}",
            at(held, "/what"),
            at(held, "/until")
        ));
    }
    lines.join("\n")
}

fn list<'a>(view: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    view.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_known_has_a_line() {
        let bare = json!({"part": 100, "calls": 0, "waiting": [{"lane": "live", "calls": 0}], "limits": [], "quotas": [], "held": []});
        assert_eq!(shown(&bare), "share of this process  100 %, 0 calls under way");
        let full = json!({
            "part": 50,
            "calls": 2,
            "waiting": [{"lane": "sweep", "calls": 3}],
            "limits": [{"about": "account", "left": 1, "size": 10, "next_at": "x"}],
            "quotas": [{"of": "app", "left": 5, "size": 9, "resets_at": "14:00"}],
            "held": [{"what": "operation", "operation": "jira.issue.get", "until": "13:10"}],
        });
        let lines = [
            "share of this process  50 %, 2 calls under way",
            "waiting                3 in lane sweep",
            "points                 5 of 9 on all sites, anew 14:00",
            "limit                  1 of 10 for account",
            "left alone             operation jira.issue.get until 13:10",
        ];
        assert_eq!(shown(&full), lines.join("\n"));
    }
}
