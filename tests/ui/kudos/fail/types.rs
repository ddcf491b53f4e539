//! What only the compiler knows: it points to the type.
use service_connect::{Result, service_client};

struct Kudo;

#[service_client("api")]
trait Kudos {
    #[get("/kudos")]
    async fn not_readable(&self) -> Result<Kudo>;

    #[get("/kudos/{id}")]
    async fn no_text(&self, id: Kudo) -> Result<()>;

    #[post("/kudos")]
    async fn not_writable(&self, #[json] kudo: &Kudo) -> Result<()>;
}

fn main() {}
