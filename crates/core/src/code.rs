//! The registry of codes: every error, finding and problem that a person can meet, in one list.
//!
//! A code is `area.snake_case` and stays stable: people script against it. `bowline explain CODE` prints the
//! entry, so each says what happened, why, and what to do next. Rooms that need a code add it here.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable name for something that went wrong or was decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A code read from storage; it may be one that an older or newer release knows.
    pub const fn stored(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// What the registry says about it; `None` for a code this release does not know.
    pub fn find(&self) -> Option<&'static Entry> {
        REGISTRY.iter().find(|entry| entry.code == self.0)
    }

    /// The one-line title; the code itself if this release does not know it.
    pub fn title(&self) -> &str {
        self.find().map_or(self.as_str(), |entry| entry.title)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the registry says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The code.
    pub code: &'static str,
    /// One line for a list.
    pub title: &'static str,
    /// What happened and why.
    pub meaning: &'static str,
    /// What to do next.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $meaning:literal, $remedy:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code(Cow::Borrowed($code));
        )*

        /// Every code of this release, sorted.
        pub const REGISTRY: &[Entry] = &[
            $(Entry { code: $code, title: $title, meaning: $meaning, remedy: $remedy },)*
        ];
    };
}

codes! {
    API_BAD_REQUEST = "api.bad_request", "The request is not understood",
        "A parameter or the body of the request is missing, malformed or of the wrong type.",
        "Read the detail, compare with `bowline openapi`, and send the request again.";
    API_CONFLICT = "api.conflict", "The request contradicts what exists",
        "Something of that name or that pair exists already, or is still in use by something else.",
        "List what exists, then choose another name or remove what stands in the way.";
    API_CREDENTIAL_REFUSED = "api.credential_refused", "This installation takes no such credential",
        "Whoever runs Bowline offers it as an app of Atlassian's Marketplace (`deployment.profile = \"marketplace\"`), whose rules forbid to collect API tokens, passwords and personal access tokens of Atlassian accounts.",
        "Install the app in the site, or connect with a grant (`oauth_client`).";
    API_FORBIDDEN = "api.forbidden", "The token does not allow this",
        "The token is valid but lacks the scope that the operation needs, or belongs to another tenant.",
        "Use a token with the scope named in the detail.";
    API_INTERNAL = "api.internal", "Something failed inside Bowline",
        "A defect of Bowline's own; the log says what, under the request id.",
        "Look at the log, and report it with the request id.";
    API_NOT_FOUND = "api.not_found", "There is no such thing",
        "Nothing of that id or name exists in this tenant.",
        "Check the id; list what exists with the matching `list` command.";
    API_TOO_LARGE = "api.too_large", "The request body is too large",
        "The body is above the limit named in the detail.",
        "Send less.";
    API_UNAUTHORIZED = "api.unauthorized", "The request carries no valid token",
        "The Authorization header is missing, or its token is unknown or was revoked.",
        "Send `Authorization: Bearer TOKEN`. On the machine that runs Bowline the CLI finds the admin token by itself.";
    API_UNAVAILABLE = "api.unavailable", "Bowline cannot answer now",
        "The database did not answer in time, or the service is shutting down.",
        "Try again in a moment; `bowline doctor` tells what is wrong if it lasts.";
    AUTH_ANONYMOUS = "auth.anonymous", "The tool answered as if nobody had signed in",
        "The call succeeded, but as an anonymous visitor: the credential was silently ignored.",
        "Check user and token of the connection, then `bowline connection test NAME`.";
    AUTH_APP_DISABLED = "auth.app_disabled", "The app is switched off in the site",
        "An administrator of the site switched the app off, its licence has ended, or this service does not serve the app (`connect.enabled`). Work for this connection waits; nothing is lost.",
        "Let an administrator of the site switch the app on again, or whoever runs Bowline set `connect.enabled`. Waiting work then goes on by itself.";
    AUTH_APP_MISCONFIGURED = "auth.app_misconfigured", "The provider does not know our application",
        "The application's id, key or secret is unknown to the provider: it was changed, removed, or mistyped. The consent of people is not affected.",
        "Whoever runs Bowline compares them with the provider's administration (Jira: application links; Atlassian: developer console) and stores what is right.";
    AUTH_APP_REFUSED = "auth.app_refused", "The site does not take the app's signature",
        "The secret that the site and the app share is not the same on both sides, or the site sees another address than the one that is called. Work for this connection waits; nothing is lost.",
        "Let an administrator of the site install the app again, which gives both a new secret. `bowline app installs` shows installs that were refused, and why.";
    AUTH_APP_UNINSTALLED = "auth.app_uninstalled", "The app is no longer installed in the site",
        "An administrator of the site removed the app. Links between items are kept, and work for this connection waits.",
        "Let an administrator install the app again: everything goes on by itself. Or delete the profiles that use the connection.";
    AUTH_CAPTCHA_REQUIRED = "auth.captcha_required", "Jira wants a person to solve a CAPTCHA",
        "After several failed sign-ins Jira refuses the account without looking at the password.",
        "Sign in once in a browser as that account, then `bowline connection test NAME`.";
    AUTH_CERTIFICATE_EXPIRED = "auth.certificate_expired", "Our client certificate has ended",
        "What stands in front of the tool refuses the certificate, and by its own date it is no longer valid. The credential of the tool is not in question.",
        "Have a new one issued and store it: `bowline connection update NAME --certificate-file FILE --certificate-key-file FILE`. Waiting work then goes on by itself.";
    AUTH_CERTIFICATE_EXPIRING = "auth.certificate_expiring", "A client certificate ends soon",
        "From its last day on, what stands in front of the tool refuses every call of this connection.",
        "Have a new one issued and store it: `bowline connection update NAME --certificate-file FILE --certificate-key-file FILE`. Nothing is interrupted.";
    AUTH_CERTIFICATE_REFUSED = "auth.certificate_refused", "A server on the way does not accept our client certificate",
        "A proxy in front of the tool wants a client certificate. None was sent, or it is expired, revoked, or from an authority it does not know.",
        "Store a certificate that this server accepts, or ask its administrator which authorities it takes.";
    AUTH_CLOCK_SKEW = "auth.clock_skew", "The clocks differ too much",
        "A signed request carries the time, and the provider refused ours as too far from its own. Bowline corrects the difference by itself where it can learn it.",
        "Set the clock of the machine that runs Bowline by a time server (`timedatectl`), or that of the tool.";
    AUTH_CONSENT_INCOMPLETE = "auth.consent_incomplete", "Nobody has finished giving consent",
        "The browser sign-in was not finished, was refused, or a step of it was used twice.",
        "Start the sign-in again, and allow the access on the provider's page.";
    AUTH_CREDENTIAL_ENDING = "auth.credential_ending", "A stored token ends soon",
        "Tokens that people make end at a date. `bowline audit credentials` shows it, and how it is known.",
        "Make a new token in the tool and store it: `bowline connection update NAME --secret-file FILE --expires DATE`. Bowline replaces personal access tokens of Jira Data Center by itself if it made them; those that people made, only if `grants.replace_ahead` is set.";
    AUTH_EXPIRING = "auth.expiring", "A consent ends soon",
        "The provider ends it at a fixed date, whatever Bowline does.",
        "Let the same person connect again before that date. Nothing is interrupted.";
    AUTH_FORBIDDEN = "auth.forbidden", "The account may not do this",
        "The tool knows the account, but it lacks a permission for this call.",
        "Grant the permission named in the tool's words, or use another account.";
    AUTH_FORGE_TOKEN_LATE = "auth.forge_token_late", "Forge is late with the app's next token",
        "Forge sends the app's token with every call, and once an hour in any case; it cannot be asked for. For longer than `forge.fresh_for` none has come. Calls go on until the present one ends.",
        "See whether Forge reaches this service: the developer console shows failed calls of the remote, `bowline app installs` those that were refused here. Nothing is interrupted yet.";
    AUTH_FORGE_TOKEN_MISSING = "auth.forge_token_missing", "Forge sends no token of the app any more",
        "The last token has ended or was refused, and no other has come: the app was removed from the site, its hourly call does not reach this service, or its endpoints ask for no app token. Work for this connection waits; nothing is lost.",
        "If the app was removed, let an administrator install it again and enter a new code (`bowline app pair`). Otherwise see that Forge reaches this service. Waiting work goes on by itself with the next token.";
    AUTH_GATEWAY_NO_TOKEN = "auth.gateway_no_token", "There is no token for the gateway",
        "The gateway in front of the tool wants a token, and the address that gives it refused our client, or did not answer. The tool was not called.",
        "Compare the gateway's OAuth client with what whoever runs the gateway has given you; `bowline grant list` shows what the provider said.";
    AUTH_GATEWAY_REFUSED = "auth.gateway_refused", "The gateway in front of the tool refuses us",
        "The tool itself was not reached: what refused is the gateway before it. The credential of the tool is not in question.",
        "Check the gateway's key or client of this connection with whoever runs the gateway.";
    AUTH_GATEWAY_SCOPE_MISSING = "auth.gateway_scope_missing", "The gateway's token does not cover this operation",
        "The gateway in front of the tool takes the token, but not for this call. The credential of the tool is not in question.",
        "Have whoever runs the gateway give our client the scope that the detail names, or name it in the OAuth client here.";
    AUTH_GATEWAY_TOKEN_STALE = "auth.gateway_token_stale", "The gateway's token has ended",
        "Tokens for a gateway live for a short time. Bowline gets a new one by itself and sends the call again.",
        "Nothing, unless it lasts: then ask whoever runs the gateway.";
    AUTH_GRANT_ENDED = "auth.grant_ended", "The consent has ended",
        "What a person allowed once has expired, was not used for too long, or was taken back at the provider. Work for this connection waits; nothing is lost.",
        "Let the same person, or another one who may, connect again. Waiting work then goes on by itself.";
    AUTH_NONCE_USED = "auth.nonce_used", "The provider has seen the same signature before",
        "A signed request reached it twice: something between here and there sent it again. Bowline signs anew and tries once more.",
        "Nothing. If it happens often, look for a proxy that repeats requests.";
    AUTH_OTHER_ADDRESS = "auth.other_address", "The tokens are for another address",
        "The connection's address is not the one at which its consent was given, so its tokens are not sent there.",
        "Give the connection the address of the Jira that gave the consent, or make a new one there.";
    AUTH_PERSON_REFUSED = "auth.person_refused", "A person's own sign-in was refused",
        "Somebody lets this connection write as them, and the tool does not take their tokens any more, or they lack a scope. Nothing is lost: the service account writes instead, and says whose words they are.",
        "Invite the person to sign in once more: `bowline delegation invite CONNECTION`. From then on it writes as them again.";
    AUTH_PROTOCOL_REFUSED = "auth.protocol_refused", "The provider does not take requests of this form",
        "It refuses the signature method, the version or a parameter of the sign-in. The detail names what it said.",
        "Choose another signature method for this connection (older application links know RSA-SHA1 only), then `bowline connection test NAME`.";
    AUTH_PROXY_REFUSED = "auth.proxy_refused", "A proxy on the way wants a sign-in",
        "The proxy between here and the tool answered 407: it does not know us.",
        "Let the proxy pass calls from this machine to the tool, or give Bowline a way around it.";
    AUTH_REFUSED_FOR_NOW = "auth.refused_for_now", "The provider refuses for now",
        "It says that it does not serve this application or this person at present, and does not say why.",
        "Nothing: Bowline tries again by itself. If it lasts, ask the administrator of the tool.";
    AUTH_REJECTED = "auth.rejected", "The tool does not accept the credential",
        "User, password or token is wrong, expired or was revoked. Work for this connection waits; nothing is lost.",
        "Store a new credential: `bowline connection update NAME --secret-file FILE`. Waiting work then goes on by itself.";
    AUTH_ROTATION_LOST = "auth.rotation_lost", "A renewed token was lost",
        "A refresh was sent and its answer never stored: the process or the machine ended in between, for longer than the provider takes the old token. This is no fault of the person who consented.",
        "Let the same person connect again. Waiting work then goes on by itself. Whoever runs Bowline looks for what ended the process.";
    AUTH_ROTATION_UNKNOWN = "auth.rotation_unknown", "Nobody knows whether a token was renewed",
        "A refresh was sent and no answer came. The access token is used while it lives; then the old token is tried once more.",
        "Nothing. If it does not pass, Bowline asks for a new consent.";
    AUTH_SCOPE_MISSING = "auth.scope_missing", "The token does not cover this operation",
        "The token is valid, but was made for fewer scopes than this call needs.",
        "Make a token with the missing scope, or consent again if Bowline asks for it by now. The detail names the scope where the tool says it.";
    AUTH_SITE_LOST = "auth.site_lost", "The consent does not reach this Jira any more",
        "Whoever gave it has no access to the site now, or the app was taken off it there. The consent itself is still good. Work for this connection waits; nothing is lost.",
        "Have an administrator of the site give the person access again; or let another one who has it connect: `bowline connection authorize NAME`.";
    AUTH_SIGNATURE_INVALID = "auth.signature_invalid", "The provider computes another signature",
        "Either its public key does not belong to our private key, or it sees another address than we call: scheme, host, port or path differ behind a proxy.",
        "Compare the public key in the application link, and Jira's base URL with the connection's. `bowline debug oauth1` shows what is signed.";
    AUTH_TOKEN_STALE = "auth.token_stale", "The access token has ended",
        "Access tokens live for a short time. Bowline gets a new one by itself and sends the call again.",
        "Nothing, unless it lasts: then connect again.";
    CONFIG_BAD_VALUE = "config.bad_value", "A configuration value cannot be used",
        "The value has the wrong type or is out of range.",
        "Correct the key named in the detail; `bowline config default` shows every key with its meaning.";
    CONFIG_UNKNOWN_KEY = "config.unknown_key", "The configuration has a key that Bowline does not know",
        "A misspelt key would otherwise be ignored in silence.",
        "Correct or remove it; the detail names the nearest known key.";
    INTAKE_TOO_LARGE = "intake.too_large", "A webhook body was larger than the limit",
        "Jira caps its bodies at 25 MiB; a larger one was refused. The change itself is found by the next sweep.",
        "Nothing, if it was Jira. If a proxy or another sender is in between, check what it sends.";
    INTAKE_UNKNOWN_EVENT = "intake.unknown_event", "A webhook event of an unknown kind arrived",
        "It was authentic and readable, but names an event that this release does not know and no item to look at.",
        "If the event matters to you, report it. To quieten it, restrict the webhook to issue and comment events.";
    INTAKE_UNREADABLE = "intake.unreadable", "A webhook body could not be read",
        "It was authentic, but not the JSON that the tool sends. It is parked, sealed, for seven days.",
        "Look at what sends it: a proxy that rewrites bodies, or a webhook of another tool with this URL.";
    MAPPING_INVALID = "mapping.invalid", "The profile document is not valid",
        "It has an unknown key, a value of the wrong kind, or rules that contradict each other.",
        "Correct the line named in the detail; `bowline profile check FILE` checks without saving.";
    MAPPING_UNMAPPED_PERSON = "mapping.unmapped_person", "A person has no counterpart",
        "The field holds a person that no user mapping of the profile names.",
        "Add the pair under `[[user]]` of the profile, or set a fallback.";
    MAPPING_UNMAPPED_STATE = "mapping.unmapped_state", "A state has no counterpart",
        "The item is in a state that the profile's state mapping does not name.",
        "Add the state under `[[type.state]]` of the profile.";
    MAPPING_UNMAPPED_VALUE = "mapping.unmapped_value", "A value has no counterpart",
        "The field's value map does not name this value, and its policy is to hold such values.",
        "Add the pair to the field's `values`, or set `unmapped` to `skip` or a default.";
    MAPPING_WRONG_KIND = "mapping.wrong_kind", "A field cannot hold what is mapped to it",
        "The two fields of a mapping hold different kinds of values and no transform turns one into the other.",
        "Add a transform to the field mapping, or map another field.";
    NET_ADDRESS_REFUSED = "net.address_refused", "The address may not be called",
        "Calls to loopback and private addresses, to unusual ports and by plain http to the internet are refused unless the operator allows them; those to link-local and cloud metadata addresses always are.",
        "If the host is meant, the operator adds it to `net.allow` in the configuration, or for one tenant to `net.allow_for`.";
    NET_BUSY = "net.busy", "Too many calls to the tool are under way",
        "Every place for calls of this connection was taken for too long, so a write was put off before it became stale.",
        "Nothing: it is sent soon. If it happens often, the tool answers slowly.";
    NET_CUT = "net.cut", "The connection broke before the whole answer was there",
        "The call was sent; whether it was carried out is not known, so Bowline looks before it sends anything again.",
        "Nothing, unless it lasts: then look for a proxy between here and the tool that ends connections early.";
    NET_LIMIT_SHARED = "net.limit_shared", "Another client shares the limit",
        "The tool refused calls because a limit is used up, and Bowline had used no more than half of it.",
        "Give Bowline an account of its own, or an API endpoint of its own as the connection's base URL (`--url`, with `--browse-url` for people).";
    NET_NOT_JSON = "net.not_json", "Something other than the tool answered",
        "An HTML page came back where JSON was due: a proxy, a single sign-on page, or a wrong base URL.",
        "Open the base URL in a browser; let the API paths through the proxy or correct the URL.";
    NET_SERVER_ERROR = "net.server_error", "The tool had an internal error",
        "The tool answered with a 5xx status.",
        "Nothing: Bowline tries again by itself. If it lasts, look at the tool's own status page.";
    NET_THROTTLED = "net.throttled", "The tool asked us to wait",
        "The rate limit of the tool is used up, by us or by another client of the same account.",
        "Nothing: Bowline waits as long as the tool says. If it happens often, use a dedicated account.";
    NET_TIMEOUT = "net.timeout", "The tool did not answer in time",
        "The call may or may not have been carried out; Bowline looks before it sends anything again.",
        "Nothing, unless it lasts: then check the network between here and the tool.";
    NET_TOO_LARGE = "net.too_large", "The tool's answer is too large",
        "The answer was above the limit for one answer and was not read to its end.",
        "Report it with the operation named in the log: no answer that Bowline asks for should be that large.";
    NET_TLS = "net.tls", "The tool's certificate is not trusted",
        "The certificate is expired, for another host, or signed by an unknown authority.",
        "Correct the certificate or the base URL, or give the authority with the connection (`--authorities-file`), which a hosted installation does not take. Bowline never falls back to an insecure connection.";
    NET_UNREACHABLE = "net.unreachable", "The tool cannot be reached",
        "No connection could be made: the host name, the port, or the network is at fault.",
        "Check the base URL with `bowline connection show NAME` and try it from this machine.";
    NET_WRONG_ADDRESS = "net.wrong_address", "The tool is not at this address",
        "Something answers at the base URL, but it does not know the tool's API: another server, or a path that is missing or too much.",
        "Open the base URL in a browser. Correct it with `bowline connection update NAME --url URL`, then `bowline connection test NAME`.";
    SEAL_CORRUPT = "seal.corrupt", "A sealed value cannot be opened",
        "It was changed, moved from another row, or sealed under another key.",
        "Restore the row from a backup, or store the secret again.";
    SEAL_KEY_AWAY = "seal.key_away", "The holder of the key-encryption key does not answer",
        "A tenant's key has to be opened, and the encryptor process or the program that can do it failed or did not answer in time.",
        "Start `bowline serve --role encryptor`, or run the program of `keys.wrap` by hand to see what it says. Keys that are open already go on working.";
    SEAL_KEY_MISSING = "seal.key_missing", "The key-encryption key is missing",
        "The database holds sealed values, but the key that opens them is not where it should be.",
        "Restore the key file from your backup to the path named in the detail. Bowline makes no new key over old data.";
    SEAL_KEY_WRONG = "seal.key_wrong", "The key-encryption key is not the one that sealed this database",
        "The database says which key-encryption keys it needs, and what is configured under `keys.wrap` and `keys.retired` is not all of them.",
        "Restore the right key, or name the old one under `keys.retired` until `bowline keys rotate wrapping` has ended. Nothing was changed.";
    STORE_TOO_NEW = "store.too_new", "The database belongs to a newer release",
        "Its schema has a migration that this release does not know.",
        "Run the newer release, or restore the backup made before the upgrade.";
    STORE_UNAVAILABLE = "store.unavailable", "The database does not answer",
        "It is down, full, locked, or cannot be reached.",
        "Check the database; waiting work goes on by itself.";
    SYNC_ALREADY_SHARED = "sync.already_shared", "The item is shared already",
        "In one profile an item has at most one counterpart.",
        "Look at the existing share: `bowline share list`. Unlink it first if you want another.";
    SYNC_COMMENT_REFUSED = "sync.comment_refused", "A comment could not be carried over",
        "The target tool refused it; the tool's words say why.",
        "Correct the cause and use `bowline errors retry`.";
    SYNC_CONFLICT_DECIDED = "sync.conflict_decided", "Both sides changed the same field",
        "The profile's rule for the field decided which value stays; the other is kept, sealed, for thirty days.",
        "Nothing. If the other value was right, set it again; change the rule under `conflict` of the field.";
    SYNC_CONFLICT_MANUAL = "sync.conflict_manual", "Both sides changed the same field and a person decides",
        "The field's conflict rule is `manual`: both values stay as they are until they agree.",
        "Set the value that should stay on both sides, or choose another rule for the field.";
    SYNC_CREATE_REFUSED = "sync.create_refused", "The counterpart could not be created",
        "The target tool refused to create the item; the tool's words say why. Nothing was created.",
        "Correct the cause (a required field, a permission, the project) and use `bowline errors retry`.";
    SYNC_DROPPED_WRITE = "sync.dropped_write", "The tool accepted a value and did not keep it",
        "The call succeeded, but reading back showed the old value: a rule, a script or a screen of the tool overruled it.",
        "Look for automation in the tool that touches this field, or take the field out of the profile.";
    SYNC_EDIT_ALL_MISSING = "sync.edit_all_missing", "Comments under people's names could not be changed",
        "The profile has comments written as the people who wrote them. When one is edited in the other tool, the connection's own account may have to carry the edit, and it lacks the permission to change other people's comments.",
        "Give the connection's account the permission *Edit all comments* in the projects that are named.";
    SYNC_FIELD_MISSING = "sync.field_missing", "The tool did not tell a mapped field",
        "The item has no such field in its project or type, or its value could not be read. Nothing is carried over for it, so that nothing is emptied.",
        "Add the field to the project's screen or context, or correct the name in the profile.";
    SYNC_FIELD_REFUSED = "sync.field_refused", "The tool refused one field",
        "The other fields were carried over. The value is not sent again until it, the profile or the tool's schema changes.",
        "Read the tool's words: usually the field is not on the screen, or the value is not allowed there.";
    SYNC_ITEM_GONE = "sync.item_gone", "An item was deleted",
        "It can no longer be found, while its project can. The other item is left as it is.",
        "Nothing, or share the remaining item anew.";
    SYNC_LOST_PERMISSION = "sync.lost_permission", "An item can no longer be seen",
        "Neither it nor its project can be read: the account lost a permission, or the project is gone.",
        "Give the account access again; the share goes on by itself.";
    SYNC_MISSING_REQUIRED = "sync.missing_required", "A required field has no value",
        "The target tool demands a field that the profile does not fill.",
        "Map the field, or give it a fixed value under `[[type.field]]`.";
    SYNC_NO_TRANSITION_PATH = "sync.no_transition_path", "The workflow has no way to the wanted state",
        "From where the item is, no allowed steps lead to the state that the mapping asks for.",
        "Change the workflow or its conditions, or map the state to one that can be reached.";
    SYNC_NO_TYPE_MAPPING = "sync.no_type_mapping", "The item's type is not mapped",
        "The profile has no `[[type]]` for items of this type.",
        "Add a type mapping, or share another item.";
    SYNC_NOT_ROUTED = "sync.not_routed", "No routing takes this item",
        "None of the profile's routings matches the item's project and conditions.",
        "Add or widen a routing; the detail says why each did not match.";
    SYNC_OSCILLATION = "sync.oscillation", "A field flips back and forth",
        "The same field was set to and fro more than six times in ten minutes: two rules fight each other. The field is paused.",
        "Find the automation that sets it back. Saving the profile starts the field again.";
    SYNC_PARTIAL_TRANSITION = "sync.partial_transition", "The item is stuck half-way to the wanted state",
        "Some steps of the way were taken, then one was refused.",
        "Read the tool's words; Bowline goes on from there when something changes.";
    SYNC_PERSON_NOT_ALLOWED = "sync.person_not_allowed", "Written by the service account, because the person may not",
        "A person lets this connection write as them, but the tool did not let them write here. The service account has written instead, and says whose words they are.",
        "Give the person the permission in the tool's project, or nothing: what they write goes on arriving this way.";
    SYNC_SWEEP_FAILING = "sync.sweep_failing", "The regular look for changes keeps failing",
        "Bowline asks each tool regularly what changed, so that a lost webhook is only late. The tool refuses, or does not answer; edits that a webhook announces still arrive.",
        "Read the tool's words, then use `bowline doctor`; it goes on by itself once the tool answers.";
    TOOL_BAD_ANSWER = "tool.bad_answer", "The tool's answer is not understood",
        "It was JSON, but not of the documented shape.",
        "If it lasts, report it with the request id; it may be a new version of the tool.";
    TOOL_NOT_FOUND = "tool.not_found", "The tool does not know the item",
        "It does not exist, or the account may not see it; the tool does not tell which.",
        "Check the key and the account's permissions.";
    TOOL_REFUSED = "tool.refused", "The tool refused the call",
        "The tool's words say why.",
        "Correct the cause and use `bowline errors retry`.";
    TOOL_UNKNOWN_PROJECT = "tool.unknown_project", "The project does not exist there",
        "The profile names a project that the tool does not know or the account may not see.",
        "Correct the name in the profile's routing, or give the account access.";
    TOOL_UNKNOWN_TYPE = "tool.unknown_type", "The type does not exist in that project",
        "The profile maps to a type that the target project does not offer.",
        "Correct the type mapping, or add the type to the project.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_area_dot_snake_case_unique_and_explained() {
        let mut seen = BTreeSet::new();
        for entry in REGISTRY {
            let (area, name) = entry.code.split_once('.').expect("a dot");
            let plain = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(plain(area) && plain(name), "{}", entry.code);
            assert!(seen.insert(entry.code), "{} twice", entry.code);
            assert!(entry.meaning.ends_with('.') && entry.remedy.ends_with('.'), "{}", entry.code);
        }
    }

    #[test]
    fn an_unknown_stored_code_keeps_its_text() {
        let code = Code::stored("future.thing".into());
        assert_eq!(code.title(), "future.thing");
        assert!(code.find().is_none());
        assert!(NET_THROTTLED.find().is_some());
    }
}
