/** Letters of other alphabets that are drawn like Latin ones, beside those that compatibility decomposition knows. */
const ALIKE: Readonly<Record<string, string>> = {
  a: 'аɑαᴀꭺ',
  b: 'Ьʙƅ',
  c: 'сϲςᴄⲥꮯ',
  d: 'ԁᴅđɖ',
  e: 'еεᴇєꮛ',
  f: 'ꜰƒ',
  g: 'ɡɢցǥ',
  h: 'һհʜħ',
  i: 'іιıɩɪᎥ',
  j: 'јϳᴊ',
  k: 'кκᴋ',
  l: 'ӏʟłⲓ',
  m: 'мᴍꮇ',
  n: 'ոɴηп',
  o: 'оοᴏօⲟøσഠ○◯',
  p: 'рρᴘ',
  q: 'ԛզ',
  r: 'ʀгꭇ',
  s: 'ѕꜱʂꮪ',
  t: 'тτᴛŧ',
  u: 'υսᴜʋ',
  v: 'νѵᴠ',
  w: 'ԝωᴡѡ',
  x: 'хχ',
  y: 'уγʏү',
  z: 'ᴢʐꮓ',
}

const LATIN = new Map(
  Object.entries(ALIKE).flatMap(([latin, others]) => [...others].map((other) => [other.toLowerCase(), latin])),
)

/** The first of 26 symbols in a row, A to Z: letters in black circles, in black squares, and those that flags are made of. */
const ROWS_OF_SYMBOLS = [0x1f150, 0x1f170, 0x1f1e6]

function latinOf(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const row = ROWS_OF_SYMBOLS.find((first) => code >= first && code < first + 26)
  return row === undefined ? (LATIN.get(char) ?? char) : String.fromCharCode(0x61 + code - row)
}

/** What a text in lower case looks like in plain Latin letters, without its accents and other marks. */
export const latinLook = (text: string): string => [...text.normalize('NFKD').replace(/\p{M}/gu, '')].map(latinOf).join('')
