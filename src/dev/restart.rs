//! What has to be started and ended after a build.

use super::launch::Launch;
use super::task::Task;

/// A task that was started.
#[derive(Clone, Debug)]
pub struct Known {
    pub launch: Launch,
    pub standing: Standing,
}

/// How a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Runs,
    /// It ended, and was not meant to.
    Died,
    /// It is a job, and has done its work.
    Done,
}

/// One step. The next one is taken when its task is ready.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Starts a task, in the place of the one that runs.
    Start(Launch),
    /// Ends one for good.
    End(Task),
}

impl Step {
    /// Of which task.
    pub fn task(&self) -> &Task {
        match self {
            Self::Start(launch) => &launch.task,
            Self::End(task) => task,
        }
    }

    /// Whether there is something to do.
    pub fn is_needed(&self, known: &[Known]) -> bool {
        let known = known.iter().find(|known| known.launch.task == *self.task());
        match (self, known) {
            (Self::Start(launch), Some(known)) => {
                known.launch != *launch || known.standing == Standing::Died
            }
            (Self::Start(_), None) | (Self::End(_), Some(_)) => true,
            (Self::End(_), None) => false,
        }
    }
}

/// What has to be done so that the `new` tasks run. A task that is as it was goes on. For one that is `ending` there is
/// `after_end`.
pub fn steps(known: &[Known], ending: Option<&Task>, new: &[Launch]) -> Vec<Step> {
    let is_new = |task: &Task| new.iter().any(|launch| launch.task == *task);
    let tasks = known.iter().map(|known| &known.launch.task);
    let gone = tasks.filter(|task| !is_new(task)).cloned().map(Step::End);
    let starts = new.iter().cloned().map(Step::Start);
    gone.chain(starts.filter(|step| step.is_needed(known)))
        .filter(|step| ending != Some(step.task()))
        .collect()
}

/// What has to be done once a task has ended that is ending already, whatever it was to be when that began.
pub fn after_end(task: &Task, new: &[Launch]) -> Step {
    let mut new = new.iter();
    match new.find(|launch| launch.task == *task) {
        Some(launch) => Step::Start(launch.clone()),
        None => Step::End(task.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(service: &str, program: &str) -> Launch {
        Launch {
            task: Task {
                service: service.to_owned(),
                number: 1,
                is_sole: true,
            },
            kind: None,
            program: program.into(),
            stamp: None,
            arguments: Vec::new(),
            directory: "/".into(),
            variables: Vec::new(),
            removed: Vec::new(),
            authority: None,
            url: None,
        }
    }

    #[test]
    fn only_what_changed_or_died_is_started() {
        let known = [
            ("api", Standing::Runs),
            ("web", Standing::Runs),
            ("dead", Standing::Died),
            ("done", Standing::Done),
            ("gone", Standing::Runs),
        ];
        let known = known.map(|(service, standing)| Known {
            launch: launch(service, "1"),
            standing,
        });
        let new = [
            launch("api", "2"),
            launch("web", "1"),
            launch("dead", "1"),
            launch("done", "1"),
            launch("fresh", "1"),
        ];
        let expected = [
            Step::End(launch("gone", "1").task),
            Step::Start(launch("api", "2")),
            Step::Start(launch("dead", "1")),
            Step::Start(launch("fresh", "1")),
        ];
        assert_eq!(steps(&known, None, &new), expected);
    }

    #[test]
    fn what_is_undone_while_a_task_ends_is_undone_once_it_is_gone() {
        let known = [Known {
            launch: launch("api", "1"),
            standing: Standing::Runs,
        }];
        let task = &known[0].launch.task;
        for (new, after) in [
            (vec![launch("api", "1")], Step::Start(launch("api", "1"))),
            (vec![launch("api", "2")], Step::Start(launch("api", "2"))),
            (vec![], Step::End(task.clone())),
        ] {
            assert_eq!(after_end(task, &new), after);
            assert_eq!(steps(&known, Some(task), &new), []);
        }
    }
}
