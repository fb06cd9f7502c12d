//! The words that a profile document may choose between, each set an enum.

use serde::Serialize;

/// One of a fixed set of words.
pub(crate) trait Word: Copy + 'static {
    /// All of them, in the order in which the reference lists them.
    const ALL: &'static [Self];

    /// The word as it is written.
    fn word(self) -> &'static str;
}

macro_rules! words {
    ($(
        $(#[$meta:meta])*
        $visible:vis enum $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        $visible enum $name { $($(#[$note])* #[serde(rename = $word)] $variant,)* }

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    )*};
}

words! {
    /// What to do when both sides changed the same field.
    #[derive(Default)]
    pub enum Conflict {
        /// The left value stays.
        Left = "left",
        /// The right value stays.
        Right = "right",
        /// The value that was set last stays.
        #[default]
        Newest = "newest",
        /// A set gets what either side added and loses what either side removed.
        Merge = "merge",
        /// Both stay as they are until a person decides.
        Manual = "manual",
    }

    /// Which way comments are carried.
    #[derive(Default)]
    pub enum CommentPolicy {
        /// Not at all.
        Off = "off",
        /// From left to right only.
        LeftToRight = "left_to_right",
        /// From right to left only.
        RightToLeft = "right_to_left",
        /// Both ways.
        #[default]
        Both = "both",
    }

    /// Which way a field is carried, and when.
    pub(crate) enum Direction {
        Both = "both",
        LeftToRight = "left_to_right",
        RightToLeft = "right_to_left",
        CreateOnlyLeftToRight = "create_only_left_to_right",
        CreateOnlyRightToLeft = "create_only_right_to_left",
    }

    /// Which side's items are shared by themselves.
    #[derive(Default)]
    pub(crate) enum Sharing {
        #[default]
        ByHand = "by_hand",
        Left = "left",
        Right = "right",
        Both = "both",
    }

    /// What to do with a value that a value map does not name.
    pub(crate) enum UnmappedValue {
        Hold = "hold",
        Skip = "skip",
        Pass = "pass",
    }

    /// As whom comments are written.
    #[derive(Default)]
    pub(crate) enum Acting {
        #[default]
        Service = "service",
        Person = "person",
    }

    /// What to do with a person whom no user mapping names.
    #[derive(Default)]
    pub(crate) enum UnmappedPerson {
        #[default]
        Leave = "leave",
        Clear = "clear",
        Hold = "hold",
        Fallback = "fallback",
    }
}
