//! Where lines leave and enter boxes: at their sides, one below the other, so that no two ends are at one place.

use std::collections::HashMap;

use super::parts::Size;

/// So far are ends from each other, where there is room.
const APART: f64 = 11.0;

/// So far lines go straight, for their ends to point at the box.
const STRAIGHT: f64 = 16.0;

/// A box with its middle at a place.
#[derive(Clone, Copy)]
pub struct Placed {
    pub at: (f64, f64),
    pub size: Size,
}

/// A line between two boxes, by their indices; its points go from the one to the other.
pub struct Line {
    pub from: usize,
    pub to: usize,
    pub points: Vec<(f64, f64)>,
}

/// Moves the ends of all lines to the sides of their boxes.
pub fn spread(boxes: &[Placed], lines: &mut [Line]) {
    for line in lines.iter_mut().filter(|line| line.from == line.to) {
        line.points = around(boxes[line.from]);
    }
    // By the box and the side: which line, and whether it is its last point.
    let mut sides: HashMap<(usize, bool), Vec<(usize, bool)>> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        if line.from == line.to || line.points.len() < 2 {
            continue;
        }
        let is_forward = boxes[line.from].at.0 <= boxes[line.to].at.0;
        sides
            .entry((line.from, is_forward))
            .or_default()
            .push((index, false));
        sides
            .entry((line.to, !is_forward))
            .or_default()
            .push((index, true));
    }
    for ((index, is_right), mut ends) in sides {
        let Placed { at, size } = boxes[index];
        // In the order of where they go to, so that they do not cross here.
        let next = |&(line, is_last): &(usize, bool)| {
            let points = &lines[line].points;
            if is_last {
                points[points.len() - 2].1
            } else {
                points[1].1
            }
        };
        ends.sort_by(|one, other| next(one).total_cmp(&next(other)).then(one.cmp(other)));
        let gaps = u32::try_from(ends.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let gaps = f64::from(gaps);
        let apart = APART.min((size.height - 14.0) / gaps.max(1.0));
        let x = at.0 + if is_right { size.width } else { -size.width } / 2.0;
        let mut y = at.1 - apart * gaps / 2.0;
        for (line, is_last) in ends {
            let points = &mut lines[line].points;
            let before = x + if is_right { STRAIGHT } else { -STRAIGHT };
            if is_last {
                points.pop();
                points.extend([(before, y), (x, y)]);
            } else {
                points.splice(..1, [(x, y), (before, y)]);
            }
            y += apart;
        }
    }
}

/// A small loop below the right corner, for a service that calls itself.
fn around(Placed { at, size }: Placed) -> Vec<(f64, f64)> {
    let right = at.0 + size.width / 2.0;
    let bottom = at.1 + size.height / 2.0;
    vec![
        (right - 44.0, bottom),
        (right - 48.0, bottom + 26.0),
        (right - 16.0, bottom + 26.0),
        (right - 20.0, bottom),
    ]
}
