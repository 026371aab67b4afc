import { type GraphQLArgument, type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql'
import type { Choice } from './choice.ts'

type Variable = {
  readonly name: string
  readonly type: string
  readonly written: string | undefined
  /** What is sent, each time another; undefined if nothing is. */
  readonly values: readonly unknown[]
}

export type Variables = Readonly<Record<string, unknown>>

/** Writes arguments and conditions of one operation, and keeps the variables that they use. */
export type ValueWriter = {
  /** Empty, or what stands behind the field's name. */
  args(definitions: readonly GraphQLArgument[]): string
  /** Mostly empty. */
  conditions(probability?: number): string
  /** Empty, or what stands behind the operation's name. */
  declarations(): string
  sent(time: 0 | 1): Variables
}

export function createValueWriter(choice: Choice, ids: readonly string[]): ValueWriter {
  const variables: Variable[] = []

  const variable = (type: string, literal: () => { text: string; value: unknown }): string => {
    // Engines send variables of their own beside the client's.
    const name = variables.length === 0 && choice.chance(0.05) ? 'representations' : `v${variables.length}`
    // A required variable must be sent; one with a default or that may be null need not.
    const written = choice.chance(0.3) ? literal().text : undefined
    const value = () => {
      const isSent = type.endsWith('!') ? written === undefined || choice.chance(0.6) : choice.chance(0.7)
      return isSent ? (!type.endsWith('!') && choice.chance(0.1) ? null : literal().value) : undefined
    }
    const values = [value(), value()]
    variables.push({ name, type, written: written === 'null' && type.endsWith('!') ? undefined : written, values })
    return `$${name}`
  }

  const conditions = (probability = 0.15): string => {
    if (!choice.chance(probability)) return ''
    const condition = () => {
      if (choice.chance(0.3)) return String(choice.chance(0.5))
      const known = variables.filter(({ type }) => type === 'Boolean!')
      if (known.length > 0 && choice.chance(0.4)) return `$${choice.one(known).name}`
      return variable('Boolean!', () => {
        const value = choice.chance(0.5)
        return { text: String(value), value }
      })
    }
    const one = choice.chance(0.5) ? ` @include(if: ${condition()})` : ` @skip(if: ${condition()})`
    return choice.chance(0.15) ? ` @include(if: ${condition()}) @skip(if: ${condition()})` : one
  }

  /** A value of an input type as text of the document and as a variable's value. */
  const literal = (type: GraphQLInputType, depth: number, mayHoldVariables: boolean): { text: string; value: unknown } => {
    if (isNonNullType(type)) return literal(type.ofType, depth, mayHoldVariables)
    if (isListType(type)) {
      const items = Array.from({ length: choice.below(3) }, () => literal(type.ofType, depth, mayHoldVariables))
      return { text: `[${items.map((item) => item.text).join(', ')}]`, value: items.map((item) => item.value) }
    }
    if (isInputObjectType(type)) {
      const entries = Object.values(type.getFields()).flatMap((field) => {
        if (choice.chance(0.5) || (depth > 1 && isInputObjectType(field.type))) return []
        if (mayHoldVariables && choice.chance(0.25)) {
          const text = variable(String(field.type), () => literal(field.type, depth + 1, false))
          return [{ name: field.name, text, value: undefined }]
        }
        return [{ name: field.name, ...literal(field.type, depth + 1, mayHoldVariables) }]
      })
      return {
        text: `{${entries.map(({ name, text }) => `${name}: ${text}`).join(', ')}}`,
        value: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
      }
    }
    if (isEnumType(type)) {
      const { name } = choice.one(type.getValues())
      return { text: name, value: name }
    }
    const value = scalar(type.name)
    return { text: JSON.stringify(value), value }
  }

  const scalar = (name: string): unknown => {
    if (name === 'Int') return choice.between(0, 4)
    if (name === 'Float') return choice.one([0.5, 2])
    if (name === 'Boolean') return choice.chance(0.5)
    if (name === 'ID') return choice.chance(0.9) ? choice.one(ids) : 'nobody'
    return choice.one(['x', 'with "quotes"', '{}', '$v0', 'USD', 'EUR'])
  }

  const argument = (arg: GraphQLArgument): string[] => {
    if (!isNonNullType(arg.type) && choice.chance(0.55)) return []
    if (arg.defaultValue !== undefined && choice.chance(0.4)) return []
    if (choice.chance(0.4)) return [`${arg.name}: ${variable(String(arg.type), () => literal(arg.type, 0, false))}`]
    if (!isNonNullType(arg.type) && choice.chance(0.1)) return [`${arg.name}: null`]
    return [`${arg.name}: ${literal(arg.type, 0, true).text}`]
  }

  return {
    args(definitions) {
      const written = definitions.flatMap(argument)
      return written.length > 0 ? `(${written.join(', ')})` : ''
    },
    conditions,
    declarations() {
      const declared = variables.map(
        ({ name, type, written }) => `$${name}: ${type}${written === undefined ? '' : ` = ${written}`}`,
      )
      return declared.length > 0 ? `(${declared.join(', ')})` : ''
    },
    sent: (time) =>
      Object.fromEntries(
        variables.filter(({ values }) => values[time] !== undefined).map(({ name, values }) => [name, values[time]]),
      ),
  }
}
