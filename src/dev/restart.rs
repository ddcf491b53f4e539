//! What has to be started and ended after a build, one task after the other: plain values, without a process.

use std::collections::VecDeque;

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

/// The tasks, and what is left to do for them since the last build.
#[derive(Debug, Default)]
pub struct Restarts {
    tasks: Vec<Known>,
    steps: VecDeque<Step>,
    under_way: Option<UnderWay>,
}

/// What the next step waits for.
#[derive(Debug)]
enum UnderWay {
    /// The end of its task, for which this step is there.
    Ending(Step),
    /// That the task is ready.
    Starting(Task),
}

/// What is to be done now.
#[derive(Debug, PartialEq)]
pub enum Order {
    /// Ask it to end.
    End(Task),
    Start(Launch),
}

impl Restarts {
    /// All tasks.
    pub fn tasks(&self) -> &[Known] {
        &self.tasks
    }

    /// Takes in that a task was started, or could not be; says whether it took the place of one that was.
    pub fn started(&mut self, launch: Launch, is_up: bool) -> bool {
        let standing = if is_up {
            Standing::Runs
        } else {
            Standing::Died
        };
        let known = Known { launch, standing };
        let task = &known.launch.task;
        let before = self.tasks.iter().position(|old| old.launch.task == *task);
        if let Some(place) = before {
            self.tasks[place] = known;
        } else {
            self.tasks.push(known);
        }
        before.is_some()
    }

    /// Has the next step wait until a task is ready that was started.
    pub fn wait_for(&mut self, task: Task) {
        self.under_way = Some(UnderWay::Starting(task));
    }

    /// Takes in that a task is ready.
    pub fn is_ready(&mut self, task: &Task) {
        if matches!(&self.under_way, Some(UnderWay::Starting(starting)) if starting == task) {
            self.under_way = None;
        }
    }

    /// The others need not wait for what is not ready yet.
    pub fn lose_patience(&mut self) {
        let under_way = self.under_way.take();
        self.under_way = under_way.filter(|what| matches!(what, UnderWay::Ending(_)));
    }

    /// Takes in what a build gave, in place of what is left of the one before.
    pub fn take(&mut self, launches: &[Launch]) {
        let mut ending = None;
        if let Some(UnderWay::Ending(step)) = &mut self.under_way {
            *step = after_end(step.task(), launches);
            ending = Some(step.task());
        }
        self.steps = steps(&self.tasks, ending, launches).into();
    }

    /// What is to be done next, where nothing is under way.
    pub fn next(&mut self) -> Option<Order> {
        while self.under_way.is_none()
            && let Some(step) = self.steps.pop_front()
        {
            if !step.is_needed(&self.tasks) {
                continue;
            }
            let task = step.task();
            let mut tasks = self.tasks.iter();
            if tasks.any(|known| known.launch.task == *task && known.standing == Standing::Runs) {
                let order = Order::End(task.clone());
                self.under_way = Some(UnderWay::Ending(step));
                return Some(order);
            }
            match step {
                Step::Start(launch) => return Some(Order::Start(launch)),
                Step::End(task) => self.tasks.retain(|known| known.launch.task != task),
            }
        }
        None
    }

    /// Takes in that a task has ended; says whether it was meant to.
    pub fn ended(&mut self, task: &Task) -> bool {
        match self.under_way.take() {
            Some(UnderWay::Ending(step)) if step.task() == task => {
                // There is nothing to end any more, so that it is started even as it was.
                self.stands(task, Standing::Died);
                self.steps.push_front(step);
                return true;
            }
            Some(UnderWay::Starting(starting)) if starting == *task => {}
            other => self.under_way = other,
        }
        false
    }

    /// Takes in how a task is that ended by itself.
    pub fn stands(&mut self, task: &Task, standing: Standing) {
        let mut tasks = self.tasks.iter_mut();
        if let Some(known) = tasks.find(|known| known.launch.task == *task) {
            known.standing = standing;
        }
    }
}

