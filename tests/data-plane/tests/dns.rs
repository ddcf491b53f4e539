//! Private DNS answers as Cloud Map and the resolver of a VPC do, so that what callers make of it is what they would make of that.

use std::collections::BTreeSet;
use std::time::Instant;

use data_plane::process::DEADLINE;
use data_plane::{Answers, Environment, Result};

const ORDERS: &str = "orders.test.shop.local.";

fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 8080, tasks)?;
    Ok(environment)
}

/// How DNS answers in a task, and the records.
fn ask(environment: &Environment, kind: &str, name: &str) -> Result<(String, Vec<String>)> {
    let program = env!("CARGO_BIN_EXE_ask").as_ref();
    let task = environment.task("orders", 0)?;
    let mut lines = task.run(program, &[], &[kind, name])?.output()?;
    let code = lines.remove(0);
    Ok((code, lines))
}

#[test]
fn a_task_has_an_address_and_a_port() -> Result<()> {
    let environment = shop(1)?;
    let address = [String::from("10 A 10.0.1.1")];
    let (code, records) = ask(&environment, "A", ORDERS)?;
    assert_eq!((&*code, &records[..]), ("NoError", &address[..]));
    let (code, records) = ask(&environment, "SRV", ORDERS)?;
    let [record] = &records[..] else {
        panic!("{code}: not one record, but {records:?}");
    };
    let target = record.strip_prefix("10 SRV 1 1 8080 ");
    let target = target.unwrap_or_else(|| panic!("{record}"));
    assert!(target.ends_with(&format!(".{ORDERS}")), "{target}");
    let (code, records) = ask(&environment, "A", target)?;
    assert_eq!((&*code, &records[..]), ("NoError", &address[..]));
    Ok(())
}

#[test]
fn what_is_not_there_is_told_from_what_has_no_records() -> Result<()> {
    let mut environment = shop(1)?;
    for (answers, kind, name, expected) in [
        (Answers::Tasks, "AAAA", ORDERS, "NoError"),
        (Answers::Tasks, "A", "other.test.shop.local.", "NXDomain"),
        (Answers::Tasks, "A", "orders.", "NXDomain"),
        (Answers::Nothing, "A", ORDERS, "NoError"),
        (Answers::NoSuchName, "A", ORDERS, "NXDomain"),
    ] {
        environment.set_dns(answers)?;
        let (code, records) = ask(&environment, kind, name)?;
        assert_eq!(code, expected, "{kind} {name} with {answers:?}");
        assert_eq!(records, [""; 0], "{kind} {name} with {answers:?}");
    }
    environment.set_dns(Answers::Tasks)?;
    assert_eq!(ask(&environment, "A", ORDERS)?.1, ["10 A 10.0.1.1"]);
    assert_eq!(environment.asked("orders")?, 3, "of IPv4, by this name");
    Ok(())
}

/// The records of an answer, without their TTL.
fn named(environment: &Environment, kind: &str) -> Result<BTreeSet<String>> {
    let (_, records) = ask(environment, kind, ORDERS)?;
    let records = records.iter().filter_map(|record| record.split_once(' '));
    Ok(records.map(|(_, record)| record.to_owned()).collect())
}

/// Eight at most, and the others in the next answer.
#[test]
fn an_answer_has_some_of_many_tasks() -> Result<()> {
    let mut environment = shop(12)?;
    environment.set_ttl(0)?;
    for kind in ["A", "SRV"] {
        let mut seen = BTreeSet::new();
        for _ in 0..2 {
            let named = named(&environment, kind)?;
            assert_eq!(named.len(), 8, "{named:?}");
            seen.extend(named);
        }
        assert_eq!(seen.len(), 12, "{seen:?}");
    }
    Ok(())
}

/// As long as it says, also where there are other tasks by then.
#[test]
fn an_answer_is_kept() -> Result<()> {
    let mut environment = shop(12)?;
    let first = named(&environment, "A")?;
    assert_eq!(named(&environment, "A")?, first);
    environment.retire("orders", 0)?;
    assert_eq!(named(&environment, "A")?, first);
    environment.set_ttl(1)?;
    let end = Instant::now() + DEADLINE;
    while named(&environment, "A")? == first {
        assert!(Instant::now() < end, "it is kept for ever");
    }
    assert!(!named(&environment, "A")?.contains("A 10.0.1.1"));
    Ok(())
}
