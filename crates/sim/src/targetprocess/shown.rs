//! What people are shown of a simulated Targetprocess.

use serde_json::{Value, json};

use crate::frame::shown::{About, PersonAbout, ProjectAbout, Shown, SignIn, Toggle, has_words, words};
use crate::targetprocess::account::Sort;
use crate::targetprocess::control;
use crate::targetprocess::item::Item;
use crate::targetprocess::schema::{ITEMS, Kind};
use crate::targetprocess::site::Site;

impl Shown for Site {
    fn about(&self) -> About {
        let people = self.catalog.people().filter(|(_, account)| account.sort != Sort::System);
        let people = people.map(|(_, account)| PersonAbout {
            name: account.login.to_string(),
            display: format!("{} {}", account.first, account.last),
            email: account.email.to_string(),
            id: account.id.to_string(),
            admin: account.admin,
            active: account.may_sign_in(),
        });
        About {
            title: "Targetprocess",
            base_url: self.base.clone(),
            people: people.collect(),
            sign_in: sign_in(&self.base),
            projects: projects(self),
            rights: Vec::new(),
            denied: Vec::new(),
        }
    }

    fn list(&self, text: &str, start: usize, max: usize) -> Value {
        let words = words(text);
        let fits =
            |item: &&Item| words.is_empty() || has_words(&format!("{} {}", item.id, item.name), &words);
        let found: Vec<_> = self.items.iter().rev().filter(fits).collect();
        let page = found.iter().skip(start).take(max).map(|item| control::short(self, item));
        json!({"items": page.collect::<Vec<_>>(), "total": found.len()})
    }

    fn states_of(&self, id: &str) -> Vec<String> {
        let item = id.parse().ok().and_then(|id| self.items.get(id));
        item.map(|item| states(self, self.catalog.projects.get(item.project).process, item.kind))
            .unwrap_or_default()
    }

    fn draft(&self, project: &str, kind: &str, title: &str) -> Value {
        json!({"ResourceType": kind, "Name": title, "Project": {"Id": project.parse::<u32>().unwrap_or_default()}})
    }

    fn retitled(&self, title: &str) -> Value {
        json!({"Name": title})
    }

    fn toggles(&self) -> Vec<Toggle> {
        let required = self.catalog.states.iter().any(|(_, state)| state.comment_required);
        [
            ("The state In Testing asks for a comment", "comment_required", required),
            ("A comment counts as a change of its item", "comment_bumps", self.switches.comment_bumps),
            (
                "Webhooks about comments and assignments name the item",
                "general_in_hooks",
                self.switches.general_in_hooks,
            ),
            (
                "Filters that are not supported are passed over in silence",
                "silent_filters",
                self.switches.silent_filters,
            ),
        ]
        .map(|(label, name, on)| Toggle { label: label.to_owned(), on, change: json!({name: !on}) })
        .into()
    }
}

fn sign_in(base: &str) -> Vec<SignIn> {
    vec![
        SignIn {
            how: "access token in the address, which is token-NAME",
            example: format!("curl '{base}/api/v1/Users/LoggedUser?format=json&access_token=token-ada'"),
        },
        SignIn {
            how: "name and password, which is the name again (Basic)",
            example: format!("curl -u ada:ada '{base}/api/v1/Users/LoggedUser?format=json'"),
        },
    ]
}

fn states(
    site: &Site,
    process: crate::frame::table::Row<crate::targetprocess::catalog::Process>,
    kind: Kind,
) -> Vec<String> {
    site.catalog.states_of(process, kind).map(|(_, state)| state.name.to_string()).collect()
}

fn projects(site: &Site) -> Vec<ProjectAbout> {
    let living = |(_, project): &(_, &crate::targetprocess::catalog::Project)| project.base.deleted.is_none();
    let about = |(row, project): (_, &crate::targetprocess::catalog::Project)| ProjectAbout {
        id: project.base.id.to_string(),
        key: project.base.id.to_string(),
        name: project.base.name.to_string(),
        items: site.items.iter().filter(|item| item.project == row).count(),
        types: ITEMS.iter().map(|kind| kind.name().to_owned()).collect(),
        states: states(site, project.process, Kind::UserStory),
    };
    site.catalog.projects.iter().filter(living).map(about).collect()
}
