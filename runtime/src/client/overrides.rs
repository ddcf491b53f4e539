//! Overrides that are set in code: another client in the place of a service's, for what one future awaits.
//!
//! ```
//! use service_connect::{Client, with_override};
//!
//! # async fn example() -> service_connect::Result<()> {
//! # let api = Client::at("https://api.example")?;
//! // With the stubs of `clients!()` the first line is `let api = Api::client();`.
//! let url = with_override(api.clone(), Client::at("http://127.0.0.1:3000")?, async {
//!     api.url("/kudos/7")
//! });
//! assert_eq!(url.await?, "http://127.0.0.1:3000/kudos/7");
//! assert_eq!(api.url("/kudos/7")?, "https://api.example/kudos/7");
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
//! ```

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Client;
use crate::Error;

/// Whether this process ever had an override: programs that never do pay for a load of this, and for no task-local.
static USED: AtomicBool = AtomicBool::new(false);

tokio::task_local! {
    /// Those in force, the innermost last.
    static OVERRIDES: Arc<[Override]>;
}

#[derive(Clone)]
struct Override {
    of: Client,
    to: Client,
}

/// Runs `future` with `to` in the place of `of`: for tests of code that calls the static stubs.
///
/// `of` says which calls: `Api::client()` stands for the service, so for the stub `Api`, for each struct and trait below
/// `#[service_client("api")]`, and for their clients, whether made before or inside. A [`Client::at`] stands for its
/// base URL. `to` is used as it is, without another look at the overrides. Of two overrides of the same, the inner one
/// holds; for several services, nest. It beats the variable `SERVICE_CONNECT_URL_<SERVICE>`.
///
/// It is seen by `future` and all that this awaits, and by nothing beside it: tests with overrides of their own run in
/// parallel.
///
/// # What it does not reach
/// A call looks for its override when it is first polled, and [`Client::url`], [`Client::base_url`] and
/// [`Client::authority`] when they are called. So a request that was made outside and is awaited inside goes to `to`,
/// and one that was made inside and is awaited outside does not. A task of [`tokio::spawn`] is outside, unless
/// [`carry_overrides`] takes them along; so is a thread, also one of `spawn_blocking`. A server that spawns a task for
/// each connection, as `axum::serve` does, is best tested through its handlers or its router, or by handing it a
/// [`Client`].
///
/// ```
/// use service_connect::{Client, with_override};
///
/// # async fn example() -> service_connect::Result<()> {
/// # let (api, billing) = (Client::at("http://api")?, Client::at("http://billing")?);
/// // With the stubs of `clients!()`: `Api::client()`, `Billing::client()`.
/// let urls = with_override(
///     api.clone(),
///     Client::at("http://127.0.0.1:3000")?,
///     with_override(billing.clone(), Client::at("http://127.0.0.1:3001")?, async {
///         Ok((api.base_url()?, billing.base_url()?))
///     }),
/// );
/// let (api, billing) = urls.await?;
/// assert_eq!(api, "http://127.0.0.1:3000");
/// assert_eq!(billing, "http://127.0.0.1:3001");
/// # service_connect::Result::Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
/// ```
///
/// [`tokio::spawn`]: https://docs.rs/tokio/1/tokio/task/fn.spawn.html
pub async fn with_override<F: Future>(of: Client, to: Client, future: F) -> F::Output {
    within(vec![Override { of, to }], future).await
}

/// Takes the overrides that hold where this is called along with `future`, to another task or another place.
///
/// Where none holds, as in production, `future` is the same as without.
///
/// ```
/// use service_connect::{Client, carry_overrides, with_override};
///
/// # async fn example() -> service_connect::Result<()> {
/// # let api = Client::at("http://api")?;
/// let url = with_override(api.clone(), Client::at("http://127.0.0.1:3000")?, async {
///     tokio::spawn(carry_overrides(async move { api.base_url() })).await
/// });
/// assert_eq!(url.await.unwrap()?, "http://127.0.0.1:3000");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
/// ```
pub fn carry_overrides<F: Future>(future: F) -> impl Future<Output = F::Output> {
    // Now, not when it is polled: that is in the other task.
    within(in_force(), future)
}

async fn within<F: Future>(more: Vec<Override>, future: F) -> F::Output {
    if more.is_empty() {
        return future.await;
    }
    USED.store(true, Ordering::Relaxed);
    let mut overrides = in_force();
    overrides.extend(more);
    OVERRIDES.scope(overrides.into(), future).await
}

/// Says to whom nothing resolves where a test may have meant an override to be seen.
pub(super) fn hint(error: Error, client: &Client) -> Error {
    match error {
        Error::Resolve(details) if USED.load(Ordering::Relaxed) && client.service().is_some() => {
            Error::Resolve(details.and(
                "; an override set in code is seen by what the future of `with_override` awaits, and in a task \
                 that is spawned only with `carry_overrides`",
            ))
        }
        error => error,
    }
}

fn in_force() -> Vec<Override> {
    OVERRIDES.try_with(|all| all.to_vec()).unwrap_or_default()
}

impl Client {
    /// What this client stands for here and now: itself, or what overrides it.
    pub(crate) fn chosen(&self) -> Cow<'_, Client> {
        if !USED.load(Ordering::Relaxed) {
            return Cow::Borrowed(self);
        }
        let innermost = OVERRIDES.try_with(|all| {
            let found = all
                .iter()
                .rev()
                .find(|one| one.of.origin.of() == self.origin.of());
            found.map(|one| one.to.clone())
        });
        match innermost {
            Ok(Some(client)) => Cow::Owned(client),
            _ => Cow::Borrowed(self),
        }
    }
}
