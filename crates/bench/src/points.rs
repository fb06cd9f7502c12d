//! What calls of Jira's API cost in points.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>, “Points-based rate limits”: 1 for the call,
//! 1 more for each object read, 2 more for each user, group, role or permission read; a write costs 1. How many
//! objects a list held is not in a simulator's record, so a list counts as one object: a floor.

/// What a call is called in lists: ids and keys become `{}`.
pub(crate) fn kind(method: &str, path: &str) -> String {
    let plain = |segment: &str| if is_name(segment) { segment.to_owned() } else { "{}".to_owned() };
    let path: Vec<String> = path.split('/').map(plain).collect();
    format!("{method} {}", path.join("/"))
}

/// Ids are numbers, keys end in one (`ACME-12`); names of Jira's and Targetprocess' routes do neither.
fn is_name(segment: &str) -> bool {
    let is_version = matches!(segment, "v1" | "v2" | "2" | "3");
    is_version || !segment.ends_with(|last: char| last.is_ascii_digit())
}

/// What a call of Jira costs at least.
pub(crate) fn cost(method: &str, path: &str) -> u32 {
    const PEOPLE: [&str; 4] = ["user", "myself", "mypermissions", "role"];
    let reads = method == "GET" || path.contains("/search") || path.ends_with("/bulkfetch");
    let of_people = path.split('/').any(|segment| PEOPLE.contains(&segment));
    match (reads, of_people) {
        (false, _) => 1,
        (true, false) => 2,
        (true, true) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_costs_its_object_and_a_write_does_not() {
        assert_eq!(cost("GET", "/rest/api/3/issue/ACME-1"), 2);
        assert_eq!(cost("PUT", "/rest/api/3/issue/10001"), 1);
        assert_eq!(cost("POST", "/rest/api/3/search/jql"), 2);
        assert_eq!(cost("GET", "/rest/api/3/myself"), 3);
    }

    #[test]
    fn ids_and_keys_are_left_out_and_versions_are_not() {
        assert_eq!(kind("GET", "/rest/api/3/issue/10001/comment"), "GET /rest/api/3/issue/{}/comment");
        assert_eq!(kind("PUT", "/rest/api/2/issue/ACME-7"), "PUT /rest/api/2/issue/{}");
        assert_eq!(kind("POST", "/api/v1/UserStories/1002"), "POST /api/v1/UserStories/{}");
    }
}
