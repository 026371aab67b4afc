import { type Decimal, isStorable } from '@planet/runtime/decimal'
import { findLineFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'
import { isWebAddress } from '@planet/runtime/web-address'

export type PinKind = 'ETF_FLOW' | 'STABLECOIN_FLOW' | 'WHALE_POSITION' | 'INSTRUMENT_PRICE' | 'LINK'

const MAX_TITLE = 120
const MAX_SOURCE = 60
const UNIT = /^[A-Z0-9%][A-Z0-9.%/-]{0,11}$/

/** Pins that a session holds up at once. */
export const MAX_PINS = 10

/** A piece of market context as its host gives it, texts trimmed. */
export type PinRequest = {
  readonly kind: PinKind
  readonly title: string
  readonly source: string
  readonly sourceUrl: string | null
  readonly value: Decimal | null
  readonly unit: string | null
  readonly hasInstrument: boolean
  /** Whether the instrument, if there is one, is listed. */
  readonly isListed: boolean
  readonly asOf: Date | null
}

/** Every fault of a pin, in the order of the input's fields; empty if it may be stored. */
export function findPinFaults(pin: PinRequest, now: Date): InputFault[] {
  const faults = [...findLineFaults('title', pin.title, MAX_TITLE), ...findLineFaults('source', pin.source, MAX_SOURCE)]
  const fault = (field: string, message: string) => void faults.push({ field, message })
  if (pin.sourceUrl !== null && !isWebAddress(pin.sourceUrl)) fault('sourceUrl', 'Must be an https address.')
  if (pin.kind === 'LINK') {
    if (pin.sourceUrl === null) fault('sourceUrl', 'A link needs an address.')
    if (pin.value !== null) fault('value', 'A link has no value.')
    if (pin.unit !== null) fault('unit', 'A link has no unit.')
    if (pin.asOf !== null) fault('asOf', 'A link is of no moment.')
  } else {
    if (pin.value === null) fault('value', 'A figure needs a value.')
    else if (!isStorable(pin.value)) fault('value', 'Is too large.')
    if (pin.unit === null || !UNIT.test(pin.unit)) fault('unit', 'Must be a currency, asset or measure, e.g. `USD`.')
    if (pin.asOf === null) fault('asOf', 'A figure needs the moment it is of.')
    else if (pin.asOf > now) fault('asOf', 'Must not be in the future.')
  }
  if (pin.hasInstrument && !pin.isListed) fault('instrumentId', 'No such instrument.')
  if (pin.kind === 'INSTRUMENT_PRICE' && !pin.hasInstrument) fault('instrumentId', 'A price is of an instrument.')
  return faults
}
