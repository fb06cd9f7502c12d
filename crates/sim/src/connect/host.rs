//! What a site knows of the apps in its Jira and its Confluence.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Product;
use super::descriptor::{Descriptor, Webhook};
use super::kept::Calls;
use super::keys::uuid;
use super::token::UserToken;
use crate::frame::call::Person;
use crate::frame::oauth::draw;
use crate::frame::random::Random;
use crate::jira::jql::Query;

/// How long a shared secret is; Atlassian says up to 128 characters.
const SECRET: usize = 76;

/// An app in a product.
#[derive(Clone)]
pub(crate) struct Install {
    /// Where its descriptor is fetched.
    pub(crate) source: String,
    pub(crate) descriptor: Arc<Descriptor>,
    pub(crate) secret: String,
    /// By which name the token server knows it.
    pub(crate) client_id: String,
    /// The account of the app itself.
    pub(crate) person: Person,
    pub(crate) enabled: bool,
    /// Uninstalled: the secret is kept for the reinstall of the old scheme.
    pub(crate) gone: bool,
    /// Its webhooks, with their filters read.
    pub(crate) hooks: Vec<(Webhook, Query)>,
}

impl Install {
    /// Whether its calls count and webhooks go to it.
    pub(crate) fn is_live(&self) -> bool {
        self.enabled && !self.gone
    }

    /// `enabled`, `disabled` or `uninstalled`.
    pub(crate) fn state(&self) -> &'static str {
        match (self.gone, self.enabled) {
            (true, _) => "uninstalled",
            (false, true) => "enabled",
            (false, false) => "disabled",
        }
    }
}

/// A product of a site, as apps know it.
#[derive(Clone, Default)]
pub(crate) struct Host {
    pub(crate) client_key: String,
    pub(crate) apps: Vec<Install>,
    /// By the app's key and the property's.
    pub(crate) properties: BTreeMap<(String, String), Value>,
}

impl Host {
    /// The app of this key, whatever its state.
    pub(crate) fn app(&self, key: &str) -> Option<&Install> {
        self.apps.iter().find(|app| app.descriptor.key == key)
    }

    pub(crate) fn app_mut(&mut self, key: &str) -> Option<&mut Install> {
        self.apps.iter_mut().find(|app| app.descriptor.key == key)
    }
}

/// Both products of a site.
#[derive(Clone, Default)]
pub(crate) struct Hosts {
    jira: Host,
    confluence: Host,
    /// Whether lifecycle calls are of the old scheme: the first unsigned, later ones with the secret before.
    pub(crate) legacy: bool,
    /// Tokens of users that apps were given.
    pub(crate) tokens: Vec<UserToken>,
    pub(crate) calls: Calls,
    /// Host and port of the addresses that the site had before; they lead to the present one.
    pub(crate) former: Vec<String>,
    seed: u64,
    drawn: u64,
}

impl Hosts {
    /// Those of a site that nothing is installed in.
    pub(crate) fn begin(seed: u64) -> Self {
        let mut hosts = Self { seed: seed ^ 0x636f_6e6e_6563_7400, ..Self::default() };
        for product in Product::ALL {
            let key = hosts.draw_uuid();
            hosts.of_mut(product).client_key = key;
        }
        hosts
    }

    pub(crate) fn of(&self, product: Product) -> &Host {
        match product {
            Product::Jira => &self.jira,
            Product::Confluence => &self.confluence,
        }
    }

    pub(crate) fn of_mut(&mut self, product: Product) -> &mut Host {
        match product {
            Product::Jira => &mut self.jira,
            Product::Confluence => &mut self.confluence,
        }
    }

    /// Every app with its product.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Product, &Install)> {
        Product::ALL
            .into_iter()
            .flat_map(|product| self.of(product).apps.iter().map(move |app| (product, app)))
    }

    /// The account that an app has already, in either product.
    pub(crate) fn person(&self, key: &str) -> Option<Person> {
        self.all().find(|(_, app)| app.descriptor.key == key).map(|(_, app)| app.person)
    }

    fn random(&mut self) -> Random {
        self.drawn += 1;
        Random::new(self.seed ^ self.drawn.rotate_left(32))
    }

    /// A secret that was never given before.
    pub(crate) fn draw_secret(&mut self) -> String {
        draw(&mut self.random(), SECRET)
    }

    /// A text that stands for something.
    pub(crate) fn draw_text(&mut self, length: usize) -> String {
        draw(&mut self.random(), length)
    }

    pub(crate) fn draw_uuid(&mut self) -> String {
        let mut random = self.random();
        let number = (u128::from(random.next()) << 64) | u128::from(random.next());
        uuid(&number.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_have_keys_of_their_own_and_one_seed_gives_the_same() {
        let (one, other) = (Hosts::begin(1), Hosts::begin(1));
        assert_eq!(one.of(Product::Jira).client_key, other.of(Product::Jira).client_key);
        assert_ne!(one.of(Product::Jira).client_key, one.of(Product::Confluence).client_key);
        assert_ne!(Hosts::begin(2).jira.client_key, one.jira.client_key);
        let mut one = one;
        assert_ne!(one.draw_secret(), one.draw_secret());
        assert_eq!(one.draw_secret().len(), SECRET);
    }
}
