//! The colour of letters.
//!
//! ADF wants `#rrggbb`; wiki markup and HTML also take names and `rgb(…)`, which are read and not written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A colour, printed as `#rrggbb` in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(u32);

/// The sixteen names of HTML 4 and the others that Jira's and Targetprocess' colour pickers write.
const NAMES: [(&str, u32); 25] = [
    ("aqua", 0x00_ff_ff),
    ("black", 0x00_00_00),
    ("blue", 0x00_00_ff),
    ("brown", 0xa5_2a_2a),
    ("cyan", 0x00_ff_ff),
    ("darkgreen", 0x00_64_00),
    ("darkred", 0x8b_00_00),
    ("fuchsia", 0xff_00_ff),
    ("gray", 0x80_80_80),
    ("green", 0x00_80_00),
    ("grey", 0x80_80_80),
    ("lightgrey", 0xd3_d3_d3),
    ("lime", 0x00_ff_00),
    ("magenta", 0xff_00_ff),
    ("maroon", 0x80_00_00),
    ("navy", 0x00_00_80),
    ("olive", 0x80_80_00),
    ("orange", 0xff_a5_00),
    ("pink", 0xff_c0_cb),
    ("purple", 0x80_00_80),
    ("red", 0xff_00_00),
    ("silver", 0xc0_c0_c0),
    ("teal", 0x00_80_80),
    ("white", 0xff_ff_ff),
    ("yellow", 0xff_ff_00),
];

impl Color {
    /// Reads `#rgb`, `#rrggbb`, `rgb(r, g, b)` or a common name, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            return hex(digits).map(Self);
        }
        if let Some(parts) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let bytes: Vec<u8> = parts.split(',').map_while(|part| part.trim().parse().ok()).collect();
            let [red, green, blue] = bytes.as_slice() else { return None };
            return Some(Self(u32::from_be_bytes([0, *red, *green, *blue])));
        }
        NAMES.iter().find(|(name, _)| *name == text).map(|(_, color)| Self(*color))
    }
}

fn hex(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some(number),
        3 => Some(((number & 0xf00) << 8 | (number & 0xf0) << 4 | number & 0xf) * 0x11),
        _ => None,
    }
}

impl fmt::Display for Color {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{:06x}", self.0)
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a colour")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_colour_mean_the_same() {
        for written in ["red", "RED", "#f00", "#FF0000", "rgb(255, 0, 0)"] {
            assert_eq!(Color::parse(written).unwrap().to_string(), "#ff0000", "{written}");
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for written in ["", "#12", "#1234567", "#+12", "rgb(1,2)", "rgb(1,2,300)", "rgb(1,2,3,4)", "inherit"]
        {
            assert_eq!(Color::parse(written), None, "{written}");
        }
    }
}
