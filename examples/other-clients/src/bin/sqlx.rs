//! A Postgres database, through sqlx: `Db::authority` is its host and port, `db:5432` in an environment with Service
//! Connect.
//!
//! User, password and database are what `copilot/web/manifest.yml` gives the task, under the names that `psql` reads too.
//!
//! ```sh
//! SERVICE_CONNECT_URL_DB=http://127.0.0.1:5432 PGUSER=shop PGDATABASE=shop PGPASSWORD=… \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin sqlx
//! ```

use std::error::Error;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

// `Db` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = Db::authority()?;
    // sqlx takes what the URL leaves out from `PGUSER`, `PGPASSWORD` and `PGDATABASE`.
    let options: PgConnectOptions = format!("postgres://{authority}").parse()?;
    // A connection is tried before it is used, and another one opened in the place of one that is broken. One that is not
    // leads to the same task until it is this old.
    let db = PgPoolOptions::new()
        .max_lifetime(Duration::from_mins(1))
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await?;

    let sum: i32 = sqlx::query_scalar("SELECT $1 + $2")
        .bind(20)
        .bind(22)
        .fetch_one(&db)
        .await?;
    println!("{authority}: 20 + 22 = {sum}");
    db.close().await;
    Ok(())
}
