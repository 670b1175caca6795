import { PutObjectCommand } from '@aws-sdk/client-s3'
import { PutCommand } from '@aws-sdk/lib-dynamodb'

const CENTRE = 200
const FLOOR = 258

// A smooth line through all points: Catmull-Rom, written as Bézier curves.
function through (points) {
  const at = (index) => points[Math.min(Math.max(index, 0), points.length - 1)]
  return points.slice(1).map(([x, y], i) => {
    const [[ax, ay], [bx, by], [dx, dy]] = [at(i - 1), at(i), at(i + 2)]
    return `C${bx + (x - ax) / 6} ${by + (y - ay) / 6} ${x - (dx - bx) / 6} ${y - (dy - by) / 6} ${x} ${y}`
  }).join('')
}

// Like on the wheel: a profile of [radius, height] pairs from the rim down to the foot, turned around the centre.
function turned (profile) {
  const side = (sign) => profile.map(([radius, height]) => [CENTRE + sign * radius, FLOOR - height])
  const [right, left] = [side(1), side(-1).reverse()]
  const [foot] = profile.at(-1)
  return `M${right[0].join(' ')}${through(right)}Q${CENTRE} ${FLOOR + foot * 0.22} ${left[0].join(' ')}${through(left)}Z`
}

function speckles (seed) {
  let state = seed
  const next = () => (state = (state * 16807) % 2147483647) / 2147483647
  return Array.from({ length: 70 }, () =>
    `<circle cx="${(60 + next() * 280).toFixed(1)}" cy="${(60 + next() * 210).toFixed(1)}" r="${(0.5 + next()).toFixed(2)}"/>`).join('')
}

// A vessel of bare clay, dipped into its glaze down to a height, lit from the left.
function vessel (profile, { clay, glaze, dip, open = true }) {
  const [rim, top] = profile[0]
  const outline = turned(profile)
  const y = FLOOR - dip
  return `<clipPath id="body"><path d="${outline}"/></clipPath>
<g clip-path="url(#body)"><path d="${outline}" fill="${clay}"/>
<path d="M0 0H400V${y}Q300 ${y + 16} 225 ${y + 4}T60 ${y + 5}L0 ${y}Z" fill="${glaze}"/>
<g fill="#2b1d12" opacity=".28">${speckles(top * 131 + rim)}</g>
<rect width="400" height="320" fill="url(#light)"/></g>
${open ? `<ellipse cx="${CENTRE}" cy="${FLOOR - top}" rx="${rim}" ry="${2 + rim * 0.13}" fill="${glaze}"/>
<ellipse cx="${CENTRE}" cy="${FLOOR - top + 0.5}" rx="${rim - 4}" ry="${rim * 0.13}" fill="#2b1d12" opacity=".5"/>` : ''}`
}

const handle = (path, colour, width = 13) =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>
<path d="${path}" fill="none" stroke="#000" stroke-opacity=".14" stroke-width="${width}" stroke-linecap="round"/>`

const leaf = (x, y, angle, size, colour) =>
  `<path transform="translate(${x} ${y}) rotate(${angle}) scale(${size})" d="M0 0C9-8 10-24 0-36C-10-24-9-8 0 0Z" fill="${colour}"/>`

const glow = (x, y, radius) => `<circle cx="${x}" cy="${y}" r="${radius}" fill="url(#glow)"/>`

function picture ({ wall, table, sun, shadow = 95 }, piece) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 320" width="400" height="320">
<defs><linearGradient id="light"><stop offset=".2" stop-color="#fff" stop-opacity=".3"/><stop offset=".48" stop-color="#fff" stop-opacity="0"/>
<stop offset=".8" stop-color="#1a0d05" stop-opacity=".36"/></linearGradient>
<linearGradient id="air" x2="0" y2="1"><stop stop-color="#fff" stop-opacity=".28"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient>
<radialGradient id="glow"><stop stop-color="#fff3c4" stop-opacity=".95"/><stop offset=".35" stop-color="#ffd98a" stop-opacity=".45"/>
<stop offset="1" stop-color="#ffc861" stop-opacity="0"/></radialGradient>
<radialGradient id="shade"><stop stop-color="#1a0d05" stop-opacity=".42"/><stop offset="1" stop-color="#1a0d05" stop-opacity="0"/></radialGradient></defs>
<rect width="400" height="320" fill="${wall}"/><circle cx="292" cy="112" r="74" fill="${sun}"/><rect width="400" height="240" fill="url(#air)"/>
<rect y="232" width="400" height="88" fill="${table}"/><ellipse cx="218" cy="262" rx="${shadow + 22}" ry="15" fill="url(#shade)"/>
${piece}</svg>`
}

