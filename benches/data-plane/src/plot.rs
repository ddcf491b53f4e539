//! Pictures of what a table does not show.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

const SIZE: (u32, u32) = (900, 420);
const FONT: &str = "sans-serif";
/// Of lines next to each other; those of this library come first.
const COLORS: [RGBColor; 5] = [
    RGBColor(0, 90, 181),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(120, 120, 120),
];

/// A line.
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// An SVG of some lines; heights are logarithmic, or begin at 0.
pub fn draw(
    title: &str,
    x: &str,
    y: &str,
    is_logarithmic: bool,
    series: &[Series],
) -> Result<String> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let drawn = lines(&area, [title, x, y], is_logarithmic, series);
    drawn.map_err(|error| anyhow!("{title:?} cannot be drawn: {error}"))?;
    drop(area);
    Ok(svg)
}

type Drawn<'a, T = ()> =
    Result<T, DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn lines<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    [title, x, y]: [&str; 3],
    is_logarithmic: bool,
    series: &[Series],
) -> Drawn<'a> {
    area.fill(&WHITE)?;
    let points = || series.iter().flat_map(|line| &line.points);
    let right = points().map(|point| point.0).fold(1.0, f64::max);
    let top = points().map(|point| point.1).fold(1.0, f64::max) * 1.2;
    let mut builder = ChartBuilder::on(area);
    builder
        .caption(title, (FONT, 18))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(60);
    macro_rules! draw {
        ($heights:expr) => {{
            let mut chart = builder.build_cartesian_2d(0.0..right, $heights)?;
            chart
                .configure_mesh()
                .x_desc(x)
                .y_desc(y)
                .max_light_lines(0)
                .draw()?;
            for (line, color) in series.iter().zip(COLORS) {
                chart
                    .draw_series(LineSeries::new(
                        line.points.iter().copied(),
                        color.stroke_width(2),
                    ))?
                    .label(&line.name)
                    .legend(move |(x, y)| {
                        PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2))
                    });
            }
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .background_style(WHITE.mix(0.8))
                .border_style(BLACK.mix(0.2))
                .draw()?;
        }};
    }
    if is_logarithmic {
        draw!((0.1..top).log_scale());
    } else {
        draw!(0.0..top);
    }
    area.present()
}
