//! What every tool must do, once, over all tools in the registry, against the simulators.
//!
//! A new tool adds a line to [`suite`] and its words to `place`.

mod checks;
mod place;
mod wire;

use bowline_core::connection::ToolKind;

use self::place::Place;

/// Runs every check against one tool, each against a simulator of its own.
macro_rules! suite {
    ($($tool:ident = $kind:expr;)*) => { $(
        mod $tool {
            use super::*;
            suite!(@checks $kind,
                the_account_and_what_there_is_are_told,
                a_wrong_address_is_told_by_the_probe_and_waits_for_a_person,
                a_schema_is_found_in_any_case_and_tells_the_tools_own_spelling,
                a_created_item_is_read_back_and_found_by_its_marker,
                what_hold_says_is_what_comes_back,
                an_update_raises_the_version_and_leaves_the_rest,
                an_edit_by_somebody_else_shows_in_the_read_back,
                a_refused_field_is_reported_and_the_others_are_written,
                a_create_without_a_refused_field_is_better_than_none,
                custom_fields_come_back_as_they_were_sent,
                steps_lead_where_they_say_and_get_what_they_demand,
                a_missing_permission_is_told_as_such,
                a_new_item_is_found_by_its_marker_though_the_search_index_lags,
                a_person_is_set_and_taken_away,
                comments_are_written_read_and_edited,
                hidden_comments_are_told,
                what_changed_is_listed_oldest_first,
                what_is_gone_is_none_and_cannot_be_written,
                a_lost_answer_to_a_create_is_found_again_by_its_marker,
                an_answer_that_is_a_page_says_that_nothing_is_known,
                an_exemplar_is_in_the_state_asked_for,
                every_webhook_points_at_its_item,
                a_removed_marker_leaves_no_trace,
                history_tells_when_a_field_changed_where_the_tool_keeps_one,
            );
        }
    )* };
    (@checks $kind:expr, $($check:ident,)*) => { $(
        #[tokio::test]
        async fn $check() {
            checks::$check(Place::start($kind).await).await;
        }
    )* };
}

suite! {
    jira_cloud = ToolKind::JiraCloud;
    jira_dc = ToolKind::JiraDc;
    targetprocess = ToolKind::Targetprocess;
}
