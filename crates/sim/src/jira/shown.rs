//! What people are shown of a simulated Jira.

use serde_json::{Value, json};

use crate::frame::shown::{About, PersonAbout, ProjectAbout, Shown, SignIn, Toggle, has_words, words};
use crate::frame::table::Row;
use crate::jira::Deployment;
use crate::jira::catalog::{Account, Project};
use crate::jira::control;
use crate::jira::issue::Issue;
use crate::jira::site::{Right, Site};

impl Shown for Site {
    fn about(&self) -> About {
        let catalog = &self.catalog;
        let person = |account: &Account| PersonAbout {
            name: account.name.to_string(),
            display: account.display.to_string(),
            email: account.email.to_string(),
            id: if self.is_cloud() { &account.account_id } else { &account.key }.to_string(),
            admin: account.admin,
            active: !account.inactive,
        };
        let mut denied: Vec<_> = self.denied.iter().copied().collect();
        denied.sort_unstable();
        let denied = denied.into_iter().map(|(who, project, right)| {
            let project = catalog.projects.get(project).key.to_string();
            (catalog.account(who).name.to_string(), project, right.name())
        });
        About {
            title: title(self.deployment),
            base_url: self.base.clone(),
            people: catalog.people().map(|(_, account)| person(account)).collect(),
            sign_in: sign_in(self),
            projects: projects(self),
            rights: Right::ALL.map(Right::name).into(),
            denied: denied.collect(),
        }
    }

    fn list(&self, text: &str, start: usize, max: usize) -> Value {
        let words = words(text);
        let fits = |issue: &&Issue| {
            words.is_empty()
                || has_words(&format!("{} {} {}", issue.id, self.key(issue), issue.summary), &words)
        };
        let found: Vec<_> = self.issues.iter().rev().filter(fits).collect();
        let page = found.iter().skip(start).take(max).map(|issue| control::short(self, issue));
        json!({"items": page.collect::<Vec<_>>(), "total": found.len()})
    }

    fn states_of(&self, id: &str) -> Vec<String> {
        let issue = self.find(id).and_then(|id| self.issues.get(id));
        let workflow = issue.map(|issue| self.catalog.workflow_of(issue.project, issue.kind));
        let statuses = workflow.map(|workflow| workflow.statuses()).unwrap_or_default();
        statuses.into_iter().map(|status| self.catalog.statuses.get(status).name.to_string()).collect()
    }

    fn draft(&self, project: &str, kind: &str, title: &str) -> Value {
        json!({"project": {"key": project}, "issuetype": {"name": kind}, "summary": title})
    }

    fn retitled(&self, title: &str) -> Value {
        json!({"summary": title})
    }

    fn toggles(&self) -> Vec<Toggle> {
        let public = self.catalog.projects.iter().map(|(row, project)| {
            let on = self.gate.public.contains(&row);
            Toggle {
                label: format!("Anybody may browse {} without signing in", project.key),
                on,
                change: json!({"public": {"project": project.key, "allowed": !on}}),
            }
        });
        let captcha = self.gate.logins().attempts.is_some();
        let captcha = (!self.is_cloud()).then(|| Toggle {
            label: "A CAPTCHA stands before the password after three wrong ones".to_owned(),
            on: captcha,
            change: json!({"login": {"attempts": if captcha { 0 } else { 3 }}}),
        });
        let (gate, cloud) = (&self.gate, self.is_cloud());
        let shut = if cloud {
            let (label, on) = ("API tokens are refused", gate.tokens_disabled);
            Toggle { label: label.to_owned(), on, change: json!({"login": {"tokens_disabled": !on}}) }
        } else {
            let (label, on) = ("Passwords are refused, as Jira 11 is installed", gate.basic_disabled);
            Toggle { label: label.to_owned(), on, change: json!({"login": {"basic_disabled": !on}}) }
        };
        let on = self.limits.are_on();
        let label = "Requests are limited, with the documented numbers".to_owned();
        let limits = Toggle { label, on, change: json!({"limits": !on}) };
        let on = self.frame.delivery.pace().at_once.is_some();
        let label = "Webhooks are sent as in life: several at once, late, in no order".to_owned();
        let webhooks = Toggle { label, on, change: json!({"webhooks": !on}) };
        public.chain(captcha).chain([shut, limits, webhooks]).collect()
    }
}

fn title(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::Cloud => "Jira Cloud",
        Deployment::DataCenter => "Jira Data Center",
        Deployment::Server => "Jira Server",
    }
}

fn sign_in(site: &Site) -> Vec<SignIn> {
    let curl = |rest: &str| format!("curl {rest}");
    let signed = SignIn {
        how: "OAuth 1.0a consumer `bowline`, once it has a public key (RSA-SHA1)",
        example: format!("POST {}/plugins/servlet/oauth/request-token", site.base),
    };
    if site.is_cloud() {
        let token = SignIn {
            how: "e-mail and API token, which is token-NAME (Basic)",
            example: curl(&format!("-u ada@example.com:token-ada {}/rest/api/3/myself", site.base)),
        };
        return vec![token, signed];
    }
    let mut ways = vec![
        SignIn {
            how: "name and password, which is the name again (Basic)",
            example: curl(&format!("-u ada:ada {}/rest/api/2/myself", site.base)),
        },
        SignIn {
            how: "personal access token, which is pat-NAME (Bearer)",
            example: curl(&format!("-H 'Authorization: Bearer pat-ada' {}/rest/api/2/myself", site.base)),
        },
    ];
    if site.deployment == Deployment::DataCenter {
        ways.push(SignIn {
            how: "OAuth 2.0 client `bowline`, secret `secret-bowline`: open in a browser",
            example: format!(
                "{}/rest/oauth2/latest/authorize?client_id=bowline&response_type=code&scope=WRITE&state=x&redirect_uri=\
                 http%3A%2F%2F127.0.0.1%3A8000%2Fcallback",
                site.base
            ),
        });
    }
    ways.push(signed);
    ways
}

fn projects(site: &Site) -> Vec<ProjectAbout> {
    let about = |(row, project): (Row<Project>, &Project)| {
        let kinds = site.catalog.kinds_of(row);
        let mut states = Vec::new();
        for kind in kinds {
            for status in site.catalog.workflow_of(row, *kind).statuses() {
                let name = site.catalog.statuses.get(status).name.to_string();
                if !states.contains(&name) {
                    states.push(name);
                }
            }
        }
        ProjectAbout {
            id: project.id.to_string(),
            key: project.key.to_string(),
            name: project.name.to_string(),
            items: site.issues.facts().filter(|fact| fact.project == row).count(),
            types: kinds.iter().map(|kind| site.catalog.kinds.get(*kind).name.to_string()).collect(),
            states,
        }
    };
    site.catalog.projects.iter().map(about).collect()
}
