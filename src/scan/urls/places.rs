//! What URLs have to do with one another by where they stand: one is a part of another, or is what that is read from.
//!
//! All of it is looked up by places, because a file may have thousands of them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use service_connect_codegen::Place;

use super::{HandBuilt, Part, Position, shape};

/// URLs by the places where they stand.
pub struct Places(HashMap<usize, Vec<(usize, usize)>>);

impl Places {
    /// Those of one package.
    pub fn of(urls: &[HandBuilt]) -> Self {
        let mut by_file: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (index, url) in urls.iter().enumerate() {
            let all = by_file.entry(url.spot.file).or_default();
            all.push((url.span.start, index));
        }
        for all in by_file.values_mut() {
            all.sort_unstable();
        }
        Self(by_file)
    }

    /// The indices of those in these bytes of a file.
    pub fn within<'p>(
        &'p self,
        urls: &'p [HandBuilt],
        file: usize,
        bytes: &'p Range<usize>,
    ) -> impl Iterator<Item = usize> + 'p {
        let all = self.0.get(&file).map_or(&[][..], Vec::as_slice);
        let first = all.partition_point(|(start, _)| *start < bytes.start);
        let all = all[first..].iter();
        let begins = all.take_while(|(start, _)| *start < bytes.end);
        let indices = begins.map(|(_, index)| *index);
        indices.filter(|index| urls[*index].span.end <= bytes.end)
    }
}

/// Where each text of a URL is written, if that is where its function is given it: by another package, or as one of several.
pub fn given(
    package: usize,
    url: &HandBuilt,
    found: &[Vec<HandBuilt>],
    places: &[Places],
) -> Vec<Vec<Place>> {
    let own = url
        .origins
        .iter()
        .map(|(file, bytes)| (package, *file, bytes));
    let foreign = url
        .foreign
        .iter()
        .map(|(other, file, bytes)| (*other, *file, bytes));
    let (mut written, mut seen) = (Vec::new(), HashSet::new());
    for (other, file, bytes) in own.chain(foreign) {
        for index in places[other].within(&found[other], file, bytes) {
            let origin = &found[other][index];
            let is_elsewhere = other != package || origin.spot != url.spot;
            let is_told =
                other != package || url.variants.len() > 1 || origin.position == Position::Argument;
            // What is read from others is written there.
            if is_elsewhere
                && is_told
                && let [text] = &origin.variants[..]
                && origin.origins.is_empty()
                && origin.foreign.is_empty()
                && seen.insert((other, index))
            {
                written.push((shape(text), &origin.place));
            }
        }
    }
    let of = |text: &Vec<Part>| {
        let text = shape(text);
        let begins = |begin: &str| {
            let rest = text.strip_prefix(begin);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        let written = written.iter().filter(|(begin, _)| begins(begin));
        let longest = written.clone().map(|(begin, _)| begin.len()).max();
        let longest = written.filter(|(begin, _)| Some(begin.len()) == longest);
        let mut places: Vec<_> = longest.map(|(_, place)| (*place).clone()).collect();
        places.sort_by_key(|place: &Place| (place.file.clone(), place.span.start));
        places
    };
    url.variants.iter().map(of).collect()
}

/// Without those that are parts of others, or that others are read from.
pub fn settled(mut found: Vec<HandBuilt>) -> Vec<HandBuilt> {
    let places = Places::of(&found);
    let mut others = HashSet::new();
    for (index, outer) in found.iter().enumerate() {
        let within = places.within(&found, outer.spot.file, &outer.span);
        // Of two for the same bytes, the first was told more of what is around it.
        let is_part = |part: &usize| found[*part].span != outer.span || index < *part;
        others.extend(within.filter(|part| *part != index).filter(is_part));
        if outer.position == Position::Value {
            continue;
        }
        for (file, bytes) in &outer.origins {
            let origins = places.within(&found, *file, bytes);
            others.extend(
                origins.filter(|origin| *origin != index && found[*origin].span != outer.span),
            );
        }
    }
    without(&mut found, &others);
    found
}

/// Without those of these indices.
pub fn without(found: &mut Vec<HandBuilt>, others: &HashSet<usize>) {
    let mut index = 0..;
    found.retain(|_| index.next().is_none_or(|index| !others.contains(&index)));
}
