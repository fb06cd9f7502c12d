//! Feeds the tokens of an HTML text to the builder.
//!
//! The tokenizer is html5ever's. Its tree builder is not used: it keeps every open element, and looks through all of
//! them at each tag, so that deep nesting costs quadratic time; the tree we want is much flatter.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::builder::Builder;
use crate::tree::Doc;

/// How much is read before a look at what came of it, in bytes.
const STEP: usize = 4096;

/// Most bytes without a token: longer tags are ended there.
///
/// The tokenizer compares each attribute of a tag with all before it. No tag we read anything from is that long.
const QUIET: usize = 2 * STEP;

struct Sink {
    builder: RefCell<Builder>,
    /// A token came since this was last cleared.
    heard: Cell<bool>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.builder.borrow_mut();
        self.heard.set(self.heard.get() || !matches!(token, Token::ParseError(_)));
        match token {
            Token::CharacterTokens(text) => builder.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                builder.start(&tag);
                return raw(&tag.name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            Token::TagToken(tag) => builder.end(&tag),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is not markup (HTML standard, "Parsing HTML documents", raw text and RCDATA).
fn raw(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// The document that an HTML text shows, not yet in normal form.
pub(super) fn read(text: &str) -> Doc {
    feed(Builder::default(), text).done()
}

/// Goes on building with an HTML text that is whole in itself: a tag it does not end is dropped.
pub(crate) fn feed(builder: Builder, text: &str) -> Builder {
    let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let sink = Sink { builder: RefCell::new(builder), heard: Cell::new(false) };
    let tokenizer = Tokenizer::new(sink, options);
    let input = BufferQueue::default();
    let feed = |part: &str| {
        input.push_back(StrTendril::from_slice(part));
        // A result other than `Done` asks for a script to be run, which this sink never does.
        let _ = tokenizer.feed(&input);
    };
    let mut rest = text;
    let mut quiet = 0;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(STEP));
        tokenizer.sink.heard.set(false);
        feed(part);
        quiet = if tokenizer.sink.heard.get() { 0 } else { quiet + part.len() };
        if quiet >= QUIET {
            // Ends a tag, and nothing else: not a comment, not a quoted value.
            feed(" >");
            quiet = 0;
        }
        rest = after;
    }
    tokenizer.end();
    tokenizer.sink.builder.take()
}
