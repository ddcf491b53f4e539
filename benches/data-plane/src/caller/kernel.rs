//! What the kernel knows of this process, and of the proxy in its task.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::time::{ClockId, clock_gettime};

/// How large a process is.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Memory, in MB.
    pub resident: f64,
    /// File descriptors.
    pub descriptors: f64,
}

/// Of this process.
pub fn sizes() -> Result<Sizes> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let descriptors = fs::read_dir("/proc/self/fd")?.count();
    Ok(Sizes {
        resident: kilobytes.context("proc(5) has it")? / 1024.0,
        // But for the one that this takes.
        descriptors: f64::from(u32::try_from(descriptors)? - 1),
    })
}

/// The CPU time of this process.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The proxy in the network of this task.
pub struct Proxy {
    stat: PathBuf,
}

impl Proxy {
    pub fn find() -> Result<Self> {
        let own = fs::read_link("/proc/self/ns/net")?;
        let processes = fs::read_dir("/proc")?.filter_map(|entry| Some(entry.ok()?.path()));
        let mut here = processes
            .filter(|process| fs::read_link(process.join("ns/net")).is_ok_and(|net| net == own));
        let proxy = here.find(|process| {
            let name = fs::read_to_string(process.join("comm"));
            name.is_ok_and(|name| name.starts_with("envoy"))
        });
        let proxy = proxy.context("this task has no proxy")?;
        Ok(Self {
            stat: proxy.join("stat"),
        })
    }

    /// Its CPU time, in the ticks of the kernel.
    pub fn cpu_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(&self.stat)?;
        // After the name in parentheses: utime and stime are fields 14 and 15 of proc(5).
        let (_, fields) = stat.rsplit_once(')').context("proc(5) has it")?;
        let times = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = times.filter_map(|field| field.parse::<u64>().ok()).sum();
        let second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_micros(ticks * 1_000_000 / second))
    }
}
