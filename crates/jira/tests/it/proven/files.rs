//! Files on issues.

use bowline_jira::NewFile;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;

use super::both;
use super::world::Counted;

#[tokio::test]
async fn a_file_is_attached_read_and_removed() {
    for place in both().await {
        let jira = place.jira();
        let files = jira.files(&place.wire, &Counted);
        assert!(jira.attachment_limits().await.unwrap().enabled);
        let file = NewFile {
            name: "Pläne \"neu\".txt".to_owned(),
            media_type: "text/plain".to_owned(),
            length: 10,
            pieces: stream::iter(["01234", "56789"]).map(|piece| Ok(Bytes::from(piece))).boxed(),
        };
        let attached = files.attach("ACME-1", file).await.unwrap().remove(0);
        let attachment = jira.attachment(&attached.id.to_string()).await.unwrap();
        assert_eq!(attachment.size.get(), Some(&10));
        let content = files.content(&attachment).await.unwrap();
        assert_eq!(content.length, Some(10));
        let pieces: Vec<Bytes> = content.pieces.try_collect().await.unwrap();
        assert_eq!(pieces.concat(), b"0123456789");
        jira.delete_attachment(&attached.id.to_string()).await.unwrap();
        let gone = files.content(&attachment).await.err().unwrap();
        assert!(gone.is(StatusCode::NOT_FOUND), "{gone:?}");
    }
}
