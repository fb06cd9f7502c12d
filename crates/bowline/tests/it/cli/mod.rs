//! The command line as scripts and operators meet it.

mod changing;
mod checking;
mod debug;
mod failing;
mod reading;
mod secret;
mod sim;

use crate::house::bowline;

/// No service is there.
const NOBODY: [(&str, &str); 1] = [("BOWLINE_SERVER", "http://127.0.0.1:9")];

/// Every command of the tree that does something, as its words.
fn commands() -> Vec<Vec<String>> {
    let (mut leaves, mut left) = (Vec::new(), vec![Vec::<String>::new()]);
    while let Some(words) = left.pop() {
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = bowline(&arguments, &[], "").ok().out;
        let below = help.split_once("\nCommands:\n").map(|(_, rest)| rest.split("\n\n").next().unwrap());
        let names = below.into_iter().flat_map(str::lines).filter_map(|line| line.split_whitespace().next());
        let names: Vec<String> = names.filter(|name| *name != "help").map(str::to_owned).collect();
        if names.is_empty() {
            leaves.push(words.clone());
        }
        left.extend(names.into_iter().map(|name| [&words[..], &[name]].concat()));
    }
    leaves
}
