//! Serves a simulated Jira until it is interrupted, for whoever tries a client by hand:
//!
//! ```text
//! cargo run -p bowline-sim --example jira -- [--deployment cloud|dc|server] [--listen 127.0.0.1:8090] [--issues 120] [--seed 1]
//! ```
//!
//! People and their credentials are in the crate's README; `GET /_sim/` lists the control API.

#![expect(clippy::print_stdout, reason = "an example tells its address")]

use std::error::Error;

use bowline_sim::jira::{Deployment, Options, start};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    let mut listen = "127.0.0.1:8090".to_owned();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--deployment" => {
                options.deployment =
                    Deployment::parse(&value).ok_or("the deployment is cloud, dc or server")?;
            }
            "--listen" => listen = value,
            "--issues" => options.issues = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            _ => return Err(format!("{word} is not known: --deployment, --listen, --issues, --seed").into()),
        }
    }
    let jira = start(options, listen.parse()?).await?;
    println!("{}", jira.url());
    tokio::signal::ctrl_c().await?;
    jira.stop().await;
    Ok(())
}
