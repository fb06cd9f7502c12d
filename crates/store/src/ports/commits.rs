//! `Commits`: the one way to write.

use async_trait::async_trait;
use bowline_core::commit::Commit;
use bowline_core::port::{Commits, StoreError};

use crate::Store;
use crate::commit::plan;

#[async_trait]
impl Commits for Store {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        match plan(&commit)? {
            Some(plan) => self.write(plan).await.map(|_| ()),
            None => Ok(()),
        }
    }
}
