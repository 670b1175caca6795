// What a page says, which the filter script_said has translated by now, with its values.
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
// For a search, in which no i differs from another: İ is no letter of English, and its small form has two code points there.
const folded = (text) => text.toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ı', 'i')
