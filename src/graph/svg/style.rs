//! Colours, for light and dark pages. Ways differ in their dashes and ends too, for who does not tell colours apart.

/// The style sheet of the picture.
pub const SHEET: &str = "\
text { font-family: -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; font-size: 14px }
.page { fill: #ffffff }
.title { font-size: 18px; font-weight: 600 }
.name { font-weight: 600; text-anchor: middle }
.kind, .host, .center { text-anchor: middle }
.kind, .small { font-size: 11px; fill: #59636e }
.host { font-size: 12px }
.way { font-size: 11px; text-anchor: middle }
.box { stroke-width: 1.5 }
.public { fill: #ddf4ff; stroke: #0969da }
.backend { fill: #f6f8fa; stroke: #59636e }
.worker { fill: #fff8c5; stroke: #9a6700 }
.job { fill: #ffeff7; stroke: #bf3989 }
.site { fill: #dafbe1; stroke: #1a7f37 }
.external { fill: #ffffff; stroke: #59636e; stroke-dasharray: 5 3 }
.outside { fill: #ffffff; stroke: #afb8c1 }
.line { fill: none; stroke-width: 1.75 }
.behind { fill: #ffffff; fill-opacity: 0.9 }
.connect { stroke: #0a7f5a } .connect-text { fill: #0a7f5a }
.discovery { stroke: #0969da; stroke-dasharray: 7 4 } .discovery-text { fill: #0969da }
.doubtful { stroke: #9a6700; stroke-dasharray: 9 3 2 3 } .doubtful-text { fill: #9a6700 }
.broken { stroke: #cf222e; stroke-dasharray: 2 4 } .broken-text { fill: #cf222e; font-weight: 600 }
.names { stroke: #afb8c1 }
.end { fill: none; stroke-dasharray: none; stroke-width: 1.75 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.page { fill: #0d1117 }
.kind, .small { fill: #9198a1 }
.public { fill: #10233f; stroke: #4493f8 }
.backend { fill: #1c2128; stroke: #9198a1 }
.worker { fill: #2e2406; stroke: #d29922 }
.job { fill: #3a1230; stroke: #db61a2 }
.site { fill: #0f2d18; stroke: #3fb950 }
.external, .outside { fill: #0d1117; stroke: #9198a1 }
.behind { fill: #0d1117 }
.connect { stroke: #3fb98f } .connect-text { fill: #3fb98f }
.discovery { stroke: #58a6ff } .discovery-text { fill: #58a6ff }
.doubtful { stroke: #d29922 } .doubtful-text { fill: #d29922 }
.broken { stroke: #ff7b72 } .broken-text { fill: #ff7b72 }
.names { stroke: #59636e }
}";
