import { z } from 'zod'
import { type Decimal, formatDecimal, decimal as parse, parseDecimal } from '../decimal.ts'
import { type Id, requireId } from '../ids.ts'

/** An id of a kind; a UUID where it is stored. */
export const id = <Kind extends string>() =>
  z.codec(
    z.uuid(),
    z.custom<Id<Kind>>((value) => typeof value === 'string'),
    {
      decode: (text) => requireId<Kind>(text),
      encode: (value) => value,
    },
  )

/** An instant in UTC with milliseconds; ISO 8601 where it is stored. */
export const instant = () =>
  z.codec(z.iso.datetime({ offset: true }), z.date(), {
    decode: (text) => new Date(text),
    encode: (value) => value.toISOString(),
  })

/** An exact number; a decimal string where it is stored. */
export const amount = () =>
  z.codec(
    z.string().refine((text) => parseDecimal(text) !== null),
    z.custom<Decimal>((value) => typeof value === 'object' && value !== null && 'units' in value),
    {
      decode: (text) => parse(text),
      encode: (value) => formatDecimal(value),
    },
  )