/// One step. The next one is taken when its task is ready.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// Starts a task, in the place of the one that runs.
    Start(Launch),
    /// Ends one for good.
    End(Task),
}

impl Step {
    /// Of which task.
    fn task(&self) -> &Task {
        match self {
            Self::Start(launch) => &launch.task,
            Self::End(task) => task,
        }
    }

    /// Whether there is something to do.
    fn is_needed(&self, known: &[Known]) -> bool {
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
fn steps(known: &[Known], ending: Option<&Task>, new: &[Launch]) -> Vec<Step> {
    let is_new = |task: &Task| new.iter().any(|launch| launch.task == *task);
    let tasks = known.iter().map(|known| &known.launch.task);
    let gone = tasks.filter(|task| !is_new(task)).cloned().map(Step::End);
    let starts = new.iter().cloned().map(Step::Start);
    gone.chain(starts.filter(|step| step.is_needed(known)))
        .filter(|step| ending != Some(step.task()))
        .collect()
}

/// What has to be done once a task has ended that is ending already, whatever it was to be when that began.
fn after_end(task: &Task, new: &[Launch]) -> Step {
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
    fn one_task_is_restarted_after_the_other() {
        let mut restarts = Restarts::default();
        for service in ["api", "web", "gone"] {
            assert!(!restarts.started(launch(service, "1"), true));
        }
        let [api, web] = ["api", "web"].map(|service| launch(service, "2"));
        let gone = launch("gone", "1").task;
        restarts.take(&[api.clone(), web.clone()]);
        assert_eq!(restarts.next(), Some(Order::End(gone.clone())));
        assert_eq!(restarts.next(), None);
        assert!(restarts.ended(&gone));
        for (launch, next) in [(&api, Some(&web)), (&web, None)] {
            let task = &launch.task;
            let order = Order::End(task.clone());
            // The one before it is ready, or not waited for any longer.
            assert_eq!(restarts.next(), Some(order), "{next:?}");
            assert!(restarts.ended(task));
            assert_eq!(restarts.next(), Some(Order::Start(launch.clone())));
            assert!(restarts.started(launch.clone(), true));
            restarts.wait_for(task.clone());
            assert_eq!(restarts.next(), None);
            match next {
                Some(_) => restarts.is_ready(task),
                None => restarts.lose_patience(),
            }
        }
        assert_eq!(restarts.next(), None);
        assert_eq!(restarts.tasks().len(), 2);
    }

    #[test]
    fn who_ends_by_itself_is_in_nobodys_way() {
        let mut restarts = Restarts::default();
        for service in ["api", "web"] {
            restarts.started(launch(service, "1"), true);
        }
        let [api, web] = ["api", "web"].map(|service| launch(service, "2"));
        restarts.take(&[api.clone(), web.clone()]);
        assert_eq!(restarts.next(), Some(Order::End(api.task.clone())));
        // Another one, while that is waited for.
        assert!(!restarts.ended(&web.task));
        restarts.stands(&web.task, Standing::Died);
        assert_eq!(restarts.next(), None);
        assert!(restarts.ended(&api.task));
        assert_eq!(restarts.next(), Some(Order::Start(api.clone())));
        restarts.started(api.clone(), true);
        restarts.wait_for(api.task.clone());
        assert!(!restarts.ended(&api.task));
        restarts.stands(&api.task, Standing::Died);
        // What has died has nothing to end.
        assert_eq!(restarts.next(), Some(Order::Start(web)));
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
            let mut restarts = Restarts::default();
            restarts.started(known[0].launch.clone(), true);
            restarts.take(&[launch("api", "3")]);
            assert_eq!(restarts.next(), Some(Order::End(task.clone())));
            restarts.take(&new);
            assert!(restarts.ended(task));
            let next = new.first().cloned().map(Order::Start);
            assert_eq!(restarts.next(), next);
        }
    }
}
