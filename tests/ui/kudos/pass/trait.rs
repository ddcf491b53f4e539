//! The trait stays one that a test can implement with plain `async fn`; its futures are `Send`.
#![deny(warnings, clippy::all, clippy::pedantic)]
use service_connect::{Response, Result, service_client};

#[derive(serde::Deserialize)]
struct Kudo {
    id: u64,
}

#[derive(serde::Serialize)]
struct Filter<'a> {
    author: &'a str,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Kudos.
#[service_client("api")]
#[allow(unused)]
trait Kudos: Sync {
    /// One of them.
    #[get("/kudos/{id}/by/{author}")]
    async fn kudo(&self, id: u64, author: &str) -> Result<Kudo>;

    #[delete("/kudos")]
    async fn clear(&self) -> std::result::Result<(), Failure>;

    #[get("/kudos")]
    async fn find<'a>(
        &'a self,
        #[query] filter: &Filter<'a>,
        #[query] page: Option<u32>,
        #[query("tag")] tags: Vec<String>,
        #[header("x-request-id")] request: &'a str,
    ) -> Result<Vec<Kudo>>;

    #[post("/kudos")]
    async fn send<T>(&self, #[json] kudo: &T) -> Result<Response>
    where
        T: serde::Serialize + Sync + ?Sized;

    #[cfg(test)]
    #[get("/only/in/tests")]
    async fn compiled_out(&self) -> Result<NoSuchType>;

    #[get("/kudos")]
    async fn partly(&self, #[cfg(test)] #[query] compiled_out: NoSuchType) -> Result<Vec<Kudo>>;

    #[deprecated]
    #[head("/")]
    async fn old(&self) -> Result<()>;

    /// Both, by other routes.
    async fn both(&self) -> Result<[Kudo; 2]> {
        Ok([self.kudo(1, "me").await?, self.kudo(2, "you").await?])
    }

    fn name(&self) -> &'static str {
        "kudos"
    }
}

struct Fake;

impl Kudos for Fake {
    async fn kudo(&self, id: u64, _author: &str) -> Result<Kudo> {
        Ok(Kudo { id })
    }

    async fn clear(&self) -> std::result::Result<(), Failure> {
        Err("no".into())
    }

    async fn find<'a>(
        &'a self,
        _filter: &Filter<'a>,
        _page: Option<u32>,
        _tags: Vec<String>,
        _request: &'a str,
    ) -> Result<Vec<Kudo>> {
        Ok(Vec::new())
    }

    async fn send<T>(&self, _kudo: &T) -> Result<Response>
    where
        T: serde::Serialize + Sync + ?Sized,
    {
        service_connect::Client::at("http://127.0.0.1:1")?.get("/").await
    }

    async fn partly(&self) -> Result<Vec<Kudo>> {
        Ok(Vec::new())
    }

    async fn old(&self) -> Result<()> {
        Ok(())
    }
}

fn spawned<K: Kudos + Send + 'static>(kudos: K) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.spawn(async move {
        let both = kudos.both().await?;
        kudos.kudo(1, "me").await.map(|kudo| kudo.id + both[0].id)
    });
}

fn generic(kudos: &(impl Kudos + Sync)) {
    fn is_send(_: impl Send) {}
    is_send(kudos.kudo(1, "me"));
    is_send(kudos.send("well done"));
    is_send(kudos.find(&Filter { author: "me" }, None, Vec::new(), "1"));
    assert_eq!(kudos.name(), "kudos");
}

fn main() {
    generic(&Fake);
    generic(&KudosClient::new());
    let client = KudosClient::with(service_connect::Client::at("http://127.0.0.1:1").unwrap());
    generic(&client);
    spawned(client);
}
