//! Figures out of many.

/// What so many percent of them do not exceed. Sorts them; 0 of none.
pub fn percentile(figures: &mut [f64], percent: f64) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "it is a place in a slice"
    )]
    let place = (figures.len() as f64 * percent / 100.0).ceil() as usize;
    let place = place.saturating_sub(1);
    figures.get(place).copied().unwrap_or_default()
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    percentile(&mut figures, 50.0)
}

pub fn mean(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let number = u32::try_from(figures.len()).unwrap_or(u32::MAX);
    figures.sum::<f64>() / f64::from(number)
}