const DAWN = { wall: '#e9cdb5', table: '#c98f68', sun: '#f2e0cd' }
const SAGE = { wall: '#c3cbb5', table: '#8b9676', sun: '#dde2d0' }
const DUSK = { wall: '#b8c4cd', table: '#71838f', sun: '#dce3e7' }
const CLAY = { wall: '#dcb398', table: '#a4603f', sun: '#edd3bf' }
const NIGHT = { wall: '#3f4552', table: '#2a2d36', sun: '#4d5464' }
const LINEN = { wall: '#e5dccb', table: '#bda888', sun: '#f3eee3' }

const bowl = [[98, 92], [95, 72], [80, 38], [52, 12], [36, 6], [36, 0]]
const mug = [[58, 122], [60, 90], [60, 40], [55, 8], [48, 0]]
const round = [[30, 118], [62, 102], [86, 66], [78, 26], [46, 4], [42, 0]]

const PIECES = [
  ['teapot', 'Teapot for two', 6800, 'Pours without a drop on the cloth. Holds three cups, the third of which is yours.', picture(DAWN,
    `${handle('M276 168C342 150 346 236 268 232', '#7f9a8a', 12)}<path d="M130 216C98 208 92 170 74 146L92 138C108 164 126 166 146 172Z" fill="#7f9a8a"/>
${vessel(round, { clay: '#d9b48f', glaze: '#8faa99', dip: 28, open: false })}
<ellipse cx="200" cy="140" rx="36" ry="9" fill="#6f8b7b"/><path d="M168 138Q200 108 232 138Z" fill="#8faa99"/><circle cx="200" cy="117" r="8" fill="#d9b48f"/>`)],
  ['mug-tall', 'Morning mug', 2400, 'Heavy enough to be trusted before seven, with room for a whole hand in its handle.', picture(DUSK,
    `${handle('M256 158C322 150 320 232 252 226', '#e8ddc9', 14)}${vessel(mug, { clay: '#c99b74', glaze: '#efe6d5', dip: 34 })}`)],
  ['cup-espresso', 'Espresso cup and saucer', 2900, 'Sixty millilitres and a saucer that catches the biscuit.', picture(CLAY,
    `<ellipse cx="200" cy="252" rx="104" ry="19" fill="#3d5a66"/><ellipse cx="200" cy="249" rx="92" ry="14" fill="#4b6b78"/>
<ellipse cx="204" cy="250" rx="52" ry="8" fill="#22353d" opacity=".5"/>
<g transform="translate(0 -10)">${handle('M246 190C290 184 288 232 238 228', '#4b6b78', 9)}
${vessel([[50, 84], [50, 60], [43, 22], [28, 2], [26, 0]], { clay: '#e0bd9a', glaze: '#56798a', dip: 16 })}</g>`)],
  ['bowl-soup', 'Wide bowl', 3400, 'For soup, for noodles, and for the fruit in between.', picture(SAGE,
    vessel(bowl, { clay: '#c58a63', glaze: '#f0e7d6', dip: 44 }))],
  ['plate-dinner', 'Dinner plate', 3100, 'A wide rim, a shallow well and a glaze that no knife has marked yet.', picture(LINEN,
    `<circle cx="200" cy="154" r="108" fill="#93a7a3"/><circle cx="200" cy="152" r="108" fill="#bccac4"/><circle cx="200" cy="152" r="103" fill="#aebfb9"/>
<circle cx="200" cy="152" r="76" fill="#a1b4ae"/><circle cx="201" cy="154" r="73" fill="#bccac4"/>
<clipPath id="body"><circle cx="200" cy="152" r="102"/></clipPath><g fill="#2b1d12" opacity=".25" clip-path="url(#body)">${speckles(77)}</g>
<path d="M118 110A92 92 0 0 1 190 60" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="6" stroke-linecap="round"/>`)],
  ['pitcher', 'Kitchen pitcher', 5200, 'Water at noon, milk in the morning, peonies when there are any.', picture(DUSK,
    `${handle('M236 98C318 92 306 206 262 214', '#c4694a', 14)}
${vessel([[40, 178], [36, 150], [48, 108], [66, 62], [60, 18], [46, 0]], { clay: '#dfbc98', glaze: '#c9714f', dip: 46 })}
<path d="M163 76Q146 74 138 84Q152 86 164 96Z" fill="#c9714f"/>`)],
  ['vase-olive', 'Bottle vase', 5900, 'Tall, calm and good with a single branch.', picture(CLAY,
    `<path d="M202 96C206 66 214 44 236 22" fill="none" stroke="#5d5a38" stroke-width="3.5"/>
${leaf(205, 84, -48, 0.8, '#77824f')}${leaf(207, 72, 58, 0.85, '#8b965f')}${leaf(213, 55, -34, 0.8, '#77824f')}${leaf(221, 42, 74, 0.8, '#6b7547')}${leaf(236, 24, 36, 0.6, '#8b965f')}
${vessel([[19, 170], [16, 140], [22, 108], [58, 76], [68, 40], [50, 6], [44, 0]], { clay: '#e2c3a3', glaze: '#f4ecdf', dip: 36 })}`)],
  ['vase-bud', 'Bud vase', 2700, 'One flower is enough.', picture(SAGE,
    `<path d="M200 152C198 122 194 100 202 76" fill="none" stroke="#56663f" stroke-width="3.5"/>${leaf(198, 126, -62, 0.75, '#65774a')}
<g fill="#e9b44c">${[0, 60, 120, 180, 240, 300].map((angle) => `<ellipse transform="rotate(${angle} 202 70)" cx="202" cy="52" rx="10" ry="17"/>`).join('')}</g><circle cx="202" cy="70" r="9" fill="#8a4f24"/>
${vessel([[16, 112], [15, 96], [30, 76], [52, 42], [44, 8], [34, 0]], { clay: '#d3a683', glaze: '#a9503a', dip: 30 })}`)],
  ['planter', 'Windowsill planter', 4300, 'Drains well, stands straight and forgives a missed week.', picture(LINEN,
    `${[[-58, 1.9], [-34, 2.4], [-12, 2.8], [14, 2.7], [36, 2.3], [60, 1.8]].map(([angle, size], index) =>
      leaf(200 + angle / 3, 176, angle, size, ['#5f7d57', '#789669', '#4f6c4b'][index % 3])).join('')}
${vessel([[72, 96], [72, 84], [66, 40], [56, 6], [54, 0]], { clay: '#c47f5b', glaze: '#d9956e', dip: 70 })}`)],
  ['candle-holder', 'Candle holder', 2200, 'A low dish with a thumb ring, for the way upstairs.', picture(NIGHT,
    `${glow(200, 104, 120)}<rect x="187" y="130" width="26" height="100" rx="5" fill="#f6ecd8"/><rect x="187" y="130" width="26" height="100" rx="5" fill="url(#light)"/>
<path d="M200 130V120" stroke="#3a2a1a" stroke-width="2.5"/><path d="M200 84C213 102 210 122 200 122S187 102 200 84Z" fill="#ffcf6b"/><path d="M200 102C206 110 205 120 200 120S194 110 200 102Z" fill="#fff6dc"/>
${handle('M276 236C314 222 314 258 274 250', '#a85f43', 9)}${vessel([[82, 34], [80, 22], [62, 4], [58, 0]], { clay: '#d7a784', glaze: '#b96d4e', dip: 12, open: false })}`)],
  ['lamp-table', 'Reading lamp', 12900, 'A stoneware foot, a linen shade and the right light for the last chapter.', picture(NIGHT,
    `${glow(200, 116, 170)}<path d="M200 120V170" stroke="#caa46a" stroke-width="6"/>
<path d="M160 48H240L276 134Q200 148 124 134Z" fill="#ffe9bd"/><path d="M160 48H240L276 134Q200 148 124 134Z" fill="url(#glow)"/><ellipse cx="200" cy="48" rx="40" ry="5" fill="#fff6e0"/>
${vessel([[12, 104], [18, 94], [52, 68], [56, 36], [38, 6], [40, 0]], { clay: '#cda583', glaze: '#6e8c8f', dip: 26, open: false })}`)],
  ['lantern-house', 'House lantern', 4700, 'Put a tea light inside and somebody is home.', picture(NIGHT,
    `${glow(200, 190, 150)}<path d="M136 258V142L200 84L264 142V258Z" fill="#e8dac4"/><path d="M200 84L264 142V258H200Z" fill="#000" opacity=".12"/>
<path d="M124 150L200 80L276 150" fill="none" stroke="#b9684a" stroke-width="13" stroke-linejoin="round" stroke-linecap="round"/><rect x="232" y="84" width="18" height="36" fill="#b9684a"/>
<g fill="#ffd98a"><rect x="156" y="164" width="30" height="34" rx="15"/><rect x="214" y="164" width="30" height="34" rx="15"/><path d="M184 258V228A16 16 0 0 1 216 228V258Z"/><circle cx="200" cy="134" r="10"/></g>
<g stroke="#8f5a36" stroke-width="2.5"><path d="M171 164V198M156 182H186M229 164V198M214 182H244"/></g>`)],
]

// The shelf's first pieces. What has been put there by somebody else stays as it is, so that it can be run again.
export async function up ({ documents, objects, configuration, signal }) {
  for (const [id, name, price, description, svg] of PIECES) {
    signal.throwIfAborted()
    const image = `${id}.svg`
    await objects.send(new PutObjectCommand({
      Bucket: configuration.IMAGES_BUCKET, Key: `images/${image}`, Body: svg, ContentType: 'image/svg+xml',
    }))
    try {
      await documents.send(new PutCommand({
        TableName: configuration.PRODUCTS_TABLE,
        Item: { id, name, description, price_cents: price, image, created_at: new Date().toISOString() },
        ConditionExpression: 'attribute_not_exists(id)',
      }))
    } catch (error) {
      if (error.name !== 'ConditionalCheckFailedException') throw error
    }
  }
}
