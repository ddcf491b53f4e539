//! Where one of several texts is taken, and how all of them are.
//!
//! An expression is read once for each text that it may have: in the next reading, the last choice is another one. What one
//! call gives to several parameters is taken together.

use std::collections::HashSet;
use std::ops::Range;

use syn::Expr;

use super::super::model::{Candidate, Holder, Spot};
use super::super::template::{Expression, Part, choices, shape, weight};
use super::Reader;

/// So many texts are looked at that one URL may have.
const MAX_TEXTS: usize = 256;

/// So many expressions are read for one URL.
const MAX_STEPS: usize = 1 << 15;

/// So many are read for all URLs of a package, before each of the others gets few.
const MAX_ALL_STEPS: usize = 1 << 19;
const FEW_STEPS: usize = 1 << 8;

/// What may be one of several.
#[derive(Clone, PartialEq)]
pub(super) enum Fork {
    /// The call of a function, which may be one in its own body at the second level.
    Calls { function: usize, level: usize },
    /// What a loop goes through, by the binding of what it is one after the other.
    Each { binding: usize },
    /// What is written into a struct, in all of its fields that are written as often.
    Values { of: String, count: usize },
}

/// Which one it is.
pub(super) struct Taken {
    fork: Fork,
    pick: usize,
    of: usize,
}

/// The texts of an expression.
#[derive(Default)]
pub struct Texts {
    pub variants: Vec<Vec<Part>>,
    /// The expressions that they were read from, elsewhere than where it stands.
    pub origins: HashSet<(usize, Range<usize>)>,
    /// The same in other packages: the package, the file and the bytes.
    pub foreign: HashSet<(usize, usize, Range<usize>)>,
}

impl Reader<'_> {
    /// All texts of what may be a URL.
    pub fn texts_of(&self, candidate: &Candidate) -> Texts {
        let mut texts = self.texts(&candidate.expr, candidate.spot);
        if let Some(Holder::Field(of, name)) = &candidate.holder {
            for parts in &mut texts.variants {
                // Prose stays what it is.
                if !shape(parts).contains(char::is_whitespace) {
                    *parts = self.held(of, name, std::mem::take(parts));
                }
            }
        }
        texts
    }

    /// The same, where what a loop goes through is taken one by one.
    pub fn texts_of_each(&self, candidate: &Candidate) -> Texts {
        self.each.set(true);
        let texts = self.texts_of(candidate);
        self.each.set(false);
        texts
    }

    /// All texts of `expr`, which stands there. Where there are too many, one is not known.
    pub(super) fn texts(&self, expr: &Expr, spot: Spot) -> Texts {
        self.taken.borrow_mut().clear();
        let is_much = self.all_steps.get() > MAX_ALL_STEPS;
        self.limit.set(if is_much { FEW_STEPS } else { MAX_STEPS });
        self.steps.set(0);
        let mut texts = Texts::default();
        let mut seen = HashSet::new();
        loop {
            self.made.set(0);
            let parts = self.text(expr, spot);
            if seen.insert((shape(&parts), choices(&parts))) {
                texts.variants.push(parts);
            }
            if !self.is_next() {
                break;
            }
            if self.steps.get() > self.limit.get() || texts.variants.len() >= MAX_TEXTS {
                texts
                    .variants
                    .push(vec![Part::Expression(Expression::unknown(spot))]);
                break;
            }
        }
        self.all_steps.set(self.all_steps.get() + self.steps.get());
        texts.origins = self.origins.take();
        texts.foreign = self.foreign.take();
        texts
    }

    /// Which of so many is taken in this reading.
    pub(super) fn choose(&self, fork: Fork, of: usize) -> Option<usize> {
        let mut taken = self.taken.borrow_mut();
        let made = self.made.get();
        if let Some(taken) = taken[..made].iter().find(|taken| taken.fork == fork) {
            return Some(taken.pick);
        }
        if of == 0 {
            return None;
        }
        self.made.set(made + 1);
        if let Some(taken) = taken.get(made) {
            return Some(taken.pick);
        }
        taken.push(Taken { fork, pick: 0, of });
        Some(0)
    }

    /// Whether there is another reading, which is then the next one.
    fn is_next(&self) -> bool {
        let mut taken = self.taken.borrow_mut();
        while let Some(last) = taken.last_mut() {
            last.pick += 1;
            if last.pick < last.of {
                return true;
            }
            taken.pop();
        }
        false
    }

    /// Whether one more expression may be read.
    pub(super) fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() <= self.limit.get()
    }

    /// Parts once more, which may be many.
    pub(super) fn copied(&self, parts: &[Part]) -> Option<Vec<Part>> {
        self.steps.set(self.steps.get() + weight(parts));
        (self.steps.get() <= self.limit.get()).then(|| parts.to_vec())
    }
}
