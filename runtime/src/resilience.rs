//! What a call does where a task fails, is slow or comes and goes: the numbers, and how to set them.
//!
//! ```
//! use service_connect::{Client, Resilience};
//!
//! # fn main() -> service_connect::Result<()> {
//! let mut resilience = Resilience::DEFAULT;
//! resilience.retries = 1;
//! // For all services, before the first call; for one client: `Client::with_resilience`.
//! resilience.set_for_all()?;
//! let calm = Client::at("http://127.0.0.1:8080")?.with_resilience(Resilience::OFF);
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::choose::{RESILIENCE, Variables};
use crate::error::invalid;
use crate::{Client, Error, Result};

/// What a call does beyond sending its request once. It is on by default; `SERVICE_CONNECT_RESILIENCE=off` turns all of
/// it off, whatever is set in code, and anything but `on` and `off` is an [`Error::Variable`] of each call.
///
/// ```
/// use service_connect::Resilience;
///
/// let mut resilience = Resilience::DEFAULT;
/// resilience.retries = 1;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resilience {
    /// How often a request is sent again at most, to another task or over another connection: 2.
    ///
    /// That is done where the connection broke before an answer came, and for 502, 503 and 504; of methods that are
    /// idempotent (RFC 9110, 9.2.2), with a body that is not streamed. Where nothing was sent, going on to the next task
    /// is no retry, and done for all of them; but 0 also means that all tasks are tried once only.
    pub retries: u32,
    /// How many retries and second tries there are in percent of the requests of the last 10 s, and 10 at least: 20. 0 is
    /// none at all.
    pub retry_budget: u32,
    /// Whether an answer of 502, 503 or 504 is retried. Where the `server` header says that a proxy of Service Connect
    /// gave it (with `AppProtocol: http` that retries itself) it is not, whatever this is.
    pub retry_answers: bool,
    /// Whether another try goes out beside one that took a third of the deadline, and one more where that does too; they
    /// count as retries, and the first answer is the one. Only of methods that are safe: one that changes something could do so after the next call.
    pub second_try: bool,
    /// After how many failures in a row a task gets no requests for a while: 5. 0 is never.
    ///
    /// A failure is 502, 503 or 504, a connection that breaks before the head of an answer, and a silence of 200 ms or
    /// more in which the task answered nobody and that the caller no longer waited for. One that cannot be connected to
    /// is ejected at once, for 2 s at first. The last third of the tasks always get requests.
    pub ejection_failures: u32,
    /// For how long the first time: 30 s, or 2 s where all tasks failed just before. After that one request finds out how it
    /// is; if it fails again, it is out for twice as long.
    pub ejection_time: Duration,
    /// How long that may become: 300 s.
    pub max_ejection_time: Duration,
    /// How often names are looked up while they are in use: 3 s. Private DNS of Copilot has a TTL of 10 s.
    pub lookup_interval: Duration,
    /// How long connecting to a task may take: 1 s. After 250 ms, or a third of the deadline if that is less, the next
    /// task is connected to beside it.
    pub connect_timeout: Duration,
    /// How old a connection to a proxy of Service Connect becomes: 10 s. Each one leads to one task, so new ones find the
    /// tasks that are new.
    pub max_proxy_connection_age: Duration,
    /// How many requests to a service may be in flight at the same time: 1024. More are refused at once. A request is in
    /// flight until its answer is read to the end, and each try of one counts; so does one that is still being connected
    /// for a call that was given up, for as long as that may take.
    pub max_in_flight: usize,
}

/// Further away than any process lasts: what is longer is as good as this.
pub(crate) const NEVER: Duration = Duration::from_secs(86_400 * 365);

/// What is set for the process. It is closed when it is first looked at.
#[derive(Default)]
struct Settings {
    all: Option<Resilience>,
    services: BTreeMap<&'static str, Resilience>,
    /// Those that were asked for.
    in_use: Vec<&'static str>,
}

