"""What tests.benchmarks.fleet has measured, drawn: a panel for each of three costs, a line for each playbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
WIDTH, HEIGHT, LEFT, BOTTOM, GAP = 300, 190, 46, 36, 24
COLORS = {"immediate": "#2b6cb0", "readiness": "#b7600b"}
PANELS: dict[str, Callable[[Row], float]] = {
    "Processors' seconds a place": lambda row: row["processor_seconds"] / row["places"],
    "Seconds a place": lambda row: row["seconds"] / row["places"],
    "Memory of the run in MB": lambda row: row["memory_mb"],
}


def chart(rows: Sequence[Row]) -> str:
    total = len(PANELS) * (WIDTH + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {HEIGHT + 60}" font-family="sans-serif" font-size="11" role="img">',
        f"<title>{', '.join(PANELS)}, by number of places</title>",
        f'<rect width="{total}" height="{HEIGHT + 60}" fill="#fff"/>',
    ]
    for number, (title, value) in enumerate(PANELS.items()):
        parts += [f'<g transform="translate({number * (WIDTH + GAP)}, 24)">', *_panel(title, rows, value), "</g>"]
    for number, (name, color) in enumerate(COLORS.items()):
        parts.append(f'<text x="{LEFT + 90 * number}" y="{HEIGHT + 52}" fill="{color}">● {name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(title: str, rows: Sequence[Row], value: Callable[[Row], float]) -> list[str]:
    most_places, most = max(row["places"] for row in rows), max(map(value, rows)) * 1.15

    def at(row: Row) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT) * row["places"] / most_places
        return round(x, 1), round((HEIGHT - BOTTOM) * (1 - value(row) / most), 1)

    axis = HEIGHT - BOTTOM
    parts = [
        f'<text x="{LEFT}" y="-8" font-weight="600">{title}</text>',
        f'<path d="M{LEFT} 0V{axis}H{WIDTH}" fill="none" stroke="#5b6475"/>',
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end" fill="#5b6475">places</text>',
        *(f'<text x="{at(row)[0]}" y="{axis + 14}" text-anchor="middle">{row["places"]}</text>' for row in _of(rows, "immediate")),
        *(
            f'<text x="{LEFT - 4}" y="{round(axis * (1 - part), 1) + 4}" text-anchor="end">{round(most * part, 1):g}</text>'
            for part in (0, 0.25, 0.5, 0.75)
        ),
    ]
    for name, color in COLORS.items():
        points = [at(row) for row in _of(rows, name)]
        parts.append(f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>' for x, y in points]
    return parts


def _of(rows: Sequence[Row], playbook: str) -> list[Row]:
    return [row for row in rows if row["playbook"] == playbook]
