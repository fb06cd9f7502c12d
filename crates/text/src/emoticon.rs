//! The emoticons of Jira's wiki markup, and the emoji they stand for.

use crate::tree::{Emoji, Inline};

/// The signs (page "Text Formatting Notation Help", section "Misc"), the names that Atlassian's products give the
/// emoji, what shows them elsewhere, and the file names of Jira's pictures of them.
const ALL: [(&str, &str, &str, &str); 23] = [
    (":)", ":slight_smile:", "🙂", "smile"),
    (":(", ":disappointed:", "😞", "sad"),
    (":P", ":stuck_out_tongue:", "😛", "tongue"),
    (":D", ":smiley:", "😃", "biggrin"),
    (";)", ":wink:", "😉", "wink"),
    ("(y)", ":thumbsup:", "👍", "thumbs_up"),
    ("(n)", ":thumbsdown:", "👎", "thumbs_down"),
    ("(i)", ":info:", "ℹ", "information"),
    ("(/)", ":check_mark:", "✅", "check"),
    ("(x)", ":cross_mark:", "❌", "error"),
    ("(!)", ":warning:", "⚠", "warning"),
    ("(+)", ":plus:", "➕", "add"),
    ("(-)", ":minus:", "➖", "forbidden"),
    ("(?)", ":question_mark:", "❓", "help_16"),
    ("(on)", ":light_bulb_on:", "💡", "lightbulb_on"),
    ("(off)", ":light_bulb_off:", "🔅", "lightbulb"),
    ("(*)", ":yellow_star:", "⭐", "star_yellow"),
    ("(*y)", ":yellow_star:", "⭐", "star_yellow"),
    ("(*r)", ":red_star:", "🟥", "star_red"),
    ("(*g)", ":green_star:", "🟩", "star_green"),
    ("(*b)", ":blue_star:", "🟦", "star_blue"),
    ("(flag)", ":flag_on:", "🚩", "flag"),
    ("(flagoff)", ":flag_off:", "🏳", "flag_grey"),
];

fn emoji(name: &str, text: &str) -> Emoji {
    Emoji { name: name.to_owned(), text: text.to_owned(), id: None }
}

/// The emoticon at the start of the text, and the length of its sign.
pub(crate) fn at(text: &str) -> Option<(Emoji, usize)> {
    let found = ALL.iter().find(|(sign, ..)| text.starts_with(sign))?;
    Some((emoji(found.1, found.2), found.0.len()))
}

/// The emoji of a picture that Jira shows for an emoticon, by its words or its file.
pub(crate) fn pictured(alt: &str, src: &str) -> Option<Emoji> {
    let file = src.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let found = ALL.iter().find(|(sign, .., picture)| *sign == alt || *picture == stem)?;
    Some(emoji(found.1, found.2))
}

/// The sign of an emoji, and the emoji that is read from it.
pub(crate) fn of(name: &str) -> Option<(&'static str, Emoji)> {
    let found = ALL.iter().find(|(_, known, ..)| *known == name)?;
    Some((found.0, emoji(found.1, found.2)))
}

/// Whether surely no emoji touches markup that counts only apart from words.
pub(crate) fn are_apart(content: &[Inline]) -> bool {
    let is_markup =
        |inline: &Inline| matches!(inline, Inline::Emoji(_) | Inline::Image(_) | Inline::Opaque(_));
    let touch = |pair: &[Inline]| matches!(pair, [Inline::Emoji(_), next] if is_markup(next));
    !content.windows(2).any(touch)
}

/// The line with characters for each emoji whose sign ends in a letter (`:D`) and touches markup that counts only
/// apart from words.
pub(crate) fn apart(content: Vec<Inline>) -> Vec<Inline> {
    if !content.iter().any(|inline| matches!(inline, Inline::Emoji(_))) {
        return content;
    }
    let mut out: Vec<Inline> = Vec::with_capacity(content.len());
    for inline in content {
        if matches!(inline, Inline::Emoji(_) | Inline::Image(_) | Inline::Opaque(_))
            && let Some(last) = out.last_mut()
            && let Inline::Emoji(emoji) = last
            && of(&emoji.name).is_some_and(|(sign, _)| sign.ends_with(char::is_alphanumeric))
        {
            *last = Inline::text(emoji.visible());
        }
        out.push(inline);
    }
    out
}
