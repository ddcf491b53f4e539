//! `--replicas api=3`: how many tasks of a service run.

use std::str::FromStr;

/// How many tasks a service may have here.
const MOST: u16 = 100;

/// One service and its number of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicas {
    /// The service's name.
    pub service: String,
    /// At least 1.
    pub number: u16,
}

impl FromStr for Replicas {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once('=').and_then(|(service, number)| {
            let number = number.parse().ok();
            let number = number.filter(|number| (1..=MOST).contains(number))?;
            (!service.is_empty()).then(|| Self {
                service: service.to_owned(),
                number,
            })
        });
        parsed.ok_or_else(|| format!("write SERVICE=NUMBER, such as api=3, with 1 to {MOST} tasks"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_some_tasks() {
        let replicas: Replicas = "front-end=3".parse().unwrap();
        assert_eq!((&*replicas.service, replicas.number), ("front-end", 3));
        for wrong in ["api", "=2", "api=0", "api=-1", "api=two", "api=101", "api="] {
            assert!(wrong.parse::<Replicas>().is_err(), "{wrong}");
        }
    }
}
