//! Plots in both languages, each for light and for dark pages.

use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::results::{Language, Results, Server, What, number};
use crate::table::Document;

/// The colours as they are drawn, which a light page shows, and those that a dark one shows.
const COLOURS: [(RGBColor, &str); 7] = [
    (BACKGROUND, "#0d1117"),
    (TEXT, "#e6edf3"),
    (GRID, "#30363d"),
    (RGBColor(9, 105, 218), "#58a6ff"),
    (RGBColor(207, 34, 46), "#ff7b72"),
    (RGBColor(26, 127, 55), "#56d364"),
    (RGBColor(191, 135, 0), "#e3b341"),
];
const BACKGROUND: RGBColor = RGBColor(255, 255, 255);
const TEXT: RGBColor = RGBColor(31, 35, 40);
const GRID: RGBColor = RGBColor(216, 222, 228);

const STEPS: [&str; 4] = ["step6-thread", "step7-poll", "step8-epoll", "step9-await"];

/// One plot: a line for each server, over the number of silent clients.
struct Plot {
    name: &'static str,
    what: fn(usize) -> What,
    /// English and Russian.
    titles: [&'static str; 2],
    clients: [&'static str; 2],
}

const PLOTS: [Plot; 2] = [
    Plot {
        name: "round-trips",
        what: |silent| What::RoundTrips { busy: 1, silent },
        titles: [
            "Round trips a second of one busy client",
            "Обменов в секунду у одного занятого клиента",
        ],
        clients: ["silent clients beside it", "молчащих клиентов рядом"],
    },
    Plot {
        name: "memory",
        what: |silent| What::Memory { silent },
        titles: ["Memory of the server, KiB (VmRSS)", "Память сервера, КиБ (VmRSS)"],
        clients: ["silent clients", "молчащих клиентов"],
    },
];

/// Draws what was measured beside silent clients, if it was, into files such as
/// `memory.en.svg`.
pub fn draw(results: &Results, folder: &Path) -> io::Result<()> {
    for plot in PLOTS {
        let lines = lines(results, plot.what);
        let points = || lines.iter().flat_map(|(_, points)| points.iter().copied());
        let Some(range) = range(points().map(|(_, value)| value)) else { continue };
        let Some(clients) = self::range(points().map(|(silent, _)| silent)) else {
            continue;
        };
        for document in [Document::English, Document::Russian] {
            let name = format!("{}.{}.svg", plot.name, ["en", "ru"][document as usize]);
            let mut svg = String::new();
            one(&mut svg, results, &plot, document, &lines, &clients, &range)
                .map_err(|error| io::Error::other(error.to_string()))?;
            fs::write(folder.join(name), light_and_dark(&svg))?;
        }
    }
    Ok(())
}

/// The same picture, with the colours that suit the page.
fn light_and_dark(svg: &str) -> String {
    let mut svg = svg.to_owned();
    let (mut light, mut dark) = (String::new(), String::new());
    for (index, (RGBColor(r, g, b), other)) in COLOURS.into_iter().enumerate() {
        let colour = format!("#{r:02X}{g:02X}{b:02X}");
        svg = svg.replace(&format!("\"{colour}\""), &format!("\"var(--c{index})\""));
        light += &format!(" --c{index}: {colour};");
        dark += &format!(" --c{index}: {other};");
    }
    let style = format!(
        "<style>\nsvg {{{light} }}\n\
         @media (prefers-color-scheme: dark) {{ svg {{{dark} }} }}\n</style>"
    );
    svg.replacen('\n', &format!("\n{style}\n"), 1)
}

/// The medians of a server over the number of silent clients.
type Line = (Server, Vec<(f64, f64)>);

fn lines(results: &Results, what: fn(usize) -> What) -> Vec<Line> {
    let servers = results.servers().into_iter().filter(|server| STEPS.contains(&server.0));
    let line = |server: Server| {
        // No logarithm has 0 clients.
        let points = [10, 100, 1000, 10_000].into_iter().filter_map(|silent| {
            Some((silent as f64, results.spread(server, what(silent))?.median))
        });
        (server, points.collect::<Vec<_>>())
    };
    servers.map(line).filter(|(_, points)| points.len() > 1).collect()
}

/// From a power of ten to a power of ten.
fn range(values: impl Iterator<Item = f64> + Clone) -> Option<Range<f64>> {
    let least = values.clone().reduce(f64::min)?;
    let most = values.reduce(f64::max)?;
    Some(10f64.powf(least.log10().floor())..10f64.powf(most.log10().ceil()))
}

fn one(
    svg: &mut String,
    results: &Results,
    plot: &Plot,
    document: Document,
    lines: &[Line],
    clients: &Range<f64>,
    range: &Range<f64>,
) -> Result<(), Box<dyn Error>> {
    const FONT: &str = "sans-serif";
    let language = document as usize;
    let area = SVGBackend::with_string(svg, (760, 460)).into_drawing_area();
    area.fill(&BACKGROUND)?;
    let style = |size: i32| (FONT, size).into_font().color(&TEXT);
    let text = |text: &str, x, y, size| {
        area.draw(&Text::new(text.to_owned(), (x, y), style(size)))
    };
    text(plot.titles[language], 20, 14, 19)?;
    text(&results.machine, 20, 438, 12)?;
    let (drawing, legend) = area.margin(46, 34, 12, 20).split_horizontally(550);
    let mut chart = ChartBuilder::on(&drawing)
        .set_label_area_size(LabelAreaPosition::Left, 66)
        .set_label_area_size(LabelAreaPosition::Bottom, 46)
        .build_cartesian_2d(clients.clone().log_scale(), range.clone().log_scale())?;
    let grouped = |value: &f64| match document {
        Document::English => number(*value),
        Document::Russian => number(*value).replace(',', "\u{a0}"),
    };
    chart
        .configure_mesh()
        .x_desc(plot.clients[language])
        .x_label_formatter(&grouped)
        .y_label_formatter(&grouped)
        .label_style(style(13))
        .axis_style(TEXT)
        .bold_line_style(GRID)
        .max_light_lines(1)
        .draw()?;
    for ((step, language), points) in lines {
        let colour = STEPS.iter().position(|other| other == step).unwrap_or_default();
        let colour = COLOURS[3 + colour].0;
        let points = points.iter().copied();
        match language {
            Language::Rust => {
                chart
                    .draw_series(LineSeries::new(points.clone(), colour.stroke_width(3)))?;
                chart.draw_series(
                    points.map(|point| Circle::new(point, 4, colour.filled())),
                )?;
            }
            Language::C => {
                let line = colour.stroke_width(1);
                chart.draw_series(DashedLineSeries::new(points, 9, 5, line))?;
            }
            Language::Python => {
                let line = colour.stroke_width(2);
                chart.draw_series(DashedLineSeries::new(points, 2, 5, line))?;
            }
        }
    }
    let mut y = 16;
    let middle = |size| style(size).pos(Pos::new(HPos::Left, VPos::Center));
    for (step, (colour, _)) in STEPS.iter().zip(&COLOURS[3..]) {
        if lines.iter().any(|((other, _), _)| other == step) {
            let line = [(14, y), (44, y)];
            legend.draw(&PathElement::new(line, colour.stroke_width(3)))?;
            legend.draw(&Circle::new((29, y), 4, colour.filled()))?;
            legend.draw(&Text::new(*step, (54, y), middle(14)))?;
            y += 26;
        }
    }
    for (name, length, width) in [("Rust", 30, 3), ("C", 9, 1), ("Python", 2, 2)] {
        y += 22;
        for x in (14..44).step_by(length + 5) {
            let end = (x + length as i32).min(44);
            let line = [(x, y), (end, y)];
            legend.draw(&PathElement::new(line, TEXT.stroke_width(width)))?;
        }
        legend.draw(&Text::new(name, (54, y), middle(14)))?;
    }
    area.present()?;
    Ok(())
}
