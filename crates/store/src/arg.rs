//! Values on their way into a statement.
//!
//! Every `NULL` keeps its type, because PostgreSQL wants to know it. The way back is `row`.

use bowline_core::finding::Cause;
use bowline_core::fingerprint::Fingerprint;
use bowline_core::item::Version;
use bowline_core::secret::Sealed;
use bowline_core::work::Entity;
use bowline_core::{
    AuthorizationId, Code, CommandId, ConnectionId, EventId, FindingId, GrantId, InstallationId,
    OauthClientId, ProfileId, SecretId, ShareId, TenantId, Timestamp, TokenId,
};
use serde::Serialize;
use uuid::Uuid;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Flag(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
}

/// A row of arguments.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::arg::Arg::from($value)),*] };
}
pub(crate) use args;

/// Text as both databases can hold it: PostgreSQL refuses NUL, and one such character in a vendor's answer must
/// not make a commit fail for ever.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Any value as JSON text.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Arg {
    // Serialising the plain structs of `core` into memory has no way to fail; an empty text would be refused
    // when it is read.
    Arg::Text(Some(serde_json::to_string(value).unwrap_or_default()))
}

/// A value whose serialised form is one word.
pub(crate) fn word<T: Serialize>(value: T) -> Arg {
    Arg::Text(serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)))
}

macro_rules! arg {
    ($($kind:ident: $from:ty = $value:ident => $to:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self {
                Self::$kind(Some($to))
            }
        }
        impl From<Option<$from>> for Arg {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$value| $to))
            }
        }
    )*};
}

arg! {
    Int: i64 = v => v;
    Int: i32 = v => v.into();
    Int: i16 = v => v.into();
    Int: u32 = v => v.into();
    Int: Version = v => v.0;
    Int: Timestamp = v => v.as_microsecond();
    Flag: bool = v => v;
    Text: String = v => storable(v);
    Text: &str = v => storable(v.to_owned());
    Text: &String = v => storable(v.clone());
    Text: Entity = v => storable(v.to_string());
    Text: &Entity = v => storable(v.to_string());
    Text: &Code = v => storable(v.as_str().to_owned());
    Text: &Cause = v => storable(v.key());
    Bytes: Sealed = v => v.0;
    Bytes: Vec<u8> = v => v;
    Bytes: &[u8] = v => v.to_vec();
    Bytes: Fingerprint = v => v.0.to_vec();
    Id: TenantId = v => v.uuid();
    Id: ConnectionId = v => v.uuid();
    Id: ProfileId = v => v.uuid();
    Id: ShareId = v => v.uuid();
    Id: EventId = v => v.uuid();
    Id: CommandId = v => v.uuid();
    Id: FindingId = v => v.uuid();
    Id: SecretId = v => v.uuid();
    Id: TokenId = v => v.uuid();
    Id: GrantId = v => v.uuid();
    Id: OauthClientId = v => v.uuid();
    Id: AuthorizationId = v => v.uuid();
    Id: InstallationId = v => v.uuid();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_character_is_replaced_so_that_both_databases_take_the_text() {
        assert_eq!(Arg::from("a\0b"), Arg::Text(Some("a\u{fffd}b".into())));
    }

    #[test]
    fn nothing_keeps_its_type() {
        assert_eq!(Arg::from(None::<Timestamp>), Arg::Int(None));
        assert_eq!(Arg::from(None::<ShareId>), Arg::Id(None));
    }

    #[test]
    fn a_unit_variant_is_its_word() {
        assert_eq!(word(bowline_core::share::ShareState::Active), Arg::Text(Some("active".into())));
    }
}