impl Resilience {
    /// What holds where nothing is set.
    pub const DEFAULT: Resilience = Resilience {
        retries: 2,
        retry_budget: 20,
        retry_answers: true,
        second_try: true,
        ejection_failures: 5,
        ejection_time: Duration::from_secs(30),
        max_ejection_time: Duration::from_secs(300),
        lookup_interval: Duration::from_secs(3),
        connect_timeout: Duration::from_secs(1),
        max_proxy_connection_age: Duration::from_secs(10),
        max_in_flight: 1024,
    };

    /// Each request is sent once, no task is ejected and no request refused. They are still spread over the tasks.
    pub const OFF: Resilience = Resilience::DEFAULT.off();

    const fn off(self) -> Resilience {
        Resilience {
            retries: 0,
            retry_budget: 0,
            retry_answers: false,
            second_try: false,
            ejection_failures: 0,
            max_in_flight: usize::MAX,
            ..self
        }
    }
}

impl Resilience {
    /// Sets it for all services and base URLs that have none of their own.
    ///
    /// # Errors
    /// [`Error::Request`] once something was called: it would hold for some of the calls. Asking for a URL is no call.
    pub fn set_for_all(self) -> Result<()> {
        let mut settings = settings();
        if let Some(used) = settings.in_use.first() {
            return Err(too_late(used));
        }
        settings.all = Some(self);
        Ok(())
    }

    /// Sets it for the service of a client, such as `Api::client()`: for its stub, and for all structs and traits below
    /// `#[service_client]`.
    ///
    /// # Errors
    /// [`Error::Request`] once the service was called: it would hold for some of the calls. And for a client of a base
    /// URL, which is no service.
    pub fn set_for(self, client: &Client) -> Result<()> {
        let Some(service) = client.service() else {
            return Err(invalid(
                "this client is one of a base URL, not of a service: use `Client::with_resilience`",
            ));
        };
        let mut settings = settings();
        if settings.in_use.contains(&service) {
            return Err(too_late(service));
        }
        settings.services.insert(service, self);
        Ok(())
    }

    /// What holds for a service, or for a base URL.
    pub(crate) fn of(service: Option<&'static str>) -> Result<Resilience> {
        let set = {
            let mut settings = settings();
            let name = service.unwrap_or("the client of a base URL");
            if !settings.in_use.contains(&name) {
                settings.in_use.push(name);
            }
            let own = service.and_then(|service| settings.services.get(service));
            own.copied().or(settings.all)
        };
        set.unwrap_or(Resilience::DEFAULT).unless_off()
    }

    /// The same, but where the environment says that it is off.
    pub(crate) fn unless_off(self) -> Result<Resilience> {
        Ok(match Variables::process().switch(RESILIENCE)? {
            Some(false) => self.off().within_reason(),
            _ => self.within_reason(),
        })
    }
}

impl Resilience {
    /// The same with times that can be added to the time of day.
    fn within_reason(self) -> Resilience {
        Resilience {
            ejection_time: self.ejection_time.min(NEVER),
            max_ejection_time: self.max_ejection_time.min(NEVER),
            lookup_interval: self.lookup_interval.min(NEVER),
            connect_timeout: self.connect_timeout.min(NEVER),
            max_proxy_connection_age: self.max_proxy_connection_age.min(NEVER),
            ..self
        }
    }
}

impl Default for Resilience {
    fn default() -> Resilience {
        Resilience::DEFAULT
    }
}

fn settings() -> MutexGuard<'static, Settings> {
    static SETTINGS: OnceLock<Mutex<Settings>> = OnceLock::new();
    let settings = SETTINGS.get_or_init(Mutex::default);
    settings.lock().unwrap_or_else(PoisonError::into_inner)
}

fn too_late(used: &str) -> Error {
    invalid(format!(
        "{used} is in use already, so other settings would hold for some calls only: set them as `main` begins"
    ))
}
