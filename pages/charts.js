// Charts that keep to the page's colours and to the width of their place.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
const axis = (label, more) => ({ label, labelSize: 22, stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line') }, ...more })
const line = (label, name, more) => ({ label, stroke: colour(name), width: 2, points: { show: false }, spanGaps: false, ...more })
const fromZero = { range: (_, least, most) => [0, (most || 1) * 1.1] }
const drawn = new Map()

// `describe` makes uPlot's options anew whenever colours change.
function chart (place, height, describe, columns) {
  const draw = () => {
    drawn.get(place)?.chart.destroy()
    const style = getComputedStyle(place)
    const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    drawn.set(place, { draw, chart: new uPlot({ width, height, cursor: { drag: { x: true, y: false } }, ...describe() }, columns, place) })
  }
  draw()
}
function drawAgain () {
  for (const { draw } of [...drawn.values()]) draw()
}
addEventListener('resize', drawAgain)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAgain)
