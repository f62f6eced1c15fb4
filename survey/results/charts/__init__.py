"""Charts: typed geometry worked out here, drawn as SVG by the macros of templates/results/charts.

Every chart is made from published rows only. A row that is not shown becomes one constant object
without any value, so that an empty, a small and a protected group are drawn with the same bytes.
"""
