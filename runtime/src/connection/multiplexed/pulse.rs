//! Whether a connection that many streams are on still lives, and whether it may have one more: plain values.
//!
//! What is dead says nothing, and neither does a stream that rests. So the other end is asked, by a ping; but seldom,
//! because servers of gRPC close connections that ping often where nothing was sent (gRPC, A8 and A9: three times within
//! five minutes).
//!
//! ```text
//! match pulse.turn(now) {
//!     Turn::Ping(next) => …, // and look again then
//!     Turn::Rest(next) => …,
//!     Turn::Over(why) => …,
//! }
//! ```

use std::time::Duration;

use tokio::time::Instant;

/// How long nothing may come while a stream waits, before the other end is asked.
const SILENCE: Duration = Duration::from_secs(5);

/// How long it has for an answer. With the silence before, that is less than the deadline of a call.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long until it is asked once more where nothing came since: a little more than the five minutes of servers.
const SELDOM: Duration = Duration::from_secs(310);

#[derive(Debug)]
pub(super) struct Pulse {
    streams: usize,
    is_over: bool,
    /// When the connection is too old to be kept for nobody.
    expires: Instant,
    /// Since when nothing came.
    quiet: Instant,
    /// When a part of an answer last came.
    heard: Option<Instant>,
    asked: Option<Instant>,
    is_answer_due: bool,
}

/// What is to be done, and when to look again.
#[derive(Debug, PartialEq)]
pub(super) enum Turn {
    Rest(Instant),
    Ping(Instant),
    Over(Over),
}

#[derive(Debug, PartialEq)]
pub(super) enum Over {
    /// Nobody needs it.
    Unused,
    /// The other end does not answer.
    Dead,
}

impl Pulse {
    pub(super) fn new(now: Instant, expires: Instant) -> Pulse {
        Pulse {
            streams: 0,
            is_over: false,
            expires,
            quiet: now,
            heard: None,
            asked: None,
            is_answer_due: false,
        }
    }

    /// Takes a place for a stream, if it goes on and has fewer than `limit`.
    pub(super) fn begin(&mut self, now: Instant, limit: usize) -> bool {
        if self.is_over || self.streams >= limit {
            return false;
        }
        if self.streams == 0 {
            self.quiet = now;
        }
        self.streams += 1;
        true
    }

    pub(super) fn end(&mut self) {
        self.streams -= 1;
    }

    pub(super) fn streams(&self) -> usize {
        self.streams
    }

    /// Whether nothing ever came.
    pub(super) fn is_new(&self) -> bool {
        self.heard.is_none()
    }

    /// A part of an answer came.
    pub(super) fn hear(&mut self, now: Instant) {
        self.quiet = now;
        self.heard = Some(now);
    }

    /// The other end has answered.
    pub(super) fn pong(&mut self, now: Instant) {
        self.is_answer_due = false;
        self.quiet = now;
    }

    /// It ends, whoever says so.
    pub(super) fn close(&mut self) {
        self.is_over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// What is to be done now.
    pub(super) fn turn(&mut self, now: Instant) -> Turn {
        if self.streams == 0 && !self.is_answer_due {
            if self.expires <= now {
                self.is_over = true;
                return Turn::Over(Over::Unused);
            }
            return Turn::Rest(self.expires.min(now + SILENCE));
        }
        let due = match self.asked {
            Some(asked) if self.is_answer_due => {
                if asked + PATIENCE <= now {
                    self.is_over = true;
                    return Turn::Over(Over::Dead);
                }
                return Turn::Rest(asked + PATIENCE);
            }
            Some(asked) if self.heard <= Some(asked) => (asked + SELDOM).max(self.quiet + SILENCE),
            _ => self.quiet + SILENCE,
        };
        if now < due {
            // A part that comes meanwhile may bring the next one nearer.
            return Turn::Rest(due.min(now + SILENCE));
        }
        self.asked = Some(now);
        self.is_answer_due = true;
        Turn::Ping(now + PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds, with what happens then, and what `turn` says after it.
    #[test]
    fn the_other_end_is_asked_after_a_silence_and_not_again_before_it_said_something() {
        #[derive(Debug)]
        enum Then {
            Look,
            Begin,
            End,
            Hear,
            Pong,
        }
        use Then::{Begin, End, Hear, Look, Pong};

        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let tables = [
            // Nobody waits: nobody is asked, and what is old is closed.
            vec![
                (0, Look, Turn::Rest(at(5))),
                (29, Look, Turn::Rest(at(30))),
                (30, Look, Turn::Over(Over::Unused)),
            ],
            // An old one that is in use goes on.
            vec![
                (8, Begin, Turn::Rest(at(13))),
                (31, Hear, Turn::Rest(at(36))),
                (32, End, Turn::Over(Over::Unused)),
            ],
            // The silence begins with the first stream, and without an answer it is over.
            vec![
                (8, Begin, Turn::Rest(at(13))),
                (10, Begin, Turn::Rest(at(13))),
                (13, Look, Turn::Ping(at(18))),
                (17, Look, Turn::Rest(at(18))),
                (18, Look, Turn::Over(Over::Dead)),
            ],
            // One that answered, but said nothing else since, is asked again after minutes.
            vec![
                (0, Begin, Turn::Rest(at(5))),
                (5, Look, Turn::Ping(at(10))),
                (6, Pong, Turn::Rest(at(11))),
                (11, Look, Turn::Rest(at(16))),
                (314, Look, Turn::Rest(at(315))),
                (315, Look, Turn::Ping(at(320))),
            ],
            // One that said something is asked as if it had not been.
            vec![
                (0, Begin, Turn::Rest(at(5))),
                (5, Look, Turn::Ping(at(10))),
                (6, Pong, Turn::Rest(at(11))),
                (7, Hear, Turn::Rest(at(12))),
                (12, Look, Turn::Ping(at(17))),
            ],
        ];
        for table in tables {
            let mut pulse = Pulse::new(at(0), at(30));
            for (seconds, then, expected) in table {
                let now = at(seconds);
                match then {
                    Look => {}
                    Begin => assert!(pulse.begin(now, 2)),
                    End => pulse.end(),
                    Hear => pulse.hear(now),
                    Pong => pulse.pong(now),
                }
                assert_eq!(pulse.turn(now), expected, "{seconds} {then:?}");
            }
        }
    }

    #[test]
    fn there_are_as_many_streams_as_may_be_and_none_once_it_is_over() {
        let now = Instant::now();
        let mut pulse = Pulse::new(now, now);
        assert!(pulse.begin(now, 1) && !pulse.begin(now, 1));
        pulse.end();
        assert_eq!(pulse.turn(now), Turn::Over(Over::Unused));
        assert!(!pulse.begin(now, 1));
    }
}
